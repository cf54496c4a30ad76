import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { entriesOf, makeParents, realTarget, removeTree } from './folders.ts';
import { headOf } from './head.ts';
import type { Head } from './head.ts';
import { resolve } from './history.ts';
import { asBranch, asDirectory, asSha } from './names.ts';
import { plain } from './plain.ts';
import { inRepository, queued, worktreePlace } from './repository.ts';
import { status } from './status.ts';
import { listWorktrees } from './worktreeList.ts';

/** Kept by git beside the worktree, so that nobody's `git worktree prune` or `remove` takes ours away. */
const lockReason = 'gastown';
const scratchReason = 'gastown scratch';

export type NewWorktree = {
  /** Absolute; must not exist, or be an empty folder. */
  readonly directory: string;
  /** Made by this call, at `start`. */
  readonly branch: string;
  readonly start: Sha;
};

/**
 * A new worktree on a new branch that tracks nothing, and what stands there, checked. Refused, with neither folder nor branch left behind:
 * `taken` for a branch or folder that exists, `git` for a start that does not or a checkout that fails, `invalid`, `unapproved`.
 */
export async function addWorktree(core: Core, repository: Repository, request: NewWorktree): Promise<Head> {
  const branch = asBranch(request.branch);
  const start = asSha(request.start);
  return queued(core, repository, async () => {
    const ref = `refs/heads/${branch}`;
    await refuseTakenBranch(core, repository, branch);
    const args = ['--no-track', '--lock', '--reason', lockReason, '-b', branch];
    try {
      await place(core, repository, { directory: request.directory, args, commitish: start });
    } catch (error) {
      await undoBranch(core, repository, ref, start);
      throw error;
    }
    const head = await headOf(core, repository, request.directory);
    if (head.branch === branch && head.sha === start) return head;
    throw new Error(
      `git worktree add left ${String(head.branch)} at ${head.sha} instead of ${branch} at ${start}`,
    );
  });
}

/** A worktree on a branch that exists; `taken` where the folder is, `git` where the branch is checked out elsewhere. Runs inside the queue. */
export async function addWorktreeOn(
  core: Core,
  repository: Repository,
  directory: string,
  branch: string,
): Promise<void> {
  const args = ['--lock', '--reason', lockReason];
  await place(core, repository, { directory, args, commitish: asBranch(branch) });
}

/** A worktree with a detached HEAD to land in. Refused, with nothing left behind: `taken` for a folder that exists, `git`, `unapproved`. */
export async function addScratch(
  core: Core,
  repository: Repository,
  directory: string,
  sha: Sha,
): Promise<Head> {
  const args = ['--detach', '--lock', '--reason', scratchReason];
  return queued(core, repository, async () => {
    await place(core, repository, { directory, args, commitish: asSha(sha) });
    return headOf(core, repository, directory);
  });
}

/**
 * Undoes addWorktree for work that never began: the folder and, at `start`, the branch go. What is not there is gone already, and a
 * checkout that was cut short counts as untouched. Refused with `uncommitted`: something was changed or committed since.
 */
export async function discardWorktree(
  core: Core,
  repository: Repository,
  request: NewWorktree,
): Promise<void> {
  const start = asSha(request.start);
  const ref = `refs/heads/${asBranch(request.branch)}`;
  await queued(core, repository, async () => {
    const tip = await resolve(core, repository, ref);
    if (tip !== undefined && tip !== start) throw begun(request.directory);
    const listed = await findListed(core, repository, request.directory);
    if (listed !== undefined && (await isComplete(repository, listed.directory))) {
      const { sha } = await headOf(core, repository, listed.directory);
      const changed = await status(core, repository, listed.directory);
      if (sha !== start || changed.length > 0) throw begun(request.directory);
    }
    await removeListed(core, repository, request.directory);
    await undoBranch(core, repository, ref, start);
  });
}

/** Removes what addScratch made; gone already is gone. Refused with `forbidden` for any other worktree, `not-found` for other folders. */
export async function removeScratch(core: Core, repository: Repository, directory: string): Promise<void> {
  await queued(core, repository, async () => {
    const listed = await findListed(core, repository, directory);
    if (listed !== undefined && listed.locked !== scratchReason) {
      throw new Refusal('forbidden', `${plain(directory, 200)} is a worktree that was not made to land in.`);
    }
    await removeListed(core, repository, directory);
  });
}

/**
 * The folder of a worktree and git's record of it. A folder that git does not list is left alone, unless it is empty. Refused:
 * `not-found` for a folder that is no worktree, `forbidden` for the repository's own. Runs inside the queue.
 */
export async function removeListed(core: Core, repository: Repository, directory: string): Promise<void> {
  const listed = await findListed(core, repository, directory);
  if (listed === undefined) {
    const entries = await entriesOf(directory);
    if (entries === undefined) return;
    if (entries.length === 0) return fs.rmdir(directory);
    throw new Refusal(
      'not-found',
      `git does not list ${plain(directory, 200)} as a worktree; it was left alone.`,
      {
        facts: { path: directory },
      },
    );
  }
  if (listed.main) throw new Refusal('forbidden', `${plain(directory, 200)} is the repository itself.`);
  await removeTree(listed.directory);
  const git = await inRepository(core, repository);
  await git(['worktree', 'remove', '--force', '--force', '--end-of-options', listed.directory]);
}

type Placement = { readonly directory: string; readonly args: readonly string[]; readonly commitish: string };

async function place(core: Core, repository: Repository, placement: Placement): Promise<void> {
  const directory = asDirectory(placement.directory);
  if (((await entriesOf(directory)) ?? []).length > 0) {
    throw new Refusal('taken', `There is something at ${plain(directory, 200)} already.`, {
      facts: { path: directory },
    });
  }
  const git = await inRepository(core, repository);
  const undoParents = await makeParents(directory);
  try {
    await git(['worktree', 'add', ...placement.args, '--end-of-options', directory, placement.commitish]);
  } catch (error) {
    await clearAway(core, repository, directory);
    await undoParents();
    throw error;
  }
}

/** After a failed add: it was empty or missing before, so all that is there is git's. */
async function clearAway(core: Core, repository: Repository, directory: string): Promise<void> {
  await removeTree(directory);
  const listed = await findListed(core, repository, directory);
  if (listed !== undefined && !listed.main) await removeListed(core, repository, directory);
}

/** Refused with `taken` where the branch is there. Runs inside the queue. */
export async function makeBranch(
  core: Core,
  repository: Repository,
  branch: string,
  start: Sha,
): Promise<void> {
  const ref = `refs/heads/${branch}`;
  await refuseTakenBranch(core, repository, branch);
  const git = await inRepository(core, repository);
  await git(['update-ref', '--create-reflog', '--end-of-options', ref, start, '0'.repeat(start.length)]);
}

async function refuseTakenBranch(core: Core, repository: Repository, branch: string): Promise<void> {
  const tip = await resolve(core, repository, `refs/heads/${branch}`);
  if (tip === undefined) return;
  throw new Refusal('taken', `There is a branch ${branch} already.`, { facts: { branch, tip } });
}

/** Only of a branch this folder made, and only while nothing was added to it. */
export async function undoBranch(core: Core, repository: Repository, ref: string, start: Sha): Promise<void> {
  if ((await resolve(core, repository, ref)) !== start) return;
  const git = await inRepository(core, repository);
  await git(['update-ref', '-d', '--end-of-options', ref, start]);
}

async function findListed(core: Core, repository: Repository, directory: string) {
  const wanted = await realTarget(asDirectory(directory)).catch(() => directory);
  return (await listWorktrees(core, repository)).find((worktree) => worktree.directory === wanted);
}

/** git writes the index last. */
export async function isComplete(repository: Repository, directory: string): Promise<boolean> {
  const found = await worktreePlace(repository, directory).catch(() => undefined);
  if (found === undefined) return false;
  return fs.access(join(found.gitDirectory, 'index')).then(
    () => true,
    () => false,
  );
}

export function begun(directory: string): Refusal {
  return new Refusal('uncommitted', `Work has begun in ${plain(directory, 200)}; it was left alone.`, {
    next: 'Remove it with its archive instead.',
    facts: { path: directory },
  });
}
