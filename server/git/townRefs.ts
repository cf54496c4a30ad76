import type { Core, Repository } from './core.ts';
import { inRepository, queued } from './repository.ts';

/** Every ref of the town's own in a repository: archives, tips, and what was replaced. */
export async function ownTownRefs(core: Core, repository: Repository): Promise<readonly string[]> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['for-each-ref', '--format=%(refname)', 'refs/gastown/']);
  return stdout.split('\n').filter(Boolean);
}

/** For good: nothing of the town's keeps its commits any more. */
export async function deleteTownRefs(core: Core, repository: Repository): Promise<void> {
  await queued(core, repository, async () => {
    const git = await inRepository(core, repository);
    for (const ref of await ownTownRefs(core, repository))
      await git(['update-ref', '-d', '--end-of-options', ref]);
  });
}
