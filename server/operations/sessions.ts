import type { Polecat } from '../domain/polecat.ts';
import { newestRequest, transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findBead, findPolecat, findRig, findSession } from './lookups.ts';
import { planSession } from './plan.ts';
import { recordEnd } from './sessionEnd.ts';
import { startSession } from './startSession.ts';

/** A runtime that is asked to stop gets this long to finish what it writes. */
const stopGraceMs = 30_000;

export function listSessions(context: Context, params: Params<'session/list'>): readonly Session[] {
  const view = context.store.view;
  const sessions = params.agent
    ? view.find('sessionsByAgent', findPolecat(view, params.agent).id)
    : view.all('sessions');
  return [...sessions]
    .filter((session) => params.all === true || session.state !== 'ended')
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/**
 * A new session for a polecat whose session has ended, on the same worktree, branch and hook. Refused while one runs, and where the
 * bead was closed or given to somebody else meanwhile.
 */
export async function runSession(
  context: Context,
  params: Params<'session/run'>,
  caller: Caller,
): Promise<Session> {
  const { id } = findPolecat(context.store.view, params.agent);
  return await context.queue.run(`session ${id}`, async () => {
    const polecat = findPolecat(context.store.view, id);
    await refuseUnlessResumable(context, polecat);
    const rig = findRig(context.store.view, polecat.rig);
    const bead = findBead(context.store.view, polecat.bead);
    const host = params.host === undefined ? {} : { host: params.host };
    const plan = await planSession(context, rig, { runtime: polecat.runtime, ...host }, caller);
    await context.git.checkConfiguration(rig);
    const started = await startSession(context, { ...plan, rig, bead }, polecat, caller);
    await markWorking(context, polecat);
    return findSession(context.store.view, started.id);
  });
}

async function refuseUnlessResumable(context: Context, polecat: Polecat): Promise<void> {
  const view = context.store.view;
  const session = polecat.session && view.get('sessions', polecat.session);
  if (session && session.state !== 'ended') {
    throw new Refusal('in-use', `${polecat.id} is running already, as ${session.id}.`, {
      next: `gt session stop ${session.id}`,
    });
  }
  if (polecat.state === 'done' && !mustBeTakenUp(view, polecat)) {
    throw new Refusal('closed', `${polecat.id} is done; its work was submitted.`, {
      next: `gt mq show ${polecat.bead}`,
    });
  }
  const bead = findBead(view, polecat.bead);
  if (bead.assignee !== polecat.id || bead.status === 'closed') {
    throw new Refusal('held', `${polecat.id} no longer holds ${bead.id}, which is ${bead.status}.`, {
      next: `bd show ${bead.id}`,
    });
  }
  if (session) await endWhatIsLeft(context, session);
}

/** Two agents in one worktree would overwrite each other. */
async function endWhatIsLeft(context: Context, session: Session): Promise<void> {
  const since = session.startedAt ?? session.createdAt;
  if (session.pid === undefined || !context.sessions.isAlive(session.pid, since)) return;
  await context.sessions.endTree(session.pid, since, stopGraceMs);
}

async function markWorking(context: Context, polecat: Polecat): Promise<void> {
  await context.store.transact({ verb: 'session/run', by: 'town', subject: polecat.id }, (draft) => {
    const now = draft.get('agents', polecat.id);
    if (!now) return;
    const at = context.now();
    const again = now.state === 'done' ? transitionPolecat(now, 'spawning', { at }) : now;
    draft.put('agents', { ...transitionPolecat(again, 'working', { at }), progressAt: at });
  });
}

/** What it submitted cannot land as it is: in conflict, rejected, or lost. */
function mustBeTakenUp(view: View, polecat: Polecat): boolean {
  const state = newestRequest(view, polecat)?.state;
  return state === 'conflict' || state === 'rejected' || state === 'lost';
}

/** Asks the runtime to stop and ends it after a grace. The bead stays on its hook. Answered when the session has ended. */
export async function stopSession(
  context: Context,
  text: string,
  options: { readonly by: string; readonly graceMs?: number },
): Promise<Session> {
  const session = findSession(context.store.view, text);
  if (session.state === 'ended') return session;
  const graceMs = options.graceMs ?? stopGraceMs;
  const reason = `Stopped by ${options.by}.`;
  if (context.launchers.askToStop(session.id, reason, graceMs)) {
    await context.launchers.ended(session.id, graceMs + 10_000);
  } else if (session.pid !== undefined) {
    await context.sessions.endTree(session.pid, session.startedAt ?? session.createdAt, graceMs);
  }
  const now = findSession(context.store.view, session.id);
  if (now.state !== 'ended') await recordEnd(context, now, { end: 'stopped' }, reason);
  return findSession(context.store.view, session.id);
}

export function sessionLog(context: Context, params: Params<'session/log'>): Result<'session/log'> {
  const session = findSession(context.store.view, params.session);
  if (!session.log) {
    throw new Refusal('invalid', `${session.id} lives in an editor's terminal; its output is there.`, {
      field: 'session',
    });
  }
  return { lines: context.sessions.lastLines(session.log, params.lines ?? 100) };
}
