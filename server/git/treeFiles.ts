import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { asSha, asTreePath } from './names.ts';
import { inRepository } from './repository.ts';

export type TreeFile = { readonly path: string; readonly blob: string };

/** Those of the paths that are files in a commit, with the names of their contents, in the order of the tree. */
export async function filesOf(
  core: Core,
  repository: Repository,
  sha: Sha,
  paths: readonly string[],
): Promise<readonly TreeFile[]> {
  if (paths.length === 0) return [];
  const git = await inRepository(core, repository);
  const { stdout } = await git(['ls-tree', '-z', '--full-tree', asSha(sha), '--', ...paths.map(asTreePath)]);
  return stdout.split('\0').flatMap((entry) => {
    const [, blob, path] = /^\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    return blob === undefined || path === undefined ? [] : [{ path, blob }];
  });
}
