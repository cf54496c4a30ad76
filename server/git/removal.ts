import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { requireCovered, requireResolves } from './archive.ts';
import type { Core, Repository } from './core.ts';
import { entriesOf } from './folders.ts';
import { refuseModules } from './modules.ts';
import { plain } from './plain.ts';
import { queued, worktreePlace } from './repository.ts';
import { removeListed } from './worktrees.ts';

/**
 * Removes the folder of a worktree; its branch stays. The archive must resolve to `sha` and hold all that lies there now, or nothing is
 * removed. Links inside are unlinked, never followed. Gone already is gone. Refused: `uncommitted` (archive missing or older than the
 * files, a submodule with work of its own), `not-found` for a folder git does not list, `forbidden` for the repository itself.
 */
export async function removeWorktree(
  core: Core,
  repository: Repository,
  directory: string,
  archive: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  await queued(core, repository, async () => {
    await requireResolves(core, repository, archive);
    const entries = await entriesOf(directory);
    if (entries !== undefined && entries.length > 0)
      await requireNothingToLose(core, repository, directory, archive);
    await removeListed(core, repository, directory);
  });
}

async function requireNothingToLose(
  core: Core,
  repository: Repository,
  directory: string,
  archive: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  const { gitDirectory } = await placeOrRefuse(repository, directory);
  await refuseModules(core, directory, gitDirectory);
  await requireCovered(core, repository, directory, archive);
}

/** A folder that is no worktree of this repository gets the same answer as in removeListed. */
async function placeOrRefuse(repository: Repository, directory: string) {
  return worktreePlace(repository, directory).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== 'wrong-place') throw error;
    throw new Refusal(
      'not-found',
      `git does not list ${plain(directory, 200)} as a worktree; it was left alone.`,
      {
        facts: { path: directory },
      },
    );
  });
}
