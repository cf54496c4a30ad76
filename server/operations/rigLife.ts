import { hookOf } from '../domain/hooks.ts';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { afterMove, stillMarked } from '../domain/rigMoves.ts';
import { displayText } from '../domain/text.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { RigActed, RigMove } from '../protocol/rigLife.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { listMergeRequests } from './mergeRequests.ts';
import { listPolecats } from './polecats.ts';
import { resetRig } from './rigReset.ts';
import { endSessions, running } from './rigSessions.ts';
import { rigSummary } from './rigSummary.ts';
import { runSession } from './sessions.ts';
import { noteRigStop } from './stopping.ts';
import { repositoryOf } from './workingFolder.ts';

export function rigLifeHandlers(context: Context): Pick<Handlers, 'rig/move' | 'rig/reset' | 'rig/status'> {
  return {
    'rig/move': (params, caller) =>
      eachRig(context, params.rigs, (rig) => move(context, rig, params, caller)),
    'rig/reset': (params, caller) =>
      eachRig(context, params.rigs, (rig) => resetRig(context, rig, params, caller)),
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
  afterMove(rig, how);
  if (ending.has(how) && force !== true) await refuseUncommitted(context, rig, how);
  const act = { by: caller.by, how };
  if (ending.has(how)) noteRigStop(context, rig.id);
  // First, so that nothing new begins while the rest ends.
  if (how === 'restart') await note(context, rig, 'park', act);
  else if (!resuming.has(how)) await note(context, rig, how, act);
  const ended = ending.has(how) ? await endSessions(context, rig, caller) : [];
  const { resumed, notes } = resuming.has(how)
    ? await resume(context, rig, caller)
    : { resumed: [], notes: [] };
  // Last, so that what waits gets only the places that those who were there before leave.
  if (resuming.has(how)) await note(context, rig, how, act);
  const working = running(context, rig).map(({ id }) => id);
  const now = findRig(context.store.view, rig.id);
  const still = stillMarked(now, how) ?? [];
  return {
    rig: rig.id,
    state: now.state,
    ended,
    resumed,
    working,
    removed: [],
    notes: [still, notes].flat(),
  };
}

async function note(
  context: Context,
  { id }: Rig,
  how: RigMove,
  act: { readonly by: string; readonly how: RigMove },
): Promise<void> {
  await context.store.transact({ verb: `rig/${act.how}`, by: act.by, subject: id }, (draft) => {
    const now = findRig(draft, id);
    const next = afterMove(now, how);
    const isSame = next.state === now.state && next.parked === now.parked && next.resetting === now.resetting;
    if (!isSame) draft.put('rigs', next);
  });
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
