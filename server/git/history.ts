import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { asRef, asSha, asTreePath } from './names.ts';
import { plain } from './plain.ts';
import { inRepository } from './repository.ts';

export type ChangedFile = {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted';
};

export type Commit = {
  readonly sha: Sha;
  readonly author: string;
  readonly email: string;
  /** RFC 3339, with the author's time zone. */
  readonly at: string;
  readonly subject: string;
};

/** What a file of a commit may weigh to be read whole. */
const largestFile = 20_000_000;

/** The commit that a full ref, full object name or `HEAD` stands for; undefined where there is none. */
export async function resolve(core: Core, repository: Repository, ref: string): Promise<Sha | undefined> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['cat-file', '--batch-check=%(objecttype) %(objectname)'], {
    input: `${asRef(ref)}^{commit}\n`,
  });
  const sha = /^commit ([0-9a-f]+)$/m.exec(stdout)?.[1];
  return sha === undefined ? undefined : asSha(sha);
}

/** Whether `ancestor` is reachable from `descendant`. Refused with `git` where one of them does not exist: not knowing is not a no. */
export async function isAncestor(
  core: Core,
  repository: Repository,
  ancestor: Sha,
  descendant: Sha,
): Promise<boolean> {
  const git = await inRepository(core, repository);
  const args = ['merge-base', '--is-ancestor', '--end-of-options', asSha(ancestor), asSha(descendant)];
  return (await git(args, { accepts: [0, 1] })).code === 0;
}

/** Whether `tip` can become `target`'s new place without a rebase. */
export async function canFastForward(
  core: Core,
  repository: Repository,
  target: Sha,
  tip: Sha,
): Promise<boolean> {
  return isAncestor(core, repository, target, tip);
}

/** Commits of `tip` that `base` does not have. */
export async function countCommits(core: Core, repository: Repository, base: Sha, tip: Sha): Promise<number> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['rev-list', '--count', '--end-of-options', `${asSha(base)}..${asSha(tip)}`]);
  return Number(stdout.trim());
}

/** What differs between the two trees; a rename is a deletion and an addition. */
export async function changedFiles(
  core: Core,
  repository: Repository,
  base: Sha,
  tip: Sha,
): Promise<readonly ChangedFile[]> {
  return parseChanges(await differences(core, repository, { base, tip, form: '--name-status' }));
}

/** How many lines of each file differ; of a binary file neither is known. */
export async function diffStat(
  core: Core,
  repository: Repository,
  base: Sha,
  tip: Sha,
): Promise<readonly { readonly path: string; readonly added?: number; readonly removed?: number }[]> {
  const stdout = await differences(core, repository, { base, tip, form: '--numstat' });
  return stdout.split('\0').flatMap((record) => {
    const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t(.+)$/su.exec(record) ?? [];
    if (path === undefined) return [];
    return added === '-' ? [{ path }] : [{ path, added: Number(added), removed: Number(removed) }];
  });
}

/** The text of a file in a commit (of a link: where it points); undefined where there is no such file. Refused with `invalid` over 20 MB. */
export async function fileAt(
  core: Core,
  repository: Repository,
  sha: Sha,
  path: string,
): Promise<string | undefined> {
  const git = await inRepository(core, repository);
  const listing = await git(['ls-tree', '-z', '--long', '--full-tree', asSha(sha), '--', asTreePath(path)]);
  const [, type, blob, size] = /^\d+ (\w+) ([0-9a-f]+) +(\d+|-)\t/.exec(listing.stdout) ?? [];
  if (type !== 'blob' || blob === undefined) return undefined;
  if (Number(size) > largestFile) {
    throw new Refusal('invalid', `${plain(path, 200)} is too large to show (${String(size)} bytes).`, {
      field: 'path',
    });
  }
  return (await git(['cat-file', 'blob', blob])).stdout;
}

/** The commits of `tip` that `base` does not have, newest first, at most `limit`. */
export type CommitRange = { readonly base: Sha; readonly tip: Sha; readonly limit: number };

export async function log(
  core: Core,
  repository: Repository,
  range: CommitRange,
): Promise<readonly Commit[]> {
  const fields = ['%H', '%an', '%ae', '%aI', '%s'];
  const records = await commitFields(core, repository, range, { fields });
  return records.map(([sha = '', author = '', email = '', at = '', ...subject]) => ({
    sha: asSha(sha),
    author,
    email,
    at,
    subject: subject.join(' '),
  }));
}

/** Of each commit what the placeholders of `git log --format` name; `options` for more of git's. */
export async function commitFields(
  core: Core,
  repository: Repository,
  range: CommitRange,
  { fields, options = [] }: { readonly fields: readonly string[]; readonly options?: readonly string[] },
): Promise<readonly string[][]> {
  const git = await inRepository(core, repository);
  const { stdout } = await git([
    'log',
    '-z',
    '--no-patch',
    '--no-color',
    '--no-decorate',
    ...options,
    '--encoding=UTF-8',
    `--format=${fields.join('%x1f')}`,
    `--max-count=${Math.max(0, Math.trunc(range.limit))}`,
    '--end-of-options',
    `${asSha(range.base)}..${asSha(range.tip)}`,
  ]);
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((record) => record.trim().split('\u001f'));
}

/** Records of `letter NUL path NUL`. */
function parseChanges(text: string): ChangedFile[] {
  const fields = text.split('\0');
  const files: ChangedFile[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const letter = fields[index];
    const state = letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : 'modified';
    files.push({ path: fields[index + 1] ?? '', status: state });
  }
  return files;
}

/** Of two trees, a record for each file; what the repository's configuration would run for it is not run. */
async function differences(
  core: Core,
  repository: Repository,
  {
    base,
    tip,
    form,
  }: { readonly base: Sha; readonly tip: Sha; readonly form: '--name-status' | '--numstat' },
): Promise<string> {
  const git = await inRepository(core, repository);
  const { stdout } = await git([
    'diff-tree',
    '-r',
    '-z',
    form,
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--end-of-options',
    asSha(base),
    asSha(tip),
  ]);
  return stdout;
}
