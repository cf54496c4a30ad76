import type { Core, Repository } from './core.ts';
import { inRepository, worktreePlace } from './repository.ts';

export type GitDirectories = {
  /** Of the repository: refs, objects, configuration. */
  readonly common: string;
  /** Of the worktree: its HEAD and index. The same in a repository's own checkout. */
  readonly own: string;
};

/** What a sandbox has to leave writable for commits in a worktree, as real paths. Refused as in inWorktree. */
export async function gitDirectoriesOf(
  core: Core,
  repository: Repository,
  worktree: string,
): Promise<GitDirectories> {
  await inRepository(core, repository);
  const { gitDirectory: own, common } = await worktreePlace(repository, worktree);
  return { common, own };
}
