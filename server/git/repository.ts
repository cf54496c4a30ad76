import { promises as fs } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve as resolvePath } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { checkConfiguration } from './configuration.ts';
import type { Core, Repository } from './core.ts';
import type { GitCall, GitResult } from './execute.ts';
import { asDirectory } from './names.ts';
import { plain } from './plain.ts';

export type RunOptions = Omit<GitCall, 'directory' | 'arguments' | 'upwards'>;
export type Run = (args: readonly string[], options?: RunOptions) => Promise<GitResult>;

/** Runs git in the repository. Refused: `unapproved` (see checkConfiguration), `not-found` where the git directory is gone. */
export async function inRepository(core: Core, repository: Repository): Promise<Run> {
  const directory = await commonDirectory(repository);
  await checkOnce(core, { ...repository, gitDirectory: directory });
  return (args, options) => core.execute({ directory, arguments: args, ...options });
}

/**
 * Runs git in a worktree of the repository, and only there. Refused: `wrong-place` where the folder belongs to another repository or
 * to none, `not-found` where it is gone, `unapproved`.
 */
export async function inWorktree(core: Core, repository: Repository, worktree: string): Promise<Run> {
  const { top } = await worktreePlace(repository, worktree);
  await checkOnce(core, repository, top);
  return (args, options) => core.execute({ directory: top, arguments: args, ...options });
}

/** Work that changes refs, worktrees or configuration runs one at a time in a repository. */
export async function queued<T>(core: Core, repository: Repository, work: () => Promise<T>): Promise<T> {
  return core.queue(await commonDirectory(repository), () => afterWaiting(core, work));
}

/** The network has a lane of its own, so that a stalled one holds up neither worktrees nor landings elsewhere. */
export async function queuedForNetwork<T>(
  core: Core,
  repository: Repository,
  work: () => Promise<T>,
): Promise<T> {
  return core.queue(`${await commonDirectory(repository)}\0network`, () => afterWaiting(core, work));
}

async function commonDirectory(repository: Repository): Promise<string> {
  const directory = asDirectory(repository.gitDirectory);
  try {
    return await fs.realpath(directory);
  } catch {
    throw new Refusal('not-found', `The repository at ${plain(directory, 200)} is gone.`, {
      facts: { path: directory },
    });
  }
}

export type WorktreePlace = {
  /** Real path of the folder. */
  readonly top: string;
  /** Where git keeps its HEAD and index. */
  readonly gitDirectory: string;
  /** The repository's own git directory. */
  readonly common: string;
};

/**
 * Read from the files git wrote, without running git: a `.git` that was exchanged must not decide what runs. Refused with
 * `wrong-place` or `not-found` as in inWorktree.
 */
export async function worktreePlace(repository: Repository, worktree: string): Promise<WorktreePlace> {
  const common = await commonDirectory(repository);
  const top = await fs.realpath(asDirectory(worktree)).catch(() => undefined);
  if (top === undefined) {
    throw new Refusal('not-found', `The folder ${plain(worktree, 200)} is gone.`, {
      facts: { path: worktree },
    });
  }
  const gitDirectory = await gitDirectoryOf(top);
  const foreign = gitDirectory === undefined || (await commonOf(gitDirectory)) !== common;
  if (!foreign) return { top, gitDirectory, common };
  throw new Refusal(
    'wrong-place',
    `${plain(top, 200)} is not a worktree of the repository at ${plain(common, 200)}.`,
    {
      next: `If its .git was lost or changed: git --git-dir=${plain(common, 200)} worktree repair`,
      facts: { path: top, repository: common },
    },
  );
}

/** What git keeps of a linked worktree whose folder is gone; undefined where the folder is there, or was never one. */
export async function linkedGitDirectory(
  repository: Repository,
  worktree: string,
): Promise<string | undefined> {
  const folder = join(await commonDirectory(repository), 'worktrees');
  const parent = await realOrUndefined(dirname(asDirectory(worktree)));
  const exists = await realOrUndefined(worktree);
  if (exists !== undefined) return undefined;
  const pointers = [
    join(worktree, '.git'),
    ...(parent === undefined ? [] : [join(parent, basename(worktree), '.git')]),
  ];
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const pointer = await fs.readFile(join(folder, name, 'gitdir'), 'utf8').catch(() => '');
    if (pointers.includes(pointer.trimEnd())) return join(folder, name);
  }
  return undefined;
}

/** The branch that work lands on, as a full ref: of the remote for a clone of ours, the local one in a user's repository. */
export function targetRef(repository: Repository, branch: string): string {
  return repository.repository.kind === 'url' ? `refs/remotes/origin/${branch}` : `refs/heads/${branch}`;
}

/** Several steps of one call ask once; a refusal ends the call. */
async function checkOnce(core: Core, repository: Repository, worktree?: string): Promise<void> {
  const folder = worktree ?? repository.gitDirectory;
  const asked = core.checked.get(folder) ?? checkConfiguration(core, repository, worktree);
  core.checked.set(folder, asked);
  await asked;
}

/** What was found before the wait may have been rewritten meanwhile. */
async function afterWaiting<T>(core: Core, work: () => Promise<T>): Promise<T> {
  core.checked.clear();
  return work();
}

async function gitDirectoryOf(top: string): Promise<string | undefined> {
  const pointer = join(top, '.git');
  const stat = await fs.lstat(pointer).catch(() => undefined);
  if (stat === undefined) return undefined;
  if (!stat.isFile()) return realOrUndefined(pointer);
  const target = /^gitdir: (.+)$/m.exec(await fs.readFile(pointer, 'utf8'))?.[1];
  return target === undefined ? undefined : realOrUndefined(resolvePath(top, target));
}

async function commonOf(gitDirectory: string): Promise<string | undefined> {
  const text = await fs.readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => undefined);
  if (text === undefined) return gitDirectory;
  const common = text.trimEnd();
  const path = await realOrUndefined(isAbsolute(common) ? common : join(gitDirectory, common));
  // A linked worktree's own directory lies where git puts it; a pointer from elsewhere was not written by git.
  const linked = basename(dirname(gitDirectory)) === 'worktrees' && dirname(dirname(gitDirectory)) === path;
  return linked ? path : undefined;
}

async function realOrUndefined(path: string): Promise<string | undefined> {
  return fs.realpath(path).catch(() => undefined);
}
