import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { resolve } from './history.ts';
import { asBranch, asSha, isBranch } from './names.ts';
import { plain } from './plain.ts';
import { inRepository, queued, targetRef } from './repository.ts';
import type { Run } from './repository.ts';
import { checkoutsOf } from './worktreeList.ts';

/**
 * The branch that work lands on when nobody says: what the remote calls its default, else the one checked out, else the only one, else
 * `main` or `master`. Refused with `git`: none of these, with some that exist.
 */
export async function defaultBranch(core: Core, repository: Repository): Promise<string> {
  const git = await inRepository(core, repository);
  const existing = await branchNames(git, repository);
  const remote = await symbolicRef(git, 'refs/remotes/origin/HEAD', 'refs/remotes/origin/');
  const local =
    repository.repository.kind === 'path' ? await symbolicRef(git, 'HEAD', 'refs/heads/') : undefined;
  const single = existing.length === 1 ? existing[0] : undefined;
  const found = [remote, local, single, 'main', 'master'].find(
    (name) => name !== undefined && existing.includes(name),
  );
  if (found !== undefined && isBranch(found)) return found;
  throw new Refusal('git', `Which branch is the main one cannot be told; there are ${listed(existing)}.`, {
    field: 'branch',
    next: 'Name the branch that work lands on.',
  });
}

/** The branches that work can land on, the one with the newest commit first. */
export async function branches(core: Core, repository: Repository): Promise<readonly string[]> {
  return branchNames(await inRepository(core, repository), repository);
}

/** Local branches whose name begins so, and where they stand. */
export async function localBranches(
  core: Core,
  repository: Repository,
  start: string,
): Promise<readonly { readonly branch: string; readonly sha: Sha }[]> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['for-each-ref', '--format=%(objectname) %(refname)', `refs/heads/${start}`]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const at = line.indexOf(' ');
      return { sha: asSha(line.slice(0, at)), branch: line.slice(at + 1 + 'refs/heads/'.length) };
    });
}

/** Among the branches that work can land on: of the remote for a clone of ours, local in a user's repository. */
export async function branchExists(core: Core, repository: Repository, branch: string): Promise<boolean> {
  return (await resolve(core, repository, targetRef(repository, asBranch(branch)))) !== undefined;
}

/** The tip of a branch that work can land on. Refused with `git` where it does not exist, with some that do. */
export async function requireBranch(core: Core, repository: Repository, branch: string): Promise<Sha> {
  const tip = await resolve(core, repository, targetRef(repository, asBranch(branch)));
  if (tip !== undefined) return tip;
  const existing = await branchNames(await inRepository(core, repository), repository);
  throw new Refusal('git', `There is no branch ${branch}; there are ${listed(existing)}.`, {
    field: 'branch',
    facts: { branches: existing.slice(0, 50) },
  });
}

/**
 * Deletes a local branch that stands at `expected`; done already is done. Refused: `stale` where it stands elsewhere, `in-use` where it is
 * checked out, and where its commits are on no other ref (archive them first).
 */
export async function deleteBranch(
  core: Core,
  repository: Repository,
  branch: string,
  expected: Sha,
): Promise<void> {
  const ref = `refs/heads/${asBranch(branch)}`;
  const old = asSha(expected);
  await queued(core, repository, async () => {
    const git = await inRepository(core, repository);
    const tip = await resolve(core, repository, ref);
    if (tip === undefined) return;
    if (tip !== old) throw movedBranch(branch, old, tip);
    const [checkout] = await checkoutsOf(core, repository, branch);
    if (checkout !== undefined) {
      throw new Refusal('in-use', `${branch} is checked out at ${plain(checkout, 200)}.`, {
        facts: { checkout },
      });
    }
    const holders = await git(['for-each-ref', '--count=2', '--format=%(refname)', `--contains=${tip}`]);
    if (holders.stdout.split('\n').every((holder) => holder === '' || holder === ref)) {
      throw new Refusal('in-use', `${branch} has commits that are on no other ref.`, {
        next: 'Archive them first.',
      });
    }
    await git(['update-ref', '-d', '--end-of-options', ref, old]);
  });
}

function movedBranch(branch: string, expected: Sha, tip: Sha): Refusal {
  return new Refusal('stale', `${branch} stands at ${tip.slice(0, 10)}, not at ${expected.slice(0, 10)}.`, {
    facts: { expected, tip },
  });
}

async function branchNames(git: Run, repository: Repository): Promise<string[]> {
  const prefix = targetRef(repository, '');
  const { stdout } = await git(['for-each-ref', '--sort=-committerdate', '--format=%(refname)', prefix]);
  const refs = stdout
    .split('\n')
    .filter((ref) => ref.startsWith(prefix) && ref !== 'refs/remotes/origin/HEAD');
  return refs.map((ref) => ref.slice(prefix.length));
}

async function symbolicRef(git: Run, ref: string, prefix: string): Promise<string | undefined> {
  const { code, stdout } = await git(['symbolic-ref', '--quiet', ref], { accepts: [0, 1] });
  const target = stdout.trimEnd();
  return code === 0 && target.startsWith(prefix) ? target.slice(prefix.length) : undefined;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, 8).map((name) => plain(name, 60));
  return shown.join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');
}
