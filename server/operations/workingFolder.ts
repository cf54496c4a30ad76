import type { Agent } from '../domain/agent.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Rig } from '../domain/rig.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { Sha } from '../domain/ids.ts';
import type { Repository } from '../git/core.ts';
import { displayText } from '../domain/text.ts';
import type { InPlace } from '../git/inPlace.ts';
import type { Context } from './context.ts';

/** What a polecat works in: a linked worktree of the rig's repository, a clone with a repository of its own, or a checkout of the user's. */

type Placed = Pick<Polecat, 'isolation' | 'worktree' | 'branch' | 'home'>;

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

/**
 * An agent in a folder that is no worktree (any more) would work in whatever repository lies above it, and one in a checkout that its user
 * has taken back, on the user's branch.
 */
export async function refuseLostWorkingFolder(
  context: Context,
  rig: Rig | undefined,
  agent: Agent,
): Promise<void> {
  if (!rig || agent.role === 'mayor') return;
  if (!context.rigFolders.exists(agent.worktree)) throw lost(agent);
  const { top, branch } = await context.git.headOf(repositoryOf(context, rig, agent), agent.worktree);
  if (agent.role !== 'polecat' || agent.isolation !== 'in-place' || branch === agent.branch) return;
  throw new Refusal(
    'wrong-place',
    `${displayText(top, 200)} stands on ${shownBranch(branch)}, not on ${agent.branch}.`,
    {
      next: `Check it out there first: git switch ${agent.branch}`,
      facts: { checkout: top, branch },
    },
  );
}

/** What its branch has is still there; a folder on a disk that is away comes back with it. */
function lost(agent: Exclude<Agent, { role: 'mayor' }>): Refusal {
  const free = agent.role === 'polecat' && agent.bead !== undefined ? `gt unsling ${agent.bead}` : undefined;
  const remove = `gt ${agent.role} remove ${agent.id} --force`;
  return new Refusal('not-found', `The folder ${displayText(agent.worktree, 200)} is gone.`, {
    next: `Bring it back where it was, or: ${free ?? remove}, which archives what git still has of it`,
    facts: { folder: agent.worktree },
  });
}

/** Folder and branch, at the polecat's base. Whatever fails, neither is left. */
export async function addWorkingFolder(context: Context, rig: Rig, polecat: Polecat): Promise<void> {
  if (polecat.isolation === 'clone') await context.git.addClone(rig, fresh(polecat));
  else if (polecat.isolation === 'in-place') await context.git.enterCheckout(rig, inPlace(polecat));
  else await context.git.addWorktree(rig, fresh(polecat));
}

/** Undoes it. Refused with `uncommitted` where work has begun in it. */
export async function discardWorkingFolder(context: Context, rig: Rig, polecat: Polecat): Promise<void> {
  if (polecat.isolation === 'clone') await context.git.discardClone(rig, fresh(polecat));
  else if (polecat.isolation === 'in-place') await context.git.discardCheckout(rig, inPlace(polecat));
  else await context.git.discardWorktree(rig, fresh(polecat));
}

/** Files that git ignores and the rig's owner wants in every workplace of the town's. Gives what is to be said about it. */
export async function includeFiles(context: Context, rig: Rig, polecat: Polecat): Promise<readonly string[]> {
  if (polecat.isolation === 'in-place') {
    const where = displayText(polecat.worktree, 200);
    return [`It works in your own checkout, ${where}: edit nothing there until ${polecat.home} is back.`];
  }
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
): Promise<{ readonly ref: string; readonly sha: Sha; readonly held?: string }> {
  return polecat.isolation === 'clone'
    ? await context.git.archiveClone(rig, polecat.worktree, name)
    : await context.git.archive(rig, polecat.worktree, name);
}

/** Whether what is checked out there may be the polecat's: a user's checkout may be back on its own branch. */
export async function isStillThere(context: Context, rig: Rig, polecat: Placed): Promise<boolean> {
  if (polecat.isolation !== 'in-place' || !context.rigFolders.exists(polecat.worktree)) return true;
  const { branch } = await context.git.headOf(rig, polecat.worktree);
  return branch !== polecat.home;
}

/**
 * Refused, with nothing removed, unless the archive holds all that lies there. A checkout of the user's is only left; gives why it was
 * not, as the end of a sentence.
 */
export async function removeWorkingFolder(
  context: Context,
  rig: Rig,
  polecat: Placed,
  archive: { readonly ref: string; readonly sha: Sha },
): Promise<string | undefined> {
  if (polecat.isolation === 'in-place')
    return await context.git.leaveCheckout(rig, placeOf(polecat), archive);
  if (polecat.isolation === 'clone') await context.git.removeClone(rig, polecat.worktree, archive);
  else await context.git.removeWorktree(rig, polecat.worktree, archive);
  return undefined;
}

function fresh({ worktree, branch, base }: Polecat): {
  readonly directory: string;
  readonly branch: string;
  readonly start: Sha;
} {
  return { directory: worktree, branch, start: base };
}

function placeOf({ worktree, branch, home = '' }: Placed): InPlace {
  return { directory: worktree, branch, home };
}

const inPlace = (polecat: Polecat): InPlace & { readonly start: Sha } => ({
  ...placeOf(polecat),
  start: polecat.base,
});

const shownBranch = (branch: string | undefined): string =>
  branch === undefined ? 'no branch' : displayText(branch, 100);
