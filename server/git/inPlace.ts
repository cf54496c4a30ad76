import { promises as fs } from 'node:fs';
import { join, sep } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { requireResolves, requireSame } from './archive.ts';
import type { Core, Repository } from './core.ts';
import { entriesOf } from './folders.ts';
import { headOf } from './head.ts';
import type { Head } from './head.ts';
import { resolve } from './history.ts';
import { asBranch, asDirectory, asSha } from './names.ts';
import { plain, whatGitSaid } from './plain.ts';
import { inWorktree, queued, worktreePlace } from './repository.ts';
import { status } from './status.ts';
import { checkoutsOf, listWorktrees } from './worktreeList.ts';
import { begun, makeBranch, undoBranch } from './worktrees.ts';

/**
 * Work in a checkout of the user's own, on a branch of its own. Nothing here deletes, cleans or forces anything there: the checkout is
 * switched to that branch, and back to the branch it came from, only while all in it is committed or ignored.
 */
export type InPlace = {
  /** Real path of the checkout. */
  readonly directory: string;
  /** The branch that is checked out there otherwise. */
  readonly home: string;
  readonly branch: string;
};

export type NewInPlace = InPlace & { readonly start: Sha };

/** The user's checkout that a local path lies in, as a real path. Refused with `invalid`: no local path, or no files at it. */
export async function ownCheckout(core: Core, repository: Repository): Promise<string> {
  const { repository: source } = repository;
  if (source.kind === 'path') {
    const path = await fs.realpath(asDirectory(source.path)).catch(() => source.path);
    const holding = (await listWorktrees(core, repository))
      .filter(({ bare, exists }) => exists && !bare)
      .map(({ directory }) => directory)
      .filter((directory) => `${path}${sep}`.startsWith(`${directory}${sep}`))
      .toSorted((a, b) => b.length - a.length);
    if (holding[0] !== undefined) return holding[0];
  }
  const what = source.kind === 'path' ? `${plain(source.path, 200)} is no checkout` : 'It is kept as a clone';
  throw new Refusal('invalid', `${what}, so there is no place of yours to work in.`, {
    field: 'isolation',
    next: 'isolation clone gives each polecat a whole repository of its own.',
  });
}

/**
 * The branch that is checked out, and that work in the checkout would return to. Refused, and what to do: `checkout` without one, or while
 * a merge or the like is under way; `in-use` on the branch of a polecat; `uncommitted`, with the files; `invalid` for a name we do not take.
 */
export async function homeOf(core: Core, repository: Repository, directory: string): Promise<string> {
  const { branch: home, top } = await headOf(core, repository, directory);
  const where = plain(top, 200);
  const { gitDirectory } = await worktreePlace(repository, top);
  const under = await underWay(gitDirectory);
  if (under !== undefined) {
    throw new Refusal('checkout', `${under} is under way in ${where}.`, {
      next: 'Bring it to its end there, or abort it; then sling again.',
      facts: { checkout: top },
    });
  }
  if (home === undefined) {
    throw new Refusal('checkout', `No branch is checked out in ${where}.`, {
      next: `Check one out there, to come back to: git switch BRANCH`,
      facts: { checkout: top },
    });
  }
  if (home.startsWith('polecat/')) {
    throw new Refusal('in-use', `${where} stands on ${plain(home, 200)}, the branch of a polecat.`, {
      next: 'Check out a branch of your own there: git switch BRANCH',
      facts: { checkout: top },
    });
  }
  const files = (await status(core, repository, top)).map(({ path }) => path);
  if (files.length === 0) return asBranch(home);
  const shown = files.slice(0, 5).map((path) => plain(path, 100));
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  throw new Refusal('uncommitted', `There is uncommitted work in ${where}: ${shown.join(', ')}${more}.`, {
    next: 'Commit it, or put it away with git stash --include-untracked; then sling again.',
    facts: { checkout: top, files },
  });
}

/**
 * Makes the branch and checks it out, and gives what stands there, checked. Refused as homeOf, `stale` where another branch than `home` is
 * checked out by now, `taken` for a branch that exists, `git` where the switch would overwrite an ignored file, `checkout` where not all would
 * be committed or ignored on that branch too. The checkout is then as it was.
 */
export async function enterCheckout(core: Core, repository: Repository, request: NewInPlace): Promise<Head> {
  const { directory } = request;
  const branch = asBranch(request.branch);
  const start = asSha(request.start);
  return queued(core, repository, async () => {
    const home = await homeOf(core, repository, directory);
    if (home !== request.home) {
      throw new Refusal('stale', `${plain(directory, 200)} stands on ${home}, not on ${request.home}.`, {
        next: 'Sling again.',
      });
    }
    await makeBranch(core, repository, branch, start);
    try {
      await switchTo(core, repository, directory, branch);
      await requireCleanThere(core, repository, { directory, branch });
      const head = await headOf(core, repository, directory);
      if (head.sha === start) return head;
      throw new Error(`git switch left ${directory} at ${head.sha} instead of ${start}`);
    } catch (error) {
      await goBack(core, repository, request);
      throw error;
    }
  });
}

/** What one branch ignores is new on another that does not, and so is a submodule that stands elsewhere: it would be taken along as work. */
async function requireCleanThere(
  core: Core,
  repository: Repository,
  { directory, branch }: { readonly directory: string; readonly branch: string },
): Promise<void> {
  const files = (await status(core, repository, directory)).map(({ path }) => path);
  if (files.length === 0) return;
  const shown = files.slice(0, 5).map((path) => plain(path, 100));
  throw new Refusal(
    'checkout',
    `What is ignored or in a submodule in ${plain(directory, 200)} would be a change on ${branch}: ${shown.join(', ')}.`,
    {
      next: 'Bring the branch that is checked out there and the target together, or choose isolation worktree.',
      facts: { checkout: directory, files },
    },
  );
}

/** Nobody has worked on the branch yet. Where git will not go back, whoever asked for it undoes it again, and says why. */
async function goBack(core: Core, repository: Repository, request: NewInPlace): Promise<void> {
  const { directory, home, branch, start } = request;
  try {
    if ((await headOf(core, repository, directory)).branch === branch)
      await switchTo(core, repository, directory, home);
    await undoBranch(core, repository, `refs/heads/${branch}`, start);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/**
 * Undoes enterCheckout for work that never began, wherever it was cut short: `home` is checked out again and the branch goes. What was not
 * made is gone already, and another branch that is checked out by now stays so. Refused with `uncommitted` where something was changed or
 * committed since, or git is at work there.
 */
export async function discardCheckout(
  core: Core,
  repository: Repository,
  request: NewInPlace,
): Promise<void> {
  await queued(core, repository, () => discard(core, repository, request));
}

/**
 * Checks `home` out again, where the archive holds all there is; ignored files stay. Gives why the checkout was left as it is instead, as
 * the end of a sentence: work in it that is not committed, another branch, or git that will not. Refused with `uncommitted`: the
 * archive is missing or older than what lies there.
 */
export async function leaveCheckout(
  core: Core,
  repository: Repository,
  { directory, home, branch }: InPlace,
  archive: { readonly ref: string; readonly sha: Sha },
): Promise<string | undefined> {
  return queued(core, repository, async () => {
    await requireResolves(core, repository, archive);
    if ((await entriesOf(directory)) === undefined) return undefined;
    const head = await headOf(core, repository, directory);
    if (head.branch === home) return undefined;
    if (head.branch !== branch) return `${head.branch ?? 'no branch'} is checked out there`;
    const busy = await busyWith(core, repository, directory);
    if (busy !== undefined) return busy;
    await requireSame(core, repository, directory, archive);
    try {
      await switchTo(core, repository, directory, asBranch(home));
      return undefined;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'git') return plain(error.message, 300);
      throw error;
    }
  });
}

/** Runs inside the queue. */
async function discard(core: Core, repository: Repository, request: NewInPlace): Promise<void> {
  const { directory } = request;
  const branch = asBranch(request.branch);
  const start = asSha(request.start);
  const ref = `refs/heads/${branch}`;
  const tip = await resolve(core, repository, ref);
  if (tip !== undefined && tip !== start) throw begun(directory);
  const { gitDirectory } = await worktreePlace(repository, directory);
  // A git that outlived the town may be about to check the branch out.
  if (await isThere(join(gitDirectory, 'index.lock'))) throw begun(directory);
  const head = await headOf(core, repository, directory);
  if (head.branch === branch) {
    if ((await busyWith(core, repository, directory)) !== undefined) throw begun(directory);
    await switchTo(core, repository, directory, asBranch(request.home));
  }
  if (tip === undefined) return;
  if ((await checkoutsOf(core, repository, branch)).length > 0) throw begun(directory);
  await undoBranch(core, repository, ref, start);
}

async function busyWith(core: Core, repository: Repository, directory: string): Promise<string | undefined> {
  const { gitDirectory } = await worktreePlace(repository, directory);
  const under = await underWay(gitDirectory);
  if (under !== undefined) return `${under} is under way there`;
  const files = await status(core, repository, directory);
  return files.length === 0 ? undefined : 'there is uncommitted work in it';
}

/**
 * Without force, and never over an ignored file, which git would overwrite unasked where the other branch has one of its name. No option
 * can stand in the name of a branch.
 */
async function switchTo(
  core: Core,
  repository: Repository,
  directory: string,
  branch: string,
): Promise<void> {
  const git = await inWorktree(core, repository, directory);
  const options = ['--quiet', '--no-guess', '--no-recurse-submodules', '--no-overwrite-ignore'];
  const { code, stderr } = await git(['switch', ...options, branch], { accepts: [0, 1, 128], durable: true });
  if (code !== 0) throw refusedSwitch({ directory, branch }, stderr);
  const head = await headOf(core, repository, directory);
  if (head.branch !== branch) throw new Error(`git switch left ${directory} on ${String(head.branch)}`);
}

/** git names the files that are in the way in lines of their own. */
function refusedSwitch(
  { directory, branch }: { readonly directory: string; readonly branch: string },
  stderr: string,
): Refusal {
  const files = stderr
    .split('\n')
    .filter((line) => line.startsWith('\t'))
    .map((line) => line.trim());
  const shown = files.slice(0, 5).map((file) => plain(file, 100));
  const why = shown.length > 0 ? `${shown.join(', ')} would be overwritten` : whatGitSaid(stderr);
  return new Refusal('git', `git would not check out ${branch} in ${plain(directory, 200)}: ${why}.`, {
    next: 'Move what is in the way to another place, or choose isolation worktree.',
    facts: { checkout: directory, files },
  });
}

/** What git keeps while one of these waits for its end. */
const signs: readonly (readonly [file: string, what: string])[] = [
  ['rebase-merge', 'A rebase'],
  ['rebase-apply', 'A rebase'],
  ['MERGE_HEAD', 'A merge'],
  ['CHERRY_PICK_HEAD', 'A cherry-pick'],
  ['REVERT_HEAD', 'A revert'],
  ['sequencer', 'A series of picks'],
  ['BISECT_START', 'A bisection'],
];

async function underWay(gitDirectory: string): Promise<string | undefined> {
  for (const [file, what] of signs) if (await isThere(join(gitDirectory, file))) return what;
  return undefined;
}

const isThere = (path: string): Promise<boolean> =>
  fs.lstat(path).then(
    () => true,
    () => false,
  );
