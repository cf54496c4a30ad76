import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { asSha } from './names.ts';
import { inRepository, queued } from './repository.ts';

/** Every ref of the town's own in a repository: archives, tips, and what was replaced. */
export async function ownTownRefs(core: Core, repository: Repository): Promise<readonly string[]> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['for-each-ref', '--format=%(refname)', 'refs/gastown/']);
  return stdout.split('\n').filter(Boolean);
}

/** Ids of merge requests whose landed commit is kept, and not reachable from this one. */
export async function landedNotOn(
  core: Core,
  repository: Repository,
  target: Sha,
): Promise<readonly string[]> {
  const git = await inRepository(core, repository);
  const args = ['for-each-ref', '--format=%(refname)', `--no-merged=${asSha(target)}`, landed];
  const { stdout } = await git(args);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((ref) => ref.slice(landed.length));
}

const landed = 'refs/gastown/landed/';

/** For good: nothing of the town's keeps its commits any more. */
export async function deleteTownRefs(core: Core, repository: Repository): Promise<void> {
  await queued(core, repository, async () => {
    const git = await inRepository(core, repository);
    for (const ref of await ownTownRefs(core, repository))
      await git(['update-ref', '-d', '--end-of-options', ref]);
  });
}
