import type { Sha } from '../domain/ids.ts';
import { openArchive } from './archive.ts';
import type { Core, Repository } from './core.ts';
import { asBranch, asRef, asSha, identityVariables } from './names.ts';
import { inRepository, queued } from './repository.ts';
import { makeBranch } from './worktrees.ts';

const root = 'refs/gastown/archive/';
const crashes = 'refs/gastown/crash/';

/** Who commits what is not committed yet: the town. */
const town = { name: 'Gas Town', email: 'town@gastown.invalid' };

export type ArchiveContent = {
  /** What was checked out. */
  readonly tip: Sha;
  /** Only commits: no index and no files are in it. */
  readonly commitsOnly: boolean;
  /** The files that were not as in `tip`, staged or not, in the order of their paths. */
  readonly files: readonly string[];
};

/** What an archive holds, told by the archive itself. Refused with `not-found` where the ref is none. */
export async function archiveContent(
  core: Core,
  repository: Repository,
  ref: string,
): Promise<ArchiveContent> {
  const git = await inRepository(core, repository);
  const name = asRef(ref);
  if (!(await isWhole(core, repository, name))) {
    const { stdout } = await git(['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`]);
    return { tip: asSha(stdout.trim()), commitsOnly: true, files: [] };
  }
  const { tip, index, files } = await openArchive(core, repository, name);
  const changed = async (tree: string): Promise<string[]> => {
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--end-of-options', tip, tree];
    return (await git(args)).stdout.split('\0').filter(Boolean);
  };
  const paths = new Set([...(await changed(index)), ...(await changed(files))]);
  return { tip, commitsOnly: false, files: [...paths].toSorted() };
}

/** A merge commit of somebody's has two parents too: an archive is a commit of the town's over a commit of an index. */
async function isWhole(core: Core, repository: Repository, ref: string): Promise<boolean> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['log', '-1', '--format=%ce%n%s', '--end-of-options', ref, '--']);
  const [email, subject = ''] = stdout.split('\n');
  return email === town.email && subject.startsWith('Archive of ');
}

export type ArchiveRef = { readonly ref: string; readonly sha: Sha; readonly at: string };

/** The archives that a repository holds, the newest first; what is kept beside one is not among them. */
export async function archiveRefs(core: Core, repository: Repository): Promise<readonly ArchiveRef[]> {
  const refs = await refsBelow(core, repository, root);
  const names = new Set(refs.map(({ ref }) => ref));
  return refs.filter(({ ref }) => {
    const owner = /^(.+)-(?:branch(?:-[0-9a-f]{12})?|held(?:-[0-9a-f]{12})?\/.+)$/u.exec(ref)?.[1];
    return owner === undefined || !names.has(owner);
  });
}

/** What keeps the commits of sessions that ended without done, the newest first. */
export async function crashRefs(core: Core, repository: Repository): Promise<readonly ArchiveRef[]> {
  return await refsBelow(core, repository, crashes);
}

async function refsBelow(core: Core, repository: Repository, place: string): Promise<readonly ArchiveRef[]> {
  const git = await inRepository(core, repository);
  const format = '--format=%(objectname) %(committerdate:iso-strict) %(refname)';
  const { stdout } = await git(['for-each-ref', '--sort=-committerdate', format, place]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', at = '', ...name] = line.split(' ');
      return { sha: asSha(sha), at: new Date(at).toISOString(), ref: name.join(' ') };
    });
}

/** Gives false where the ref is gone, or stands elsewhere by now: then it stays. */
export async function deleteCrashRef(
  core: Core,
  repository: Repository,
  { ref, sha }: { readonly ref: string; readonly sha: Sha },
): Promise<boolean> {
  const name = asRef(ref);
  if (!name.startsWith(crashes)) throw new Error(`${name} keeps no crashed session`);
  return await queued(core, repository, async () => {
    const found = (await crashRefs(core, repository)).find((each) => each.ref === name);
    if (found?.sha !== sha) return false;
    const git = await inRepository(core, repository);
    await git(['update-ref', '-d', '--end-of-options', name, asSha(sha)], { durable: true });
    return true;
  });
}

/**
 * Makes a branch of an archive: at its tip, or, where files were not committed, one commit further with all of them as they lay there.
 * Refused with `taken` where there is such a branch.
 */
export async function branchFromArchive(
  core: Core,
  repository: Repository,
  ref: string,
  { branch, message }: { readonly branch: string; readonly message: string },
): Promise<Sha> {
  const name = asBranch(branch);
  const { tip, files, commitsOnly } = await archiveContent(core, repository, ref);
  return await queued(core, repository, async () => {
    const git = await inRepository(core, repository);
    const isClean = commitsOnly || files.length === 0;
    const commit = async (): Promise<Sha> => {
      const { files: tree } = await openArchive(core, repository, ref);
      const args = ['commit-tree', tree, '-p', tip, '-m', message];
      return asSha((await git(args, { environment: identityVariables(town), durable: true })).stdout.trim());
    };
    const sha = isClean ? tip : await commit();
    await makeBranch(core, repository, name, sha);
    return sha;
  });
}

/** Takes an archive away, with what is kept beside it. Refs that stand elsewhere by now stay. Gives what was deleted, for the log. */
export async function deleteArchive(
  core: Core,
  repository: Repository,
  { ref, sha, held }: { readonly ref: string; readonly sha: Sha; readonly held?: string | undefined },
): Promise<readonly { readonly ref: string; readonly sha: string }[]> {
  const name = asRef(ref);
  if (!name.startsWith(root)) throw new Error(`${name} is no archive`);
  return await queued(core, repository, async () => {
    const git = await inRepository(core, repository);
    const places = [name, ...(held === undefined ? [] : [asRef(held.replace(/\/$/u, ''))])];
    const { stdout } = await git([
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      ...places,
      `${name}-branch`,
      `${name}-branch-*`,
    ]);
    const found = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => ({ sha: line.slice(0, line.indexOf(' ')), ref: line.slice(line.indexOf(' ') + 1) }))
      .filter((each) => each.ref !== name || each.sha === sha);
    for (const each of found)
      await git(['update-ref', '-d', '--end-of-options', each.ref, each.sha], { durable: true });
    return found;
  });
}
