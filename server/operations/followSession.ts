import { Refusal } from '../domain/refusal.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findSession } from './lookups.ts';

/** A follower asks again after this long, so that one that has gone is not waited with for ever. */
const followMs = 20_000;

/** Where it can be seen; an editor's window brings its terminal to the front. */
export async function viewSession(
  context: Context,
  params: Params<'session/view'>,
): Promise<Result<'session/view'>> {
  const session = findSession(context.store.view, params.session);
  // A window of tmux may stay open for reading when its session has ended.
  if (session.state === 'ended' && session.host === 'editor') {
    throw new Refusal('no-session', `The session of ${session.agent} has ended.`, {
      next: `gt session run ${session.agent}`,
    });
  }
  return await context.sessions.view(session, params.readOnly === true);
}

/** What the log has got, as soon as it has got something. Ended means: and there is no more to come. */
export async function followSession(
  context: Context,
  params: Params<'session/follow'>,
): Promise<Result<'session/follow'>> {
  const { id, agent, log, host } = findSession(context.store.view, params.session);
  if (log === undefined) {
    throw new Refusal('invalid', `The session of ${agent} has no log: it lives in the host ${host}.`, {
      field: 'session',
      next: `gt session attach ${agent}`,
    });
  }
  const from = params.from ?? 0;
  const isEnded = (): boolean => context.store.view.get('sessions', id)?.state === 'ended';
  const over = context.launchers.ended(id, followMs);
  let late = false;
  void over.then(() => (late = true));
  for (;;) {
    // Watched before it is read: what is written in between wakes it too.
    const change = context.sessions.logChanged(log, over);
    const ended = isEnded();
    const part = context.sessions.logSince(log, from, ended);
    if (part.lines.length > 0 || ended || late) return { ...part, ended: ended && part.lines.length === 0 };
    await change;
  }
}
