import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { asBranch } from './names.ts';
import { inRepository, worktreePlace } from './repository.ts';
import { isAtLeast } from './version.ts';

export type Worktree = {
  /** Real path of the folder; as git has it where the folder is gone. */
  readonly directory: string;
  /** Without `refs/heads/`; undefined where HEAD is detached. */
  readonly branch?: string | undefined;
  readonly sha?: Sha | undefined;
  /** The repository's own checkout (or the bare repository itself), not one that was added. */
  readonly main: boolean;
  readonly bare: boolean;
  /** Why it is locked; empty where no reason was given. */
  readonly locked?: string | undefined;
  /** The folder is there. */
  readonly exists: boolean;
};

/** What git lists as worktrees of the repository, the main one first. */
export async function listWorktrees(core: Core, repository: Repository): Promise<readonly Worktree[]> {
  const git = await inRepository(core, repository);
  // Without -z, a folder with a line break in its name could pose as another entry.
  const zero = await isAtLeast(core, 36);
  const { stdout } = await git(['worktree', 'list', '--porcelain', ...(zero ? ['-z'] : [])]);
  const end = zero ? '\0' : '\n';
  const records = stdout.split(`${end}${end}`).filter((record) => record.startsWith('worktree '));
  return Promise.all(records.map((record, index) => parseRecord(record.split(end), index === 0)));
}

/**
 * The folders that hold the branch: it is checked out there, or a rebase or bisect that began on it is not finished. Moving the branch
 * under one of them would make its owner's next commit revert what landed.
 */
export async function checkoutsOf(
  core: Core,
  repository: Repository,
  branch: string,
): Promise<readonly string[]> {
  const ref = `refs/heads/${asBranch(branch)}`;
  const worktrees = (await listWorktrees(core, repository)).filter(
    (worktree) => worktree.exists && !worktree.bare,
  );
  const holding = await Promise.all(
    worktrees.map(async (worktree) => {
      if (worktree.branch === branch) return true;
      return (
        worktree.branch === undefined && (await unfinished(repository, worktree.directory)).includes(ref)
      );
    }),
  );
  return worktrees.filter((_, index) => holding[index] === true).map(({ directory }) => directory);
}

async function parseRecord(lines: readonly string[], main: boolean): Promise<Worktree> {
  const field = (name: string): string | undefined => {
    const line = lines.find((candidate) => candidate === name || candidate.startsWith(`${name} `));
    return line?.slice(name.length + 1);
  };
  const listed = field('worktree') ?? '';
  const real = await fs.realpath(listed).catch(() => undefined);
  const sha = field('HEAD');
  return {
    directory: real ?? listed,
    branch: field('branch')?.replace(/^refs\/heads\//, ''),
    sha: sha === undefined || /^0+$/.test(sha) ? undefined : (sha as Sha),
    main,
    bare: field('bare') !== undefined,
    locked: field('locked'),
    exists: real !== undefined,
  };
}

/** The refs that operations under way will move when they end. */
async function unfinished(repository: Repository, directory: string): Promise<string[]> {
  // A folder whose `.git` is broken has nothing under way.
  const place = await worktreePlace(repository, directory).catch(() => undefined);
  if (place === undefined) return [];
  const files = ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START'];
  const texts = await Promise.all(
    files.map((file) => fs.readFile(join(place.gitDirectory, file), 'utf8').catch(() => undefined)),
  );
  return texts
    .filter((text) => text !== undefined)
    .map((text) => text.trim())
    .map((text) => (text.startsWith('refs/') ? text : `refs/heads/${text}`));
}
