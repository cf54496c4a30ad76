import type { Agent } from '../domain/agent.ts';
import { hookOf } from '../domain/hooks.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { isStuck, transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import { refuseFullTown } from '../domain/slinging.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { canResume } from '../runtimes/arguments.ts';
import { refuseWhileRunning, rigOf } from './assign.ts';
import type { Context } from './context.ts';
import { goesOn } from './launchParts.ts';
import { findAgent, findBead, findPolecat, findSession } from './lookups.ts';
import { prepareNextSession } from './nextSession.ts';
import { planSession, type SessionPlan, type StartPlan } from './plan.ts';
import { recordEnd } from './sessionEnd.ts';
import { agentQueue } from './queue.ts';
import { startSession } from './startSession.ts';

export function listSessions(context: Context, params: Params<'session/list'>): readonly Session[] {
  const view = context.store.view;
  const sessions = params.agent === undefined ? view.all('sessions') : sessionsOf(view, params.agent);
  return [...sessions]
    .filter((session) => params.all === true || session.state !== 'ended')
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** The sessions of an agent that has gone are still there to be looked at. */
function sessionsOf(view: View, agent: string): readonly Session[] {
  const known = [...view.find('sessionsByAgent', agent)];
  return known.length > 0 ? known : [...view.find('sessionsByAgent', findAgent(view, agent).id)];
}

/**
 * A new session for an agent whose session has ended, on the same worktree, branch and hook. Refused while one runs, and where the
 * bead was closed or given to somebody else meanwhile.
 */
export async function runSession(
  context: Context,
  params: Params<'session/run'>,
  caller: Caller,
): Promise<Session> {
  const { id } = findAgent(context.store.view, params.agent);
  return await context.queue.run(agentQueue(id), async () => {
    const { view } = context.store;
    const agent = findAgent(view, id);
    refuseWhileRunning(view, agent);
    const rig = rigOf(view, agent);
    const last = agent.session && view.get('sessions', agent.session);
    const choice = { runtime: agent.runtime, ...hostAgain(params.host, last || undefined) };
    const plan = await planSession(context, rig, choice, caller);
    const again = params.resume === true ? resumable(view, agent, plan) : goesOn(context, plan, agent);
    return await goOn(context, agent, { ...plan, rig, ...again }, caller);
  });
}

/** Starts the next session of an agent, in its queue, where its work is still its own. */
export async function goOn(
  context: Context,
  agent: Agent,
  plan: StartPlan,
  caller: Caller,
): Promise<Session> {
  const { view } = context.store;
  refuseUnlessResumable(view, agent);
  refuseFullTown(view, agent.id);
  const setup = await prepareNextSession(context, plan.rig, agent);
  if (agent.role === 'polecat') await takeUp(context, agent);
  const bead = agent.role === 'polecat' ? agent.bead && findBead(view, agent.bead) : hookOf(view, agent.id);
  const started = await startSession(
    context,
    { ...plan, before: setup, ...(bead ? { bead } : {}) },
    agent,
    caller,
  );
  return findSession(view, started.id);
}

export function refuseUnlessResumable(view: View, agent: Agent): void {
  if (agent.role !== 'polecat' || agent.bead === undefined) return;
  if (agent.state === 'done' && !isStuck(view, agent)) {
    throw new Refusal('closed', `${agent.id} is done; its work was submitted.`, {
      next: `gt mq show ${agent.bead}`,
    });
  }
  const bead = findBead(view, agent.bead);
  if (bead.assignee !== agent.id || bead.status === 'closed') {
    throw new Refusal('held', `${agent.id} no longer holds ${bead.id}, which is ${bead.status}.`, {
      next: `bd show ${bead.id}`,
    });
  }
}

/** tmux is only by choice, and a choice that was made for the one before holds. */
function hostAgain(
  host: Params<'session/run'>['host'],
  before: Session | undefined,
): Pick<Params<'session/run'>, 'host'> {
  if (host !== undefined) return { host };
  return before?.host === 'tmux' ? { host: 'tmux' } : {};
}

/** The runtime's own id of the newest session. Refused with `invalid` where it is not known, or the runtime cannot go on with one. */
function resumable(view: View, agent: Agent, { preset, host }: SessionPlan): { readonly resume: string } {
  const session = agent.session && view.get('sessions', agent.session);
  const next = `gt session run ${agent.id} starts afresh on the same worktree and hook.`;
  if (!canResume(preset, host))
    throw new Refusal('invalid', `${preset.label} cannot resume a session of its own there.`, { next });
  if (session && session.runtime === preset.id && session.runtimeSession !== undefined)
    return { resume: session.runtimeSession };
  const sentence = `It is not known under which id ${preset.label} keeps the session of ${agent.id}.`;
  throw new Refusal('invalid', sentence, { next });
}

/** What was submitted cannot land as it is, so that the polecat is not done after all: it works as soon as its session runs. */
async function takeUp(context: Context, polecat: Polecat): Promise<void> {
  if (polecat.state !== 'done') return;
  await context.store.transact({ verb: 'session/take-up', by: 'town', subject: polecat.id }, (draft) => {
    const now = findPolecat(draft, polecat.id);
    const at = context.now();
    const reason = newestRequest(draft, now)?.reason ?? 'What it submitted did not land.';
    const begun = transitionPolecat(now, 'spawning', { at });
    draft.put('agents', transitionPolecat(begun, 'interrupted', { at, reason }));
  });
}

/** Asks the runtime to stop and ends it after a grace. The bead stays on its hook. Answered when the session has ended. */
export async function stopSession(
  context: Context,
  text: string,
  options: { readonly by: string; readonly graceMs?: number },
): Promise<Session> {
  const session = findSession(context.store.view, text);
  if (session.state === 'ended') return await stopWaiting(context, session, options.by);
  const graceMs = options.graceMs ?? context.waits.stopMs;
  const reason = `Stopped by ${options.by}.`;
  await noteStop(context, session, options.by);
  if (context.launchers.askToStop(session.id, reason, graceMs)) {
    await context.launchers.ended(session.id, graceMs + 10_000);
  } else if (session.pid !== undefined) {
    await context.sessions.endTree(session.pid, session.startedAt ?? session.createdAt, graceMs);
  }
  const now = findSession(context.store.view, session.id);
  if (now.state !== 'ended') await recordEnd(context, now, { end: 'stopped' }, reason);
  return findSession(context.store.view, session.id);
}

/** Nothing runs; what was to go on by itself after a limit does not, either. */
async function stopWaiting(context: Context, session: Session, by: string): Promise<Session> {
  const waits = (view: View): Polecat | undefined => {
    const polecat = view.get('agents', session.agent);
    return polecat?.session === session.id && polecat.state === 'rate-limited' ? polecat : undefined;
  };
  if (waits(context.store.view) === undefined) return session;
  await context.store.transact({ verb: 'session/stopping', by, subject: session.agent }, (draft) => {
    const polecat = waits(draft);
    const reason = `Stopped by ${by} while it waited for its limit.`;
    if (polecat)
      draft.put('agents', transitionPolecat(polecat, 'interrupted', { at: context.now(), reason }));
  });
  return session;
}

/** Written down first: what is not seen of its end later is known then. A journal that cannot be written stops no stop. */
async function noteStop(context: Context, { id, agent }: Session, by: string): Promise<void> {
  if (context.store.readOnly !== undefined) return;
  await context.store.transact({ verb: 'session/stopping', by, subject: agent }, (draft) => {
    const now = draft.get('sessions', id);
    if (now && now.state !== 'ended') draft.put('sessions', { ...now, stopAsked: { at: context.now(), by } });
  });
}

export function sessionLog(context: Context, params: Params<'session/log'>): Result<'session/log'> {
  const session = findSession(context.store.view, params.session);
  if (!session.log) {
    const where = session.host === 'tmux' ? 'in tmux' : "in an editor's terminal";
    throw new Refusal('invalid', `${session.id} lives ${where}; its output is there.`, {
      field: 'session',
      next: `gt session attach ${session.agent}`,
    });
  }
  return { lines: context.sessions.lastLines(session.log, params.lines ?? 100) };
}
