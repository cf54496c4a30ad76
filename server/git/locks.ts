import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Core, Repository } from './core.ts';
import { worktreePlace } from './repository.ts';

/** What a git that was killed left behind, and keeps every other from the worktree's index; undefined: there is none. */
export async function indexLock(
  _core: Core,
  repository: Repository,
  worktree: string,
): Promise<{ readonly file: string; readonly at: number } | undefined> {
  const file = await lockOf(repository, worktree);
  const stats = await fs.stat(file).catch(() => undefined);
  return stats && { file, at: stats.mtimeMs };
}

/** The same one, and no newer. */
export async function removeIndexLock(
  core: Core,
  repository: Repository,
  worktree: string,
  at: number,
): Promise<void> {
  const lock = await indexLock(core, repository, worktree);
  if (lock?.at === at) await fs.rm(lock.file, { force: true });
}

async function lockOf(repository: Repository, worktree: string): Promise<string> {
  return join((await worktreePlace(repository, worktree)).gitDirectory, 'index.lock');
}
