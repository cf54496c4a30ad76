import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import type { Identity } from './names.ts';
import { asSha, identityVariables } from './names.ts';
import { plain } from './plain.ts';
import { inWorktree, queued } from './repository.ts';

export type UncommittedFile = {
  readonly path: string;
  /** Git's two letters, index and worktree; `??` is untracked. */
  readonly code: string;
};

/** What is not committed; a path that ends in `/` is another repository inside. */
export async function status(
  core: Core,
  repository: Repository,
  worktree: string,
): Promise<readonly UncommittedFile[]> {
  const git = await inWorktree(core, repository, worktree);
  const { stdout } = await git([
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=all',
    '--ignore-submodules=dirty',
    '--no-renames',
  ]);
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((entry) => ({ code: entry.slice(0, 2), path: entry.slice(3) }));
}

/**
 * Commits everything that is not ignored, without git hooks. Refused, with nothing committed: `no-commits` where there is nothing to
 * commit, `uncommitted` where another repository lies inside, `conflict` where a merge left conflicts, `invalid` for an empty message.
 */
export async function commitAll(
  core: Core,
  repository: Repository,
  worktree: string,
  commit: { readonly message: string; readonly identity: Identity },
): Promise<Sha> {
  const message = commit.message.replaceAll('\0', '').trim();
  if (message === '') throw new Refusal('invalid', 'A commit needs a message.', { field: 'message' });
  const environment = identityVariables(commit.identity);
  return queued(core, repository, async () => {
    await headOf(core, repository, worktree);
    const files = await status(core, repository, worktree);
    if (files.length === 0) throw new Refusal('no-commits', 'There is nothing to commit.');
    refuseInnerRepositories(files.map(({ path }) => path));
    refuseConflicts(files);
    const git = await inWorktree(core, repository, worktree);
    await git(['add', '--all', '--end-of-options', '.']);
    await git(['commit', '--quiet', '--no-verify', '--no-gpg-sign', '--cleanup=whitespace', '--file=-'], {
      input: `${message}\n`,
      environment,
      durable: true,
    });
    return asSha((await git(['rev-parse', '--verify', 'HEAD'])).stdout.trim());
  });
}

/** git would record such a folder as a bare commit name, and its files would be nowhere. */
export function refuseInnerRepositories(paths: readonly string[]): void {
  const inner = paths.filter((path) => path.endsWith('/'));
  if (inner.length === 0) return;
  const shown = inner.slice(0, 5).map((path) => plain(path, 100));
  throw new Refusal('uncommitted', `Another repository lies inside: ${shown.join(', ')}.`, {
    next: 'Move it out of the worktree, or ignore it if it may be lost.',
    facts: { files: inner },
  });
}

function refuseConflicts(files: readonly UncommittedFile[]): void {
  const conflicts = files.filter(({ code }) => code.includes('U') || code === 'AA' || code === 'DD');
  if (conflicts.length === 0) return;
  const paths = conflicts.map(({ path }) => path);
  throw new Refusal(
    'conflict',
    `There are conflicts in ${paths
      .slice(0, 5)
      .map((path) => plain(path, 100))
      .join(', ')}.`,
    {
      next: 'Resolve them and `git add` the files.',
      facts: { files: paths },
    },
  );
}
