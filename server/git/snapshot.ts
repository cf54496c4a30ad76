import { promises as fs } from 'node:fs';
import { basename, join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import { inRepository, inWorktree, linkedGitDirectory, worktreePlace } from './repository.ts';
import { asSha } from './names.ts';
import type { Run } from './repository.ts';
import { refuseInnerRepositories } from './status.ts';

export type Snapshot = {
  readonly tip: Sha;
  /** Tree of what is staged; where a merge left conflicts, of the files. */
  readonly index: string;
  /** Tree of the files, untracked ones too, ignored ones not. Of a folder that is gone, that of the index. */
  readonly files: string;
  readonly folderIsGone?: true;
};

/**
 * Writes index and files of a worktree into trees, through a copy of the index: neither index nor files are touched. Of a folder that is
 * gone, what git still has: its tip and its index.
 */
export async function takeSnapshot(core: Core, repository: Repository, worktree: string): Promise<Snapshot> {
  const kept = await linkedGitDirectory(repository, worktree);
  if (kept !== undefined) return snapshotWithoutFolder(core, repository, kept);
  const { sha: tip } = await headOf(core, repository, worktree);
  const git = await inWorktree(core, repository, worktree);
  const others = await git(['ls-files', '-z', '--others', '--exclude-standard']);
  refuseInnerRepositories(others.stdout.split('\0'));
  const { gitDirectory } = await worktreePlace(repository, worktree);
  return withIndexCopy(git, { gitDirectory, tip }, async (onCopy) => {
    const index = await stagedTree(onCopy);
    await lookAtAll(onCopy, worktree);
    await onCopy(['add', '--all', '--sparse', '--end-of-options', '.']);
    const files = (await onCopy(['write-tree'])).stdout.trim();
    return { tip, index: index ?? files, files };
  });
}

async function snapshotWithoutFolder(
  core: Core,
  repository: Repository,
  gitDirectory: string,
): Promise<Snapshot> {
  const git = await inRepository(core, repository);
  const head = `worktrees/${basename(gitDirectory)}/HEAD`;
  const named = await git(['cat-file', '--batch-check=%(objectname)'], {
    input: `${head}\n${head}^{tree}\n`,
  });
  const [sha = '', tree = ''] = named.stdout.split('\n');
  const tip = asSha(sha);
  return withIndexCopy(git, { gitDirectory, tip }, async (onCopy) => {
    const index = (await stagedTree(onCopy)) ?? tree;
    return { tip, index, files: index, folderIsGone: true };
  });
}

/** Files that git was told to pass over, as `update-index --assume-unchanged` and `--skip-worktree` do, are looked at like any other. */
async function lookAtAll(onCopy: Run, worktree: string): Promise<void> {
  const listing = await onCopy(['ls-files', '-v', '-z']);
  // `S`, or a small letter, stands before those; of a sparse checkout they are not there, and stay as they are.
  const passedOver = listing.stdout.split('\0').filter((entry) => /^[a-zS] /.test(entry));
  const paths: string[] = [];
  for (const path of passedOver.map((entry) => entry.slice(2)))
    if (await isThere(join(worktree, path))) paths.push(path);
  if (paths.length === 0) return;
  const input = `${paths.join('\0')}\0`;
  for (const flag of ['--no-assume-unchanged', '--no-skip-worktree'])
    await onCopy(['update-index', flag, '-z', '--stdin'], { input });
}

const isThere = (path: string): Promise<boolean> =>
  fs.lstat(path).then(
    () => true,
    () => false,
  );

/** Undefined while a merge left conflicts. */
async function stagedTree(onCopy: Run): Promise<string | undefined> {
  const { code, stdout } = await onCopy(['write-tree'], { accepts: [0, 128] });
  return code === 0 ? stdout.trim() : undefined;
}

async function withIndexCopy(
  git: Run,
  { gitDirectory, tip }: { readonly gitDirectory: string; readonly tip: Sha },
  work: (onCopy: Run) => Promise<Snapshot>,
): Promise<Snapshot> {
  const copy = join(gitDirectory, `gastown-${crypto.randomUUID()}.index`);
  const onCopy: Run = (args, options) =>
    git(args, { ...options, durable: true, environment: { GIT_INDEX_FILE: copy } });
  try {
    const copied = await copyIndex(join(gitDirectory, 'index'), copy);
    if (!copied) await onCopy(['read-tree', tip]);
    return await work(onCopy);
  } finally {
    await fs.rm(copy, { force: true });
    await fs.rm(`${copy}.lock`, { force: true });
  }
}

/**
 * With the time of the original: git looks into files that are as young as the index, and takes the others by their time and size. A
 * younger copy would pass over an edit that kept the size within the second of the last `git add`.
 */
export async function copyIndex(index: string, copy: string): Promise<boolean> {
  const stat = await fs.stat(index).catch(() => undefined);
  if (stat === undefined) return false;
  await fs.copyFile(index, copy);
  await fs.utimes(copy, Math.floor(stat.mtimeMs / 1000), Math.floor(stat.mtimeMs / 1000));
  return true;
}
