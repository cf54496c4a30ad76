import { join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { archive, requireResolves, requireSame } from './archive.ts';
import type { Archive } from './archive.ts';
import type { Core, Repository } from './core.ts';
import { entriesOf } from './folders.ts';
import { resolve } from './history.ts';
import { updateRef } from './landing.ts';
import { asBranch } from './names.ts';
import { refuseModules } from './removal.ts';
import { inRepository, queued } from './repository.ts';
import { cloneAt, fetchFrom, forgetArrival, ownRefs, removeCloneFolder, requireClone } from './workClone.ts';

/**
 * Keeps all there is in a clone in the rig's repository: tip, index and files under `refs/gastown/archive/NAME`, as archive does, and
 * whatever branches, tags and stashes were made there under `refs/gastown/archive/NAME-held/`. Refused as archive, and as bringBack.
 */
export async function archiveClone(
  core: Core,
  repository: Repository,
  directory: string,
  name: string,
): Promise<Archive> {
  await inRepository(core, repository);
  await requireClone(directory);
  const made = await archive(core, cloneAt(directory), directory, name);
  const wanted = `refs/gastown/archive/${asBranch(name)}`;
  const arriving = `refs/gastown/clones/${name}-archive`;
  await nameStashes(core, directory);
  const refspecs = (await keptRefs(core, directory)).map((ref) => `+${ref}:${wanted}-held/${short(ref)}`);
  await fetchFrom(core, repository, directory, [`+${made.ref}:${arriving}`, ...refspecs]);
  const present = await resolve(core, repository, wanted);
  const ref = present === undefined || present === made.sha ? wanted : `${wanted}-${made.sha.slice(0, 12)}`;
  const old = await resolve(core, repository, ref);
  if (old !== made.sha) await updateRef(core, repository, ref, { old, new: made.sha });
  await requireResolves(core, repository, { ref, sha: made.sha });
  await forgetArrival(core, repository, arriving);
  return { ...made, ref };
}

/**
 * Removes the folder of a clone. The archive must resolve in the rig's repository and hold all that lies there now, or nothing is removed.
 * Gone already is gone. Refused as removeWorktree.
 */
export async function removeClone(
  core: Core,
  repository: Repository,
  directory: string,
  kept: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  await requireResolves(core, repository, kept);
  const entries = await entriesOf(directory);
  if (entries !== undefined && entries.length > 0) {
    await requireClone(directory);
    await refuseModules(directory, join(directory, '.git'));
    await queued(core, cloneAt(directory), () => requireSame(core, cloneAt(directory), directory, kept));
  }
  await removeCloneFolder(directory);
}

/** All entries of the stash: git fetches a ref, and no reflog. */
async function nameStashes(core: Core, directory: string): Promise<void> {
  const git = await inRepository(core, cloneAt(directory));
  const args = ['rev-list', '--walk-reflogs', '--end-of-options', 'refs/stash', '--'];
  const { code, stdout } = await git(args, { accepts: [0, 128] });
  if (code !== 0) return;
  for (const [number, sha] of stdout.split('\n').filter(Boolean).entries())
    await git(['update-ref', '--end-of-options', `refs/gastown/stash/${number}`, sha]);
}

/** The branch of the work is there too: it costs nothing, and the clone's own word for it is kept. */
async function keptRefs(core: Core, directory: string): Promise<string[]> {
  const git = await inRepository(core, cloneAt(directory));
  const { stdout } = await git(['for-each-ref', '--format=%(refname)', 'refs/gastown/stash/']);
  const own = (await ownRefs(core, directory)).map(({ name }) => name);
  return [...own, ...stdout.split('\n')].filter((name) => name !== '' && name !== 'refs/stash');
}

const short = (ref: string): string => ref.replace(/^refs\/(?:gastown\/)?/u, '');
