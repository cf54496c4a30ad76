import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { inRepository } from './repository.ts';
import type { Run } from './repository.ts';

/**
 * The refs of a clone of ours that hold what its remote, as it was fetched last, does not have: branches, stashes, archives. What is
 * known to have landed in another form (`landed`: tips) does not count, nor does an archive that has no more in it than its tip.
 */
export async function unlandedRefs(
  core: Core,
  repository: Repository,
  landed: ReadonlySet<Sha>,
): Promise<readonly string[]> {
  const git = await inRepository(core, repository);
  const refs = await heldCommits(git);
  const commits = [...new Set(refs.flatMap(({ commit }) => commit ?? []))];
  // One walk for all of them; without any, git would take HEAD.
  const input = `${commits.join('\n')}\n`;
  const args = ['rev-list', '--not', '--remotes=origin', '--not', '--stdin'];
  const walk = commits.length === 0 ? '' : (await git(args, { input })).stdout;
  const elsewhere = new Set(walk.split('\n'));
  return refs
    .filter(({ commit }) => commit === undefined || (elsewhere.has(commit) && !landed.has(commit)))
    .map(({ ref }) => ref);
}

type Held = {
  readonly ref: string;
  /** Undefined: there are files in it that no commit of a branch has. */
  readonly commit: Sha | undefined;
};

async function heldCommits(git: Run): Promise<Held[]> {
  const fields = ['refname', 'objectname', 'tree', 'parent', 'committeremail'];
  const format = fields.map((field) => `%(${field})`).join('%00');
  const places = ['refs/heads/', 'refs/gastown/', 'refs/stash'];
  const { stdout } = await git(['for-each-ref', `--format=${format}`, ...places]);
  const held: Held[] = [];
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [ref = '', sha = '', tree = '', parents = '', email = ''] = line.split('\0');
    const [tip, index] = parents.split(' ');
    const snapshot = email === '<town@gastown.invalid>' && index !== undefined;
    if (snapshot && tip !== undefined)
      held.push({ ref, commit: (await hasOnly(git, tree, [tip, index])) ? (tip as Sha) : undefined });
    else held.push({ ref, commit: ref === 'refs/stash' ? undefined : (sha as Sha) });
  }
  return held;
}

async function hasOnly(git: Run, tree: string, commits: readonly string[]): Promise<boolean> {
  const input = commits.map((commit) => `${commit}^{tree}\n`).join('');
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname)'], { input });
  return stdout
    .split('\n')
    .filter(Boolean)
    .every((found) => found === tree);
}
