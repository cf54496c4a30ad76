import { hookOf } from '../domain/hooks.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { Crew } from '../domain/workplace.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import { findCrew } from './crew.ts';
import { findRig } from './lookups.ts';
import { agentQueue } from './queue.ts';
import { archiveAndRemove } from './remove.ts';
import { targetRef } from './targets.ts';

/** How many files a refusal names. */
const shownFiles = 20;

/** Archives and removes a workplace, as a polecat's. Refused with what would be lost, without `force`. */
export async function removeCrew(
  context: Context,
  params: Params<'crew/remove'>,
  caller: Caller,
): Promise<Result<'crew/remove'>> {
  const { id } = findCrew(context.store.view, params.agent);
  return await context.queue.run(agentQueue(id), async () => {
    const { view } = context.store;
    const crew = findCrew(view, id);
    const session = liveSession(view, crew);
    if (session)
      throw new Refusal('in-use', `${id} is still running.`, { next: `gt session stop ${session.id}` });
    if (params.force !== true) await refuseLoss(context, crew);
    return { agent: id, ...(await archiveAndRemove(context, crew, { by: caller.by, why: 'removed' })) };
  });
}

async function refuseLoss(context: Context, crew: Crew): Promise<void> {
  const rig = findRig(context.store.view, crew.rig);
  const next = 'Bring it in first, or add --force: it is archived and can be brought back.';
  const bead = hookOf(context.store.view, crew.id);
  if (bead) {
    throw new Refusal('in-use', `${bead.id} is on the hook of ${crew.id}.`, {
      next: `gt hook clear ${crew.id}, or add --force.`,
      facts: { bead: bead.id },
    });
  }
  // A folder that is gone has nothing left to lose; what git still has of it is archived all the same.
  if (!context.rigFolders.exists(crew.worktree)) return;
  const files = (await context.git.status(rig, crew.worktree)).map((file) => file.path);
  if (files.length > 0) {
    const more = files.length > shownFiles ? ` and ${files.length - shownFiles} more` : '';
    const named = files.slice(0, shownFiles).join(', ');
    throw new Refusal('uncommitted', `There is uncommitted work of ${crew.id}: ${named}${more}.`, {
      next,
      facts: { files },
    });
  }
  const commits = await unlanded(context, rig, crew);
  if (commits === 0) return;
  const many = `${commits} commit${commits === 1 ? '' : 's'}`;
  throw new Refusal('in-use', `${many} of ${crew.id} ${commits === 1 ? 'is' : 'are'} not on ${rig.branch}.`, {
    next,
    facts: { commits },
  });
}

/** Commits that would be on no branch of the rig but its own: what is checked out, which may be another. */
async function unlanded(context: Context, rig: Rig, crew: Crew): Promise<number> {
  const target = await context.git.resolve(rig, targetRef(context, rig));
  const { sha } = await context.git.headOf(rig, crew.worktree);
  const own = await context.git.resolve(rig, `refs/heads/${crew.branch}`);
  const tips = [...new Set([sha, ...(own ? [own] : [])])];
  const counts = await Promise.all(
    tips.map((tip) => context.git.countCommits(rig, target ?? crew.base, tip)),
  );
  return Math.max(...counts);
}
