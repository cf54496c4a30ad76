import { dirname } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { newestRequest } from '../domain/newestRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { Crew } from '../domain/workplace.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';
import { archiveWorkingFolder, isStillThere } from './workingFolder.ts';

/** An agent with a worktree of its own. */
export type Worker = Polecat | Crew;

/** Archives what lies in the worktree; where the folder is gone, what git still has of it. */
export async function archiveOf(
  context: Context,
  rig: Rig,
  polecat: Worker,
  name: string,
): Promise<{ readonly ref: string; readonly sha: Sha; readonly held?: string }> {
  try {
    if (await isStillThere(context, rig, polecat))
      return await archiveWorkingFolder(context, rig, polecat, name);
  } catch (error) {
    if (context.rigFolders.exists(polecat.worktree)) throw error;
    if (!(error instanceof Refusal) || error.code !== 'not-found') throw error;
  }
  const ref = `refs/gastown/archive/${name}`;
  // A removal that was cut off has taken the folder, and git's record of it, or has switched the user's checkout back.
  const sha = await context.git.resolve(rig, ref);
  if (sha) return { ref, sha };
  // Somebody else has: the branch's tip is all there is left to keep.
  const tip =
    (await context.git.resolve(rig, `refs/heads/${polecat.branch}`)) ??
    (await lastKnown(context, rig, polecat));
  await keepRef(context, rig, ref, tip);
  return { ref, sha: tip };
}

/**
 * Both worktree and branch were taken away by others. What was handed over is kept, or else where it began; nothing more is known. Refused
 * with `not-found` while the folder of the rig's worktrees is away itself: the disk may come back.
 */
async function lastKnown(context: Context, rig: Rig, polecat: Worker): Promise<Sha> {
  const { id, worktree, base } = polecat;
  if (!context.rigFolders.exists(dirname(worktree))) {
    throw new Refusal(
      'not-found',
      `The folder ${displayText(dirname(worktree), 200)} is away, with the worktree of ${id}.`,
      {
        next: 'Bring it back, and try again.',
      },
    );
  }
  const request = polecat.role === 'polecat' ? newestRequest(context.store.view, polecat) : undefined;
  const submitted = request && (await context.git.resolve(rig, request.tip));
  const sha = submitted ?? (await context.git.resolve(rig, base));
  if (!sha)
    throw new Refusal('git', `Neither the worktree nor the branch of ${id} is there any more, nor ${base}.`);
  context.log(`Of ${id} neither worktree nor branch was there any more; ${sha} is what is archived.`);
  return sha;
}
