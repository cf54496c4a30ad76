import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from './core.ts';
import { worktreePlace } from './repository.ts';

/**
 * Calls back whenever git writes down that the HEAD of a worktree moved, as it does for every commit; several moves may be one call. No
 * git runs. Gives what ends it; it ends by itself with the worktree. Refused as worktreePlace; throws where git keeps no log of HEAD, or
 * the system takes no more watches.
 */
export async function watchHead(
  repository: Repository,
  worktree: string,
  moved: () => void,
): Promise<() => void> {
  const { gitDirectory } = await worktreePlace(repository, worktree);
  // Not the file: git may write it anew. Some systems do not say which file of the folder it was.
  const watcher = watch(join(gitDirectory, 'logs'), { persistent: false }, (_, name) => {
    if (name === null || name === 'HEAD') moved();
  });
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}
