import { newestRequest } from '../domain/newestRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { isStuck, transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import { refuseFullTown } from '../domain/slinging.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findBead, findPolecat, findRig, findSession } from './lookups.ts';
import { endWhatIsLeft } from './leftRunning.ts';
import { goesOn } from './launchParts.ts';
import { planSession } from './plan.ts';
import { recordEnd } from './sessionEnd.ts';
import { closePlace } from './closePlace.ts';
import { agentQueue } from './queue.ts';
import { stepsToGoOn } from './setup.ts';
import { startSession } from './startSession.ts';
import { repositoryOf } from './workplace.ts';

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
  return await context.queue.run(agentQueue(id), async () => {
    const polecat = findPolecat(context.store.view, id);
    await refuseUnlessResumable(context, polecat);
    refuseFullTown(context.store.view);
    const rig = findRig(context.store.view, polecat.rig);
    const bead = findBead(context.store.view, polecat.bead);
    const host = hostAgain(params.host, context.store.view.get('sessions', polecat.session ?? ''));
    const plan = await planSession(context, rig, { runtime: polecat.runtime, ...host }, caller);
    // An agent in a folder that is no worktree (any more) would work in whatever repository lies above it.
    await context.git.headOf(repositoryOf(context, rig, polecat), polecat.worktree);
    const before = await stepsToGoOn(context, rig, polecat);
    await takeUp(context, polecat);
    const started = await startSession(
      context,
      { ...plan, rig, bead, before, ...goesOn(context, plan, polecat) },
      polecat,
      caller,
    );
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
  if (polecat.state === 'done' && !isStuck(view, polecat)) {
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
  if (session) await closePlace(context, session);
}

/** tmux is only by choice, and a choice that was made for the one before holds. */
function hostAgain(
  host: Params<'session/run'>['host'],
  before: Session | undefined,
): Pick<Params<'session/run'>, 'host'> {
  if (host !== undefined) return { host };
  return before?.host === 'tmux' ? { host: 'tmux' } : {};
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
  if (session.state === 'ended') return session;
  const graceMs = options.graceMs ?? context.waits.stopMs;
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
    const where = session.host === 'tmux' ? 'in tmux' : "in an editor's terminal";
    throw new Refusal('invalid', `${session.id} lives ${where}; its output is there.`, {
      field: 'session',
      next: `gt session attach ${session.agent}`,
    });
  }
  return { lines: context.sessions.lastLines(session.log, params.lines ?? 100) };
}
