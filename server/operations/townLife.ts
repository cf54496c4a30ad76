import type { JournalEntry } from '../domain/journal.ts';
import { Refusal } from '../domain/refusal.ts';
import { visibleTo } from '../domain/visible.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { closeAllPlaces } from './closePlace.ts';
import type { Context } from './context.ts';
import { leaveUnwritten } from './downUnwritten.ts';
import { endWhatIsLeft, leftRunning } from './leftRunning.ts';
import { stopSession } from './sessions.ts';

/** A client that missed more than this reads its lists again, which is less work than replaying. */
const mostMissed = 2000;

/** Once everything is to end, a runtime gets this long. */
const downGraceMs = 5000;

/** Answers with what the client missed. That it gets what comes from now on is the connection's business. */
export async function subscribe(
  context: Context,
  params: Params<'town/subscribe'>,
  caller: Caller,
): Promise<Result<'town/subscribe'>> {
  const seq = context.store.seq;
  const { since } = params;
  if (since === undefined || since === seq) return { seq, entries: [], resync: false };
  if (since > seq || seq - since > mostMissed) return { seq, entries: [], resync: true };
  const entries: JournalEntry[] = [];
  for await (const entry of context.store.read(since + 1)) entries.push(visibleTo(caller, entry));
  const whole = entries[0]?.seq === since + 1;
  return whole
    ? { seq: entries.at(-1)?.seq ?? seq, entries, resync: false }
    : { seq, entries: [], resync: true };
}

/** Ends every session, and what is left running of earlier ones, whose beads stay on their hooks, and writes the snapshot. The town server leaves after the answer. */
export async function takeDown(
  context: Context,
  params: Params<'town/down'>,
  caller: Caller,
): Promise<Result<'town/down'>> {
  const unended = [...context.store.view.all('sessions')].filter((session) => session.state !== 'ended');
  const left = leftRunning(context);
  const live = [...unended, ...left];
  if (context.store.readOnly !== undefined) {
    const options = { force: params.force === true, by: caller.by, graceMs: downGraceMs };
    return { ended: await leaveUnwritten(context, live, options) };
  }
  if (live.length > 0 && params.force !== true) {
    const names = live.map((session) => session.agent).join(', ');
    throw new Refusal(
      'in-use',
      `${live.length === 1 ? 'A session is' : `${live.length} sessions are`} running: ${names}.`,
      {
        next: 'gt down --force ends them; their work and hooks stay.',
        facts: { sessions: live.map((session) => session.id) },
      },
    );
  }
  await Promise.all(left.map((session) => endWhatIsLeft(context, session, downGraceMs)));
  const stops = live.map((session) =>
    stopSession(context, session.id, { by: caller.by, graceMs: downGraceMs }),
  );
  const ended = await Promise.all(stops);
  // Their windows go too: nobody would come back to close them.
  if (params.force === true) await closeAllPlaces(context);
  await context.store.writeSnapshot();
  return { ended: ended.map((session) => session.agent) };
}
