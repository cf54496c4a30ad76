import { hookOf } from '../domain/hooks.ts';
import { messageOf } from '../domain/fault.ts';
import { isHeld } from '../domain/hooks.ts';
import { agentOf } from '../domain/agents.ts';
import { isAgentName } from '../domain/agentNames.ts';
import { dropMessages } from '../domain/messages.ts';
import type { Polecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig, RigState } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { RigActed, RigMove } from '../protocol/rigLife.ts';
import type { Context } from './context.ts';
import { findPolecat, findRig } from './lookups.ts';
import { listMergeRequests } from './mergeRequests.ts';
import { listPolecats } from './polecats.ts';
import { agentQueue } from './queue.ts';
import { archiveAndRemove } from './remove.ts';
import { rigSummary } from './rigSummary.ts';
import { runSession, stopSession } from './sessions.ts';
import { noteRigStop } from './stopping.ts';
import { repositoryOf } from './workingFolder.ts';

export function rigLifeHandlers(context: Context): Pick<Handlers, 'rig/move' | 'rig/reset' | 'rig/status'> {
  return {
    'rig/move': (params, caller) =>
      eachRig(context, params.rigs, (rig) => move(context, rig, params, caller)),
    'rig/reset': (params, caller) =>
      eachRig(context, params.rigs, (rig) => reset(context, rig, params, caller)),
    'rig/status': (params, caller) => rigStatus(context, params, caller),
  };
}

/** Each rig stands alone: one that is refused does not stop the others. */
async function eachRig(
  context: Context,
  rigs: readonly string[],
  act: (rig: Rig) => Promise<RigActed>,
): Promise<Result<'rig/move'>> {
  const done: RigActed[] = [];
  const refused: Result<'rig/move'>['refused'][number][] = [];
  for (const name of rigs) {
    try {
      done.push(await act(findRig(context.store.view, name)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.push({ rig: name, message: error.message, refusal: { code: error.code, ...error.details } });
    }
  }
  return { done, refused };
}

const stateAfter: Readonly<Record<RigMove, RigState>> = {
  start: 'active',
  restart: 'active',
  unpark: 'active',
  undock: 'active',
  park: 'parked',
  stop: 'parked',
  dock: 'docked',
};

/** What ends the sessions, too; work and hooks stay. */
const ending: ReadonlySet<RigMove> = new Set(['stop', 'restart', 'dock']);
/** What brings back those that were ended so. */
const resuming: ReadonlySet<RigMove> = new Set(['start', 'restart']);

async function move(
  context: Context,
  rig: Rig,
  { move: how, force }: Params<'rig/move'>,
  caller: Caller,
): Promise<RigActed> {
  if (ending.has(how) && force !== true) await refuseUncommitted(context, rig, how);
  // First, so that nothing new begins while the rest ends.
  const before = how === 'restart' ? 'parked' : stateAfter[how];
  const act = { by: caller.by, how };
  if (ending.has(how)) noteRigStop(context, rig.id);
  await setState(context, rig, before, act);
  const ended = ending.has(how) ? await endSessions(context, rig, caller) : [];
  if (how === 'restart') await setState(context, rig, 'active', act);
  const { resumed, notes } = resuming.has(how)
    ? await resume(context, rig, caller)
    : { resumed: [], notes: [] };
  const working = running(context, rig).map(({ id }) => id);
  return { rig: rig.id, state: stateAfter[how], ended, resumed, working, removed: [], notes };
}

async function setState(
  context: Context,
  rig: Rig,
  state: RigState,
  act: { readonly by: string; readonly how: RigMove },
): Promise<void> {
  await context.store.transact({ verb: `rig/${act.how}`, by: act.by, subject: rig.id }, (draft) => {
    const now = findRig(draft, rig.id);
    if (now.state !== state) draft.put('rigs', { ...now, state });
  });
}

function running({ store: { view } }: Context, rig: Rig): readonly Polecat[] {
  return [...view.find('agentsByRig', rig.id)].filter(
    ({ session }) => session !== undefined && view.get('sessions', session)?.state !== 'ended',
  );
}

/** How many files a refusal names. */
const shownFiles = 10;

async function refuseUncommitted(context: Context, rig: Rig, how: RigMove): Promise<void> {
  const found: string[] = [];
  for (const polecat of running(context, rig)) {
    if (!context.rigFolders.exists(polecat.worktree)) continue;
    const files = await context.git.status(repositoryOf(context, rig, polecat), polecat.worktree);
    found.push(...files.map(({ path }) => `${polecat.name}: ${displayText(path, 120)}`));
  }
  if (found.length === 0) return;
  const more = found.length > shownFiles ? ` and ${found.length - shownFiles} more` : '';
  throw new Refusal(
    'uncommitted',
    `Polecats of ${rig.id} have uncommitted work: ${found.slice(0, shownFiles).join(', ')}${more}.`,
    {
      next: `gt rig park ${rig.id} lets them finish; gt rig ${how} ${rig.id} --force ends them, and their files stay.`,
      facts: { files: found },
    },
  );
}

async function endSessions(context: Context, rig: Rig, caller: Caller): Promise<readonly string[]> {
  const polecats = running(context, rig);
  await Promise.all(polecats.map(({ session = '' }) => stopSession(context, session, { by: caller.by })));
  return polecats.map(({ id }) => id);
}

/** Those whose session a person stopped, and whose bead is still on their hook. */
async function resume(
  context: Context,
  rig: Rig,
  caller: Caller,
): Promise<{ readonly resumed: readonly string[]; readonly notes: readonly string[] }> {
  const { view } = context.store;
  const stopped = [...view.find('agentsByRig', rig.id)].filter(({ id, state, session }) => {
    const last = session === undefined ? undefined : view.get('sessions', session);
    return state === 'interrupted' && last?.exit?.end === 'stopped' && hookOf(view, id) !== undefined;
  });
  const resumed: string[] = [];
  const notes: string[] = [];
  for (const { id } of stopped) {
    try {
      await runSession(context, { agent: id }, caller);
      resumed.push(id);
    } catch (error) {
      notes.push(`${id} was not resumed: ${messageOf(error)}`);
    }
  }
  return { resumed, notes };
}

/** Archives and removes every polecat of the rig; or, where that is asked for, only frees what nobody works on, or drops mail. */
async function reset(
  context: Context,
  rig: Rig,
  params: Params<'rig/reset'>,
  caller: Caller,
): Promise<RigActed> {
  const acted = { rig: rig.id, state: rig.state, ended: [], resumed: [], working: [], notes: [] };
  if (params.stale === true || params.mail === true) {
    const notes = await resetRecords(context, rig, params, caller);
    return { ...acted, removed: [], notes };
  }
  const polecats = [...context.store.view.find('agentsByRig', rig.id)];
  const live = running(context, rig).map(({ id }) => id);
  if (params.dryRun === true) {
    const removed = polecats.map(({ id, branch }) => ({ agent: id, archive: branch, archiveId: '' }));
    return { ...acted, working: live, removed };
  }
  if (live.length > 0 && params.force !== true) {
    throw new Refusal('in-use', `${live.join(', ')} ${live.length === 1 ? 'is' : 'are'} still running.`, {
      next: `gt rig stop ${rig.id}, or gt rig reset ${rig.id} --force, which ends and archives them.`,
      facts: { agents: live },
    });
  }
  const ended = await endSessions(context, rig, caller);
  const removed: RigActed['removed'][number][] = [];
  for (const { id } of polecats) {
    const gone = await context.queue.run(agentQueue(id), async () => {
      if (!context.store.view.get('agents', id)) return undefined;
      return await archiveAndRemove(context, findPolecat(context.store.view, id), {
        by: caller.by,
        why: 'reset',
      });
    });
    if (gone) removed.push({ agent: id, archive: gone.archive, archiveId: gone.archiveId });
  }
  return { ...acted, ended, removed };
}

/** Beads on the hooks of agents that are gone are open again; messages to the rig's agents go. */
async function resetRecords(
  context: Context,
  rig: Rig,
  { stale, mail, dryRun }: Params<'rig/reset'>,
  caller: Caller,
): Promise<readonly string[]> {
  const { view } = context.store;
  const orphaned = [...view.find('beadsByRig', rig.id)].filter(
    (bead) => isHeld(bead) && isAgentName(bead.assignee) && !agentOf(view, bead.assignee ?? ''),
  );
  const agents = Array.from(view.find('agentsByRig', rig.id), ({ id }) => id);
  const would = dryRun === true ? 'would be' : 'is';
  const freed = stale === true ? orphaned.map(({ id }) => `${id} ${would} open again.`) : [];
  const dropped = mail === true ? agents.filter((id) => view.count('messagesByAgent', id) > 0) : [];
  const notes = [...freed, ...dropped.map((id) => `What waits for ${id} ${would} dropped.`)];
  if (dryRun === true || notes.length === 0) return notes;
  await context.store.transact({ verb: 'rig/reset', by: caller.by, subject: rig.id }, (draft) => {
    if (stale === true)
      for (const { id } of orphaned) {
        const bead = draft.get('beads', id);
        if (!bead || !isHeld(bead)) continue;
        const { assignee: _, ...rest } = bead;
        draft.put('beads', { ...rest, status: 'open', updatedAt: context.now() });
      }
    for (const id of dropped) dropMessages(draft, id);
  });
  return notes;
}

async function rigStatus(
  context: Context,
  params: Params<'rig/status'>,
  caller: Caller,
): Promise<Result<'rig/status'>> {
  const rig = findRig(context.store.view, params.rig);
  const summary = await rigSummary(context, rig, caller);
  const polecats = listPolecats(context, { rig: rig.id });
  const queue = listMergeRequests(context, { rig: rig.id });
  const archives = context.store.view.count('archivesByRig', rig.id);
  if (params.disk !== true) return { summary, polecats, queue, archives };
  const disk = await Promise.all(
    polecats
      .filter(({ polecat }) => polecat.isolation !== 'in-place')
      .map(async ({ polecat: { id, worktree } }) => ({
        agent: id,
        worktree,
        bytes: await context.rigFolders.size(worktree),
      })),
  );
  return { summary, polecats, queue, archives, disk };
}
