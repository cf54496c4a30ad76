import type { Core, Repository } from './core.ts';
import { commonDirectory, inWorktree, worktreePlace } from './repository.ts';

export type GitFolders = {
  /** Where git keeps HEAD and index of the worktree. */
  readonly own: string;
  /** What all worktrees of the repository share; the same in a repository's own folder. */
  readonly common: string;
};

/** The folders that a commit in a worktree writes to. Refused as in inWorktree. */
export async function gitFolders(core: Core, repository: Repository, worktree: string): Promise<GitFolders> {
  await inWorktree(core, repository, worktree);
  const { gitDirectory } = await worktreePlace(repository, worktree);
  return { own: gitDirectory, common: await commonDirectory(repository) };
}
