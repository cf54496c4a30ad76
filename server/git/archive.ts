import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import type { Head } from './head.ts';
import { resolve } from './history.ts';
import { asBranch, asRef, identityVariables } from './names.ts';
import { plain } from './plain.ts';
import { inRepository, inWorktree, queued } from './repository.ts';
import type { Snapshot } from './snapshot.ts';
import { takeSnapshot } from './snapshot.ts';
import { addWorktree, addWorktreeOn, removeListed, undoBranch } from './worktrees.ts';

export type Archive = {
  /** Under `refs/gastown/archive/`. */
  readonly ref: string;
  /** A commit of the files as they lay there; its parents are the tip and a commit of the index. */
  readonly sha: Sha;
  readonly tip: Sha;
};

const town = identityVariables({ name: 'Gas Town', email: 'town@gastown.invalid' });

/**
 * Keeps all there is in a worktree under `refs/gastown/archive/NAME`: tip, index, and files that are untracked but not ignored; the
 * worktree stays as it is. Of a folder that is gone, what git still has: tip and index. Returned only once the ref resolves. An equal archive of that name is returned as it is; another one is kept, and
 * the new one gets a longer name. Refused: `uncommitted` where another repository lies inside, `git` where a file cannot be read.
 */
export async function archive(
  core: Core,
  repository: Repository,
  worktree: string,
  name: string,
): Promise<Archive> {
  const wanted = `refs/gastown/archive/${asBranch(name)}`;
  return queued(core, repository, async () => {
    const snapshot = await takeSnapshot(core, repository, worktree);
    const present = await resolve(core, repository, wanted);
    if (present !== undefined && (await covers(core, repository, present, snapshot))) {
      return { ref: wanted, sha: present, tip: snapshot.tip };
    }
    const sha = await commitSnapshot(core, repository, snapshot, name);
    const ref = present === undefined ? wanted : `${wanted}-${sha.slice(0, 12)}`;
    // Twice within a second, which is all that a commit knows of its time.
    if ((await resolve(core, repository, ref)) === sha) return { ref, sha, tip: snapshot.tip };
    const git = await inRepository(core, repository);
    const args = [
      'update-ref',
      '--create-reflog',
      '-m',
      'gastown: archive',
      ref,
      sha,
      '0'.repeat(sha.length),
    ];
    await git(args, { durable: true });
    if ((await resolve(core, repository, ref)) !== sha) throw new Error(`${ref} does not resolve to ${sha}`);
    return { ref, sha, tip: snapshot.tip };
  });
}

/**
 * Whether the archive holds all that lies in the worktree now. Refused with `uncommitted`: it does not resolve to `sha`, it is no
 * archive, or something changed since.
 */
export async function requireCovered(
  core: Core,
  repository: Repository,
  worktree: string,
  { ref, sha }: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  await requireResolves(core, repository, { ref, sha });
  await requireSame(core, repository, worktree, { ref, sha });
}

/** The same of an archive that lies in another repository by that name. */
export async function requireSame(
  core: Core,
  repository: Repository,
  worktree: string,
  { ref, sha }: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  const snapshot = await takeSnapshot(core, repository, worktree);
  if (await covers(core, repository, sha, snapshot)) return;
  throw new Refusal(
    'uncommitted',
    `${plain(worktree, 200)} changed since it was archived; it was left alone.`,
    {
      next: 'Archive it again.',
      facts: { path: worktree, ref },
    },
  );
}

export async function requireResolves(
  core: Core,
  repository: Repository,
  { ref, sha }: { readonly ref: string; readonly sha: Sha },
): Promise<void> {
  if ((await resolve(core, repository, asRef(ref))) === sha) return;
  throw new Refusal(
    'uncommitted',
    `The archive ${ref} does not resolve to ${sha.slice(0, 10)}; nothing was removed.`,
    {
      facts: { ref, sha },
    },
  );
}

/**
 * Brings an archived worktree back: the branch at its tip (made, or there already), the index and the files as they were. Refused, with
 * nothing left behind: `not-found` for a ref that is no archive, `taken` for a folder, or a branch that stands elsewhere.
 */
export async function restore(
  core: Core,
  repository: Repository,
  ref: string,
  place: { readonly directory: string; readonly branch: string },
): Promise<Head> {
  const branch = asBranch(place.branch);
  const archived = await openArchive(core, repository, ref);
  const present = await resolve(core, repository, `refs/heads/${branch}`);
  if (present !== undefined && present !== archived.tip) {
    throw new Refusal('taken', `${branch} stands at ${present.slice(0, 10)}, not at the archived tip.`, {
      facts: { branch, tip: present },
    });
  }
  if (present === undefined) {
    await addWorktree(core, repository, { directory: place.directory, branch, start: archived.tip });
  } else {
    await queued(core, repository, () => addWorktreeOn(core, repository, place.directory, branch));
  }
  try {
    await layOut(core, repository, place.directory, archived);
    await requireRestored(core, repository, place.directory, archived);
  } catch (error) {
    await queued(core, repository, async () => {
      await removeListed(core, repository, place.directory);
      if (present === undefined) await undoBranch(core, repository, `refs/heads/${branch}`, archived.tip);
    });
    throw error;
  }
  return headOf(core, repository, place.directory);
}

export async function layOut(
  core: Core,
  repository: Repository,
  directory: string,
  archived: Snapshot,
): Promise<void> {
  const git = await inWorktree(core, repository, directory);
  await git(['read-tree', '-m', '-u', archived.tip, archived.files]);
  await git(['read-tree', archived.index]);
  await git(['update-index', '-q', '--refresh'], { accepts: [0, 1] });
}

/** Nothing is said to be back that is not as it was. */
export async function requireRestored(
  core: Core,
  repository: Repository,
  directory: string,
  archived: Snapshot,
): Promise<void> {
  const { tip, index, files } = await takeSnapshot(core, repository, directory);
  if (tip === archived.tip && index === archived.index && files === archived.files) return;
  throw new Refusal('failed', 'What was brought back is not what was archived; it was taken away again.', {
    next: 'Bring it back as a branch instead, with --to.',
    facts: { archived, found: { tip, index, files } },
  });
}

async function commitSnapshot(
  core: Core,
  repository: Repository,
  snapshot: Snapshot,
  name: string,
): Promise<Sha> {
  const git = await inRepository(core, repository);
  const commit = async (tree: string, parents: readonly string[], message: string): Promise<Sha> => {
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message];
    return (await git(args, { environment: town, durable: true })).stdout.trim() as Sha;
  };
  const index = await commit(snapshot.index, [snapshot.tip], `Index of ${name}`);
  return commit(snapshot.files, [snapshot.tip, index], `Archive of ${name}`);
}

async function covers(core: Core, repository: Repository, sha: Sha, snapshot: Snapshot): Promise<boolean> {
  const archived = await openArchive(core, repository, sha).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not-found') return undefined;
    throw error;
  });
  return (
    archived !== undefined &&
    archived.tip === snapshot.tip &&
    archived.index === snapshot.index &&
    (snapshot.folderIsGone === true || archived.files === snapshot.files)
  );
}

export async function openArchive(core: Core, repository: Repository, ref: string): Promise<Snapshot> {
  const git = await inRepository(core, repository);
  const name = asRef(ref);
  const { stdout } = await git(['cat-file', '--batch-check=%(objecttype) %(objectname)'], {
    input: `${name}^1^{commit}\n${name}^2^{tree}\n${name}^{tree}\n`,
  });
  const [tip, index, files] = stdout
    .split('\n')
    .map((line) => /^(?:commit|tree) ([0-9a-f]+)$/.exec(line)?.[1]);
  if (tip !== undefined && index !== undefined && files !== undefined)
    return { tip: tip as Sha, index, files };
  throw new Refusal('not-found', `There is no archive at ${plain(ref, 120)}.`, {
    field: 'ref',
    facts: { ref },
  });
}
