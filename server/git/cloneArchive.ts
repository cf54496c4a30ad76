import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { archive, layOut, openArchive, requireResolves, requireRestored, requireSame } from './archive.ts';
import type { Archive } from './archive.ts';
import type { Core, Repository } from './core.ts';
import { entriesOf, removeTree } from './folders.ts';
import { headOf } from './head.ts';
import type { Head } from './head.ts';
import { resolve } from './history.ts';
import { updateRef } from './landing.ts';
import { refuseModules } from './modules.ts';
import { asBranch, asRef, identityVariables } from './names.ts';
import { inRepository, inWorktree, queued } from './repository.ts';
import {
  addClone,
  cloneAt,
  fetchFrom,
  forgetArrival,
  ownRefs,
  removeCloneFolder,
  requireClone,
} from './workClone.ts';
import { undoBranch } from './worktrees.ts';

/**
 * Keeps all there is in a clone in the rig's repository: tip, index and files under `refs/gastown/archive/NAME`, as archive does, and
 * whatever branches, tags and stashes were made there beside it, in `held`, which no other archive has. Refused as archive, and as bringBack.
 */
export async function archiveClone(
  core: Core,
  repository: Repository,
  directory: string,
  name: string,
): Promise<Archive & { readonly held: string }> {
  await inRepository(core, repository);
  await requireClone(directory);
  const made = await archive(core, cloneAt(directory), directory, name);
  const wanted = `refs/gastown/archive/${asBranch(name)}`;
  const arriving = `refs/gastown/clones/${name}-archive`;
  await nameStashes(core, directory);
  const present = await resolve(core, repository, wanted);
  const ref = present === undefined || present === made.sha ? wanted : `${wanted}-${made.sha.slice(0, 12)}`;
  const kept = await keptRefs(core, directory);
  const held = await heldPlace(core, repository, ref, kept);
  const refspecs = kept.map((each) => `${each.name}:${held}/${short(each.name)}`);
  await fetchFrom(core, repository, directory, [`+${made.ref}:${arriving}`, ...refspecs]);
  const old = await resolve(core, repository, ref);
  if (old !== made.sha) await updateRef(core, repository, ref, { old, new: made.sha });
  await requireResolves(core, repository, { ref, sha: made.sha });
  await forgetArrival(core, repository, arriving);
  return { ...made, ref, held: `${held}/` };
}

/** Of its own: what is kept for another archive is never moved. Where it was cut short before, it goes on. */
async function heldPlace(
  core: Core,
  repository: Repository,
  ref: string,
  kept: readonly KeptRef[],
): Promise<string> {
  const git = await inRepository(core, repository);
  const usual = `${ref}-held`;
  const lines = kept.map(({ sha, name }) => `${sha} ${usual}/${short(name)}`);
  const { stdout } = await git(['for-each-ref', '--format=%(objectname) %(refname)', `${usual}/`]);
  const wanted = new Set(lines);
  const isOwn = stdout
    .split('\n')
    .filter(Boolean)
    .every((line) => wanted.has(line));
  if (isOwn) return usual;
  const digest = (await git(['hash-object', '--stdin'], { input: lines.join('\n') })).stdout;
  return `${usual}-${digest.slice(0, 12)}`;
}

interface KeptRef {
  readonly name: string;
  readonly sha: string;
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
    await refuseModules(core, directory, join(directory, '.git'));
    await queued(core, cloneAt(directory), () => requireSame(core, cloneAt(directory), directory, kept));
  }
  await removeCloneFolder(directory);
}

/**
 * Brings an archived clone back as a clone: its branch at the archived tip, index and files as they were, and the other branches, tags
 * and stashes that were in it. Refused, with nothing left behind, as restore; also where its branch is in the rig's repository.
 */
export async function restoreClone(
  core: Core,
  repository: Repository,
  { ref, held }: { readonly ref: string; readonly held?: string | undefined },
  place: { readonly directory: string; readonly branch: string },
): Promise<Head> {
  const { directory } = place;
  const archived = await openArchive(core, repository, ref);
  await addClone(core, repository, { ...place, start: archived.tip });
  try {
    const kept = held === undefined ? [] : await heldRefs(core, repository, held);
    const others = kept.filter(({ to }) => to !== `refs/heads/${place.branch}`);
    await fetchInto(core, repository, directory, [
      `+${asRef(ref)}:refs/gastown/restored`,
      ...others.map(({ from, to }) => `+${from}:${to}`),
    ]);
    await layOut(core, cloneAt(directory), directory, archived);
    await requireRestored(core, cloneAt(directory), directory, archived);
    await stashAgain(core, directory);
    const git = await inRepository(core, cloneAt(directory));
    await git(['update-ref', '-d', 'refs/gastown/restored']);
    return await headOf(core, cloneAt(directory), directory);
  } catch (error) {
    await removeTree(directory);
    await queued(core, repository, () =>
      undoBranch(core, repository, `refs/heads/${place.branch}`, archived.tip),
    );
    throw error;
  }
}

async function heldRefs(
  core: Core,
  repository: Repository,
  held: string,
): Promise<readonly { readonly from: string; readonly to: string }[]> {
  const git = await inRepository(core, repository);
  const place = `${asRef(held.replace(/\/$/u, ''))}/`;
  const { stdout } = await git(['for-each-ref', '--format=%(refname)', place]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((from) => ({ from, short: from.slice(place.length) }))
    .map(({ from, short: name }) => ({
      from,
      to: name.startsWith('stash/') ? `refs/gastown/${name}` : `refs/${name}`,
    }));
}

/** As the clone was filled: from the rig's repository, by a fetch. */
async function fetchInto(
  core: Core,
  repository: Repository,
  directory: string,
  refspecs: readonly string[],
): Promise<void> {
  const git = await inRepository(core, cloneAt(directory));
  const source = await fs.realpath(repository.gitDirectory);
  const options = ['--quiet', '--no-tags', '--refmap=', '--no-write-fetch-head', '--update-shallow'];
  await git(['fetch', ...options, '--end-of-options', source, ...refspecs], { durable: true });
}

/** The oldest first, so that the newest is on top again. */
async function stashAgain(core: Core, directory: string): Promise<void> {
  const git = await inWorktree(core, cloneAt(directory), directory);
  const format = '--format=%(objectname) %(refname)';
  const { stdout } = await git(['for-each-ref', '--sort=-version:refname', format, 'refs/gastown/stash/']);
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [sha = '', ref = ''] = line.split(' ');
    await git(['stash', 'store', '--quiet', '-m', 'restored by Gas Town', sha], {
      environment: identityVariables({ name: 'Gas Town', email: 'town@gastown.invalid' }),
    });
    await git(['update-ref', '-d', '--end-of-options', ref, sha]);
  }
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
async function keptRefs(core: Core, directory: string): Promise<readonly KeptRef[]> {
  const git = await inRepository(core, cloneAt(directory));
  const format = '--format=%(objectname) %(refname)';
  const { stdout } = await git(['for-each-ref', format, 'refs/gastown/stash/']);
  const stashes = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ sha: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) }));
  return [...(await ownRefs(core, directory)), ...stashes].filter(({ name }) => name !== 'refs/stash');
}

const short = (ref: string): string => ref.replace(/^refs\/(?:gastown\/)?/u, '');
