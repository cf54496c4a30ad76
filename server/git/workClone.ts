import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { entriesOf, makeParents, removeTree } from './folders.ts';
import { headOf } from './head.ts';
import type { Head } from './head.ts';
import { isAncestor, resolve } from './history.ts';
import { updateRef } from './landing.ts';
import { asBranch, asDirectory, asSha } from './names.ts';
import { plain } from './plain.ts';
import { inRepository, queued } from './repository.ts';
import { status } from './status.ts';
import { begun, isComplete, makeBranch, undoBranch } from './worktrees.ts';
import type { NewWorktree } from './worktrees.ts';

/**
 * A clone is a workplace with a repository of its own. It gets its objects by a fetch, as from another machine: hard links or alternates
 * would let whoever works in it write into the rig's repository, and a collection there take away what it stands on.
 */
export function cloneAt(directory: string): Repository {
  return { gitDirectory: join(directory, '.git'), repository: { kind: 'path', path: directory } };
}

/**
 * A clone of the rig's repository on a new branch, which is made in the rig's repository as well, and what stands there, checked. No git
 * hooks are in it. Refused, with neither folder nor branch left behind, as addWorktree.
 */
export async function addClone(core: Core, repository: Repository, request: NewWorktree): Promise<Head> {
  const directory = asDirectory(request.directory);
  const branch = asBranch(request.branch);
  const start = asSha(request.start);
  const ref = `refs/heads/${branch}`;
  if (((await entriesOf(directory)) ?? []).length > 0) {
    throw new Refusal('taken', `There is something at ${plain(directory, 200)} already.`, {
      facts: { path: directory },
    });
  }
  await queued(core, repository, () => makeBranch(core, repository, branch, start));
  const undoParents = await makeParents(directory);
  try {
    await fill(core, repository, { directory, branch, start });
    const head = await headOf(core, cloneAt(directory), directory);
    if (head.branch === branch && head.sha === start) return head;
    throw new Error(`the clone stands on ${String(head.branch)} at ${head.sha}`);
  } catch (error) {
    await removeTree(directory);
    await undoParents();
    await queued(core, repository, () => undoBranch(core, repository, ref, start));
    throw error;
  }
}

/** Undoes addClone for work that never began, as discardWorktree does. */
export async function discardClone(core: Core, repository: Repository, request: NewWorktree): Promise<void> {
  const { directory } = request;
  const start = asSha(request.start);
  const ref = `refs/heads/${asBranch(request.branch)}`;
  const tip = await resolve(core, repository, ref);
  if (tip !== undefined && tip !== start) throw begun(directory);
  const clone = cloneAt(directory);
  if (await isComplete(clone, directory)) {
    const { sha } = await headOf(core, clone, directory);
    const changed = await status(core, clone, directory);
    const others = (await ownRefs(core, directory)).some(({ name, sha: at }) => name !== ref || at !== start);
    if (sha !== start || changed.length > 0 || others) throw begun(directory);
  }
  await removeCloneFolder(directory);
  await queued(core, repository, () => undoBranch(core, repository, ref, start));
}

/**
 * Fetches what a clone has on its branch into the same branch of the rig's repository, and gives its tip; undefined where the branch is
 * gone there. What stood on it and is not in the new tip stays under `refs/gastown/replaced/`. Refused with `checkout` where a person has it
 * checked out, `wrong-place` where the clone is none any more, `unapproved` where its configuration names programs.
 */
export async function bringBack(
  core: Core,
  repository: Repository,
  { directory, branch }: { readonly directory: string; readonly branch: string },
): Promise<Sha | undefined> {
  const name = asBranch(branch);
  const ref = `refs/heads/${name}`;
  await inRepository(core, repository);
  await requireClone(directory);
  const tip = await resolve(core, cloneAt(directory), ref);
  if (tip === undefined) return undefined;
  const arriving = `refs/gastown/clones/${name}`;
  await fetchFrom(core, repository, directory, [`+${ref}:${arriving}`]);
  await moveTo(core, repository, { name, tip });
  await forgetArrival(core, repository, arriving);
  return tip;
}

/** Moves the branch of the rig's repository; what stood on it and is not in the new tip is kept. */
async function moveTo(
  core: Core,
  repository: Repository,
  { name, tip }: { readonly name: string; readonly tip: Sha },
): Promise<void> {
  const ref = `refs/heads/${name}`;
  const old = await resolve(core, repository, ref);
  if (old === tip) return;
  if (old !== undefined && !(await isAncestor(core, repository, old, tip))) {
    const kept = `refs/gastown/replaced/${name}-${old.slice(0, 12)}`;
    if ((await resolve(core, repository, kept)) === undefined)
      await updateRef(core, repository, kept, { old: undefined, new: old });
  }
  await updateRef(core, repository, ref, { old, new: tip });
}

/** Where something came on the way to its place: gone as soon as it is there. */
export async function forgetArrival(core: Core, repository: Repository, ref: string): Promise<void> {
  await queued(core, repository, async () => {
    const git = await inRepository(core, repository);
    await git(['update-ref', '-d', '--end-of-options', ref]);
  });
}

/** Fetches refs of a clone, whose owner is an agent, into the rig's repository. */
export async function fetchFrom(
  core: Core,
  repository: Repository,
  directory: string,
  refspecs: readonly string[],
): Promise<void> {
  // Serving the fetch, git reads the configuration there.
  await inRepository(core, cloneAt(directory));
  await queued(core, repository, async () => {
    await inRepository(core, cloneAt(directory));
    const git = await inRepository(core, repository);
    const options = ['--quiet', '--no-tags', '--refmap=', '--no-write-fetch-head', '--update-shallow'];
    await git(['fetch', ...options, '--end-of-options', directory, ...refspecs], {
      durable: true,
      environment: { GIT_NO_LAZY_FETCH: '1' },
    });
  });
}

export type OwnRef = { readonly name: string; readonly sha: string };

/** Branches, tags and stashes of a clone. */
export async function ownRefs(core: Core, directory: string): Promise<readonly OwnRef[]> {
  const git = await inRepository(core, cloneAt(directory));
  const places = ['refs/heads/', 'refs/tags/', 'refs/stash'];
  const { stdout } = await git(['for-each-ref', '--format=%(objectname) %(refname)', ...places]);
  const refs = stdout.split('\n').filter(Boolean);
  const tags = await sharedTags(core, directory);
  return refs
    .map((line) => ({ sha: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) }))
    .filter(({ name, sha }) => !tags.has(`${sha} ${name}`));
}

/** The folder of a clone, with all that is in it. A folder that is no clone is left alone, unless it is empty; gone already is gone. */
export async function removeCloneFolder(directory: string): Promise<void> {
  const leaving = `${asDirectory(directory)}.removed`;
  // Of a removal that was cut short.
  await removeTree(leaving);
  const entries = await entriesOf(directory);
  if (entries === undefined) return;
  if (entries.length === 0) return fs.rmdir(directory);
  await requireClone(directory);
  // In one step, since half a repository could be neither archived nor removed.
  await fs.rename(directory, leaving);
  await removeTree(leaving);
}

/** Refused with `not-found` where the folder is gone, `wrong-place` where its `.git` is no folder, or a link to one. */
export async function requireClone(directory: string): Promise<void> {
  if ((await entriesOf(asDirectory(directory))) === undefined) {
    throw new Refusal('not-found', `The folder ${plain(directory, 200)} is gone.`, {
      facts: { path: directory },
    });
  }
  const stat = await fs.lstat(join(directory, '.git')).catch(() => undefined);
  if (stat?.isDirectory() === true) return;
  throw new Refusal(
    'wrong-place',
    `${plain(directory, 200)} has no repository of its own any more; it was left alone.`,
    { facts: { path: directory } },
  );
}

async function fill(
  core: Core,
  repository: Repository,
  { directory, branch, start }: NewWorktree,
): Promise<void> {
  const source = await fs.realpath(repository.gitDirectory);
  const format = start.length === 64 ? ['--object-format=sha256'] : [];
  await core.execute({
    directory: core.emptyHooksDirectory,
    arguments: ['init', '--quiet', ...format, `--initial-branch=${branch}`, '--end-of-options', directory],
  });
  const at = (args: readonly string[]) => core.execute({ directory, arguments: args });
  const { repository: origin } = repository;
  await at(['remote', 'add', '--end-of-options', 'origin', origin.kind === 'url' ? origin.url : source]);
  const branches = origin.kind === 'url' ? 'refs/remotes/origin/*' : 'refs/heads/*';
  const refspecs = [
    `+${branches}:refs/remotes/origin/*`,
    // Those of other polecats are no business of this one.
    ...(origin.kind === 'url' ? [] : ['^refs/heads/polecat/*']),
    '+refs/tags/*:refs/tags/*',
    '+refs/tags/*:refs/gastown/tags/*',
  ];
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--update-shallow', '--update-head-ok'];
  await at(['fetch', ...options, '--end-of-options', source, ...refspecs]);
  await at(['fetch', ...options, '--end-of-options', source, `+refs/heads/${branch}:refs/heads/${branch}`]);
  await copyExcludes(source, directory);
  await at(['reset', '--quiet', '--hard', start]);
}

/** What the owner of the repository has git ignore there is ignored in its worktrees too. */
async function copyExcludes(source: string, directory: string): Promise<void> {
  const info = join(directory, '.git', 'info');
  await fs.mkdir(info, { recursive: true });
  await fs.copyFile(join(source, 'info', 'exclude'), join(info, 'exclude')).catch(() => undefined);
}

/** Those that came with it, as they came. */
async function sharedTags(core: Core, directory: string): Promise<Set<string>> {
  const git = await inRepository(core, cloneAt(directory));
  const { stdout } = await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/gastown/tags/']);
  return new Set(stdout.split('\n').map((line) => line.replace(' refs/gastown/tags/', ' refs/tags/')));
}
