import type { Agent } from '../domain/agent.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { Sha } from '../domain/ids.ts';
import type { Repository } from '../git/core.ts';
import type { Context } from './context.ts';

/** What a polecat works in: a linked worktree of the rig's repository, or a clone with a repository of its own. */

type Placed = Pick<Polecat, 'isolation' | 'worktree' | 'branch'>;

/** The rig's own word, else the runtime's need: one that cannot commit in a linked worktree gets a clone. */
export function isolationOf(rig: Rig, preset: RuntimePreset): { readonly isolation?: 'clone' } {
  const wish = rig.settings.isolation ?? 'auto';
  const needed = wish === 'auto' && !preset.capabilities.commitsInWorktree;
  return wish === 'clone' || needed ? { isolation: 'clone' } : {};
}

/** The repository that git is asked in about the polecat's files, index and HEAD. */
export function repositoryOf(context: Context, rig: Rig, polecat: Placed): Repository {
  return polecat.isolation === 'clone' ? context.git.cloneAt(polecat.worktree) : rig;
}

/** An agent in a folder that is no worktree (any more) would work in whatever repository lies above it. */
export async function refuseLostWorkingFolder(
  context: Context,
  rig: Rig | undefined,
  agent: Agent,
): Promise<void> {
  if (rig && agent.role !== 'mayor')
    await context.git.headOf(repositoryOf(context, rig, agent), agent.worktree);
}

/** Worktree and branch, at the polecat's base. Whatever fails, neither is left. */
export async function addWorkingFolder(context: Context, rig: Rig, polecat: Polecat): Promise<void> {
  if (polecat.isolation === 'clone') await context.git.addClone(rig, fresh(polecat));
  else await context.git.addWorktree(rig, fresh(polecat));
}

/** Undoes it. Refused with `uncommitted` where work has begun in it. */
export async function discardWorkingFolder(context: Context, rig: Rig, polecat: Polecat): Promise<void> {
  if (polecat.isolation === 'clone') await context.git.discardClone(rig, fresh(polecat));
  else await context.git.discardWorktree(rig, fresh(polecat));
}

/** Files that git ignores and the rig's owner wants in every workplace. Gives what is to be said about it. */
export async function includeFiles(context: Context, rig: Rig, polecat: Polecat): Promise<readonly string[]> {
  if (rig.repository.kind !== 'path' || rig.settings.include === false) return [];
  const workplace = repositoryOf(context, rig, polecat);
  const { copied, left } = await context.git.copyIncluded(rig, workplace, polecat.worktree);
  const files = copied === 1 ? '1 file' : `${copied} files`;
  return [...(copied > 0 ? [`Copied ${files} that .worktreeinclude names.`] : []), ...left];
}

/** The rig's repository has what is committed on the polecat's branch. Of a worktree it always has; asked again, nothing changes. */
export async function collectCommits(context: Context, rig: Rig, polecat: Placed): Promise<void> {
  if (polecat.isolation !== 'clone' || !context.rigFolders.exists(polecat.worktree)) return;
  const { worktree: directory, branch } = polecat;
  await context.git.bringBack(rig, { directory, branch });
}

export async function archiveWorkingFolder(
  context: Context,
  rig: Rig,
  polecat: Placed,
  name: string,
): Promise<{ readonly ref: string; readonly sha: Sha }> {
  return polecat.isolation === 'clone'
    ? await context.git.archiveClone(rig, polecat.worktree, name)
    : await context.git.archive(rig, polecat.worktree, name);
}

/** Refused, with nothing removed, unless the archive holds all that lies there. */
export async function removeWorkingFolder(
  context: Context,
  rig: Rig,
  polecat: Placed,
  archive: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  if (polecat.isolation === 'clone') await context.git.removeClone(rig, polecat.worktree, archive);
  else await context.git.removeWorktree(rig, polecat.worktree, archive);
}

function fresh({ worktree, branch, base }: Polecat): {
  readonly directory: string;
  readonly branch: string;
  readonly start: Sha;
} {
  return { directory: worktree, branch, start: base };
}
