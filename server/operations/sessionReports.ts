import { takeLaunch, transitionSession } from '../domain/sessions.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import type { Agent } from '../domain/agent.ts';
import { agentOf } from '../domain/agents.ts';
import type { Polecat, PolecatState } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { LaunchSpec, Session } from '../domain/session.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { recordEnd } from './sessionEnd.ts';

/** What launchers tell the town: each of these is a session speaking about itself. */

/** Hands out the launch spec, once: a revived terminal finds it taken and starts nothing. */
export async function take(
  context: Context,
  params: Params<'session/take'>,
  caller: Caller,
): Promise<LaunchSpec> {
  const meta = { verb: 'session/take', by: caller.by, subject: caller.by };
  const { result } = await context.store.transact(meta, (draft) => {
    const session = takeLaunch(
      known(draft.get('sessions', caller.session ?? '')),
      params.launcherPid,
      context.now(),
    );
    draft.put('sessions', session);
    return session.launch;
  });
  follow(context, caller);
  return result;
}

/** The runtime's process runs. Also after Enter in a terminal that offered to resume. */
export async function started(
  context: Context,
  params: Params<'session/started'>,
  caller: Caller,
): Promise<Record<string, never>> {
  const at = context.now();
  const meta = { verb: 'session/started', by: caller.by, subject: caller.by };
  await context.store.transact(meta, (draft) => {
    const before = known(draft.get('sessions', caller.session ?? ''));
    refuseIfReplaced(draft, before);
    const { runtimeSession, ...how } = params;
    const session = {
      ...transitionSession(before, 'running', { at, ...how }),
      ...(runtimeSession === undefined ? {} : { runtimeSession }),
    };
    draft.put('sessions', session);
    const polecat = draft.get('agents', session.agent);
    if (polecat?.session !== session.id) return;
    const wasSetUp = before.before !== undefined && polecat.state === 'working';
    if (!isAway(polecat.state) && !isAnswered(polecat, before) && !wasSetUp) return;
    const reason = params.before === undefined ? {} : { reason: `Its ${params.before} runs.` };
    draft.put('agents', { ...transitionPolecat(polecat, 'working', { at, ...reason }), progressAt: at });
  });
  follow(context, caller);
  if (caller.session) context.starts.started(caller.session);
  return {};
}

/** Two agents in one worktree would overwrite each other, and work that was taken away must not be gone on with. */
function refuseIfReplaced(view: View, session: Session): void {
  const agent = agentOf(view, session.agent);
  if (agent && agent.session === session.id && mayGoOn(view, agent)) return;
  const now =
    agent?.session === session.id
      ? `${session.bead ?? 'its bead'} is no longer on its hook`
      : 'another has taken its place';
  throw new Refusal('stale', `The session ${session.id} is over: ${now}.`, { next: `gt polecat list` });
}

/** Crew and mayor stay whatever becomes of their beads; so does a polecat that waits for its first. */
function mayGoOn(view: View, agent: Agent): boolean {
  if (agent.role !== 'polecat' || agent.bead === undefined || agent.state === 'done') return true;
  return view.get('beads', agent.bead)?.assignee === agent.id;
}

/** A launcher that lost the town is back, with its runtime still running. */
export async function attach(
  context: Context,
  params: Params<'session/attach'>,
  caller: Caller,
): Promise<Record<string, never>> {
  const session = known(context.store.view.get('sessions', caller.session ?? ''));
  follow(context, caller);
  const isSame = session.pid === params.pid;
  const before = isSame && session.before !== undefined ? { before: session.before } : {};
  if (session.state !== 'running' || !isSame) await started(context, { pid: params.pid, ...before }, caller);
  // It was done, or put its work off, and this server's forerunner went before it could say so.
  const polecat = context.store.view.get('agents', session.agent);
  if (polecat?.session === session.id && (polecat.state === 'done' || polecat.state === 'interrupted'))
    context.launchers.askToStop(session.id, 'gt done', context.waits.stopMs);
  return {};
}

export async function ended(
  context: Context,
  params: Params<'session/ended'>,
  caller: Caller,
): Promise<Result<'session/ended'>> {
  const session = known(context.store.view.get('sessions', caller.session ?? ''));
  const { reason, runtimeSession, ...exit } = params;
  const named = runtimeSession === undefined ? session : { ...session, runtimeSession };
  const polecat = await recordEnd(context, named, exit, reason);
  const done = polecat?.state === 'done';
  const workplace = context.store.view.get('workplaces', session.agent);
  return { done, resumable: !done && (polecat !== undefined || workplace?.session === session.id) };
}

/** It asked a person in an earlier session; what an agent that is quick asks in this one stands. */
const isAnswered = (polecat: Polecat, session: Session): boolean =>
  polecat.state === 'needs-you' && polecat.progressAt < session.createdAt;

const isAway = (state: PolecatState): boolean =>
  state === 'spawning' ||
  state === 'interrupted' ||
  state === 'failed' ||
  state === 'stalled' ||
  state === 'rate-limited';

function known(session: Session | undefined): Session {
  if (session) return session;
  throw new Refusal('no-session', 'This session is not known to the town any more.');
}

/** The launcher's connection is its heartbeat: when it goes and does not come back, the session is over. */
function follow(context: Context, caller: Caller): void {
  const id = caller.session;
  if (!id || context.launchers.isConnected(id, caller)) return;
  context.launchers.add(id, caller);
  caller.peer.onEnd(() => {
    context.background(`the launcher of ${id}`, () => loseLauncher(context, id, caller));
  });
}

async function loseLauncher(context: Context, id: Session['id'], caller: Caller): Promise<void> {
  if (!context.launchers.lost(id, caller)) return;
  if (await context.launchers.returned(id, context.waits.returnMs)) return;
  const session = context.store.view.get('sessions', id);
  if (!session || session.state === 'ended') return;
  const since = session.startedAt ?? session.createdAt;
  const alive = session.pid !== undefined && context.sessions.isAlive(session.pid, since);
  const evidence = alive
    ? `its process ${session.pid} still runs, without its terminal`
    : 'its process is gone too';
  await recordEnd(context, session, { end: 'interrupted' }, `The launcher of ${id} went away; ${evidence}.`);
}
