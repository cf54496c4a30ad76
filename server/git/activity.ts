import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import { commitFields } from './history.ts';
import { status } from './status.ts';

export interface Activity {
  readonly tip: Sha;
  /** Milliseconds: when the newest commit since the base was made; absent: there is none. */
  readonly committedAt?: number;
  /** Milliseconds: when an uncommitted file, or something at the top of the worktree, changed last. */
  readonly changedAt?: number;
}

/** More than this of an agent's files are not asked one by one. */
const mostFiles = 2000;

/** What has gone on in a worktree since its base: one look, which changes nothing. */
export async function activityIn(
  core: Core,
  repository: Repository,
  { worktree, base }: { readonly worktree: string; readonly base: Sha },
): Promise<Activity> {
  const [{ sha: tip }, files] = await Promise.all([
    headOf(core, repository, worktree),
    status(core, repository, worktree),
  ]);
  const range = { base, tip, limit: 1 };
  const [newest] = tip === base ? [] : await commitFields(core, repository, range, { fields: ['%ct'] });
  const committedAt = Number(newest?.[0]) * 1000;
  const changedAt = await newestChange(
    worktree,
    files.slice(0, mostFiles).map(({ path }) => path),
  );
  return {
    tip,
    ...(Number.isFinite(committedAt) && committedAt > 0 ? { committedAt } : {}),
    ...(changedAt === undefined ? {} : { changedAt }),
  };
}

async function newestChange(worktree: string, paths: readonly string[]): Promise<number | undefined> {
  const top = await readdir(worktree).catch(() => []);
  const files = [...paths, ...top.filter((name) => name !== '.git')];
  const times = await Promise.all(files.map((path) => changeOf(join(worktree, path))));
  return times.reduce<number | undefined>(
    (newest, at) => (at === undefined || (newest !== undefined && newest >= at) ? newest : at),
    undefined,
  );
}

/** Of one that was deleted: of the folder that it was in. */
async function changeOf(path: string): Promise<number | undefined> {
  for (const each of [path, dirname(path)]) {
    const found = await lstat(each).catch(() => undefined);
    if (found) return found.mtimeMs;
  }
  return undefined;
}
