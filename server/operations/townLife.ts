import { messageOf } from '../domain/fault.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import { visibleTo } from '../domain/visible.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { closeAllPlaces } from './closePlace.ts';
import type { Context } from './context.ts';
import { leaveUnwritten } from './downUnwritten.ts';
import { endProcess, endWhatIsLeft, leftRunning, townProcesses } from './leftRunning.ts';
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

/**
 * Everything of the town's ends, and that it has is looked at, by recorded process ids and times. That the town is stopped is written
 * down first, so that whoever asks meanwhile starts nothing.
 */
async function stopTown(context: Context, caller: Caller): Promise<Result<'town/down'>> {
  context.life.ending = true;
  markStopped(context, caller);
  const ended = new Set<string>();
  if (context.store.readOnly !== undefined) {
    const live = [...context.store.view.all('sessions')].filter(({ state }) => state !== 'ended');
    const options = { force: true, by: caller.by, graceMs: downGraceMs };
    for (const agent of await leaveUnwritten(context, live, options)) ended.add(agent);
    await Promise.all(townProcesses(context).map((process) => endProcess(context, process, downGraceMs)));
    return ending(context, ended);
  }
  await written(context);
  // What began while the rest was ending is ended too.
  for (let round = 0; round < 3; round += 1) {
    const live = [...context.store.view.all('sessions')].filter(({ state }) => state !== 'ended');
    const left = townProcesses(context);
    if (live.length === 0 && left.length === 0) break;
    await Promise.all(live.map((session) => stopOne(context, session, caller)));
    for (const each of [...live, ...left]) if ('agent' in each) ended.add(each.agent);
    await Promise.all(townProcesses(context).map((process) => endProcess(context, process, downGraceMs)));
  }
  await closeAllPlaces(context);
  await context.store.writeSnapshot();
  return ending(context, ended);
}

/** What began before is seen from here on: all that was changed is durable. */
async function written({ store }: Context): Promise<void> {
  await store.transact({ verb: 'town/down', by: 'town' }, () => undefined);
}

/** A disk that is full must not keep everything running. */
function markStopped(context: Context, { by }: Caller): void {
  try {
    context.markStopped(by);
  } catch (error) {
    context.log(`That the town is stopped could not be written down: ${messageOf(error)}`);
  }
}

/** Looked at by recorded process ids and times. */
function ending(context: Context, ended: ReadonlySet<string>): Result<'town/down'> {
  const left = townProcesses(context);
  for (const each of left) {
    const whose = each.what === 'program' ? each.name : each.session;
    context.log(`The ${each.what} ${each.pid} of ${whose} still runs.`);
  }
  return { ended: [...ended], ...(left.length === 0 ? {} : { left }) };
}

/** One that cannot be stopped must not keep the others running: it is found again by its processes. */
async function stopOne(context: Context, session: Session, { by }: Caller): Promise<void> {
  try {
    await stopSession(context, session.id, { by, graceMs: downGraceMs });
  } catch (error) {
    context.log(`${session.id} could not be stopped: ${messageOf(error)}`);
  }
}

/** Ends every session, and what is left running of earlier ones, whose beads stay on their hooks, and writes the snapshot. The town server leaves after the answer. */
export async function takeDown(
  context: Context,
  params: Params<'town/down'>,
  caller: Caller,
): Promise<Result<'town/down'>> {
  const before = context.life.ending;
  try {
    return await (params.stop === true ? stopTown(context, caller) : endAll(context, params, caller));
  } catch (error) {
    // It goes on.
    context.life.ending = before;
    throw error;
  }
}

async function endAll(
  context: Context,
  params: Params<'town/down'>,
  caller: Caller,
): Promise<Result<'town/down'>> {
  context.life.ending = true;
  if (context.store.readOnly === undefined) await written(context);
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
