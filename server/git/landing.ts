import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import { changedFiles, isAncestor, resolve } from './history.ts';
import { asBranch, asRef, asSha } from './names.ts';
import { plain, whatGitSaid } from './plain.ts';
import { inRepository, inWorktree, queued } from './repository.ts';
import { status } from './status.ts';
import { checkoutsOf } from './worktreeList.ts';

export type MergedInCheckout =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly files: readonly string[]; readonly reason: string };

/**
 * Moves a ref under `refs/heads/` or `refs/gastown/` from `old` (undefined: it must not exist) to `new`. Refused, the ref untouched:
 * `stale` where it stands elsewhere, `checkout` where the branch is checked out, since that folder's next commit would revert the move.
 */
export async function updateRef(
  core: Core,
  repository: Repository,
  ref: string,
  change: { readonly old: Sha | undefined; readonly new: Sha },
): Promise<void> {
  const name = asRef(ref);
  const next = asSha(change.new);
  const old = change.old === undefined ? '0'.repeat(next.length) : asSha(change.old);
  if (!name.startsWith('refs/heads/') && !name.startsWith('refs/gastown/')) {
    throw new Refusal('invalid', `${plain(ref, 120)} is not ours to move.`, { field: 'ref' });
  }
  await queued(core, repository, async () => {
    const branch = name.startsWith('refs/heads/') ? name.slice('refs/heads/'.length) : undefined;
    const [checkout] = branch === undefined ? [] : await checkoutsOf(core, repository, branch);
    if (checkout !== undefined) {
      throw new Refusal('checkout', `${String(branch)} is checked out at ${plain(checkout, 200)}.`, {
        facts: { checkout },
      });
    }
    const git = await inRepository(core, repository);
    const args = [
      'update-ref',
      '--create-reflog',
      '-m',
      'gastown: land',
      '--end-of-options',
      name,
      next,
      old,
    ];
    const result = await git(args, { accepts: [0, 1, 128], durable: true });
    const stands = await resolve(core, repository, name);
    if (result.code === 0 && stands === next) return;
    if (stands !== change.old) {
      const where = stands === undefined ? 'is not there' : `stands at ${stands.slice(0, 10)}`;
      throw new Refusal('stale', `${name} ${where}; it was left alone.`, { facts: { ref: name, stands } });
    }
    throw new Refusal('git', `Cannot move ${name}: ${whatGitSaid(result.stderr)}`, { facts: { ref: name } });
  });
}

/**
 * Fast-forwards a folder that has the branch checked out, as `git merge --ff-only` does: unrelated changes are kept. Refused as an outcome,
 * the folder untouched: landed files are changed, untracked or ignored there, or the branch is not a fast-forward or not checked out.
 */
export async function mergeFastForwardInCheckout(
  core: Core,
  repository: Repository,
  checkout: string,
  landing: { readonly branch: string; readonly sha: Sha },
): Promise<MergedInCheckout> {
  const sha = asSha(landing.sha);
  const branch = asBranch(landing.branch);
  return queued(core, repository, async () => {
    const before = await headOf(core, repository, checkout);
    if (before.branch !== branch) {
      return {
        kind: 'refused',
        files: [],
        reason: `${branch} is not what is checked out there, or a rebase is under way.`,
      };
    }
    const git = await inWorktree(core, repository, checkout);
    const args = [
      'merge',
      '--ff-only',
      '--no-stat',
      '--no-autostash',
      '--no-overwrite-ignore',
      '--end-of-options',
      sha,
    ];
    const result = await git(args, { accepts: [0, 1, 2, 128], durable: true });
    const after = await headOf(core, repository, checkout);
    if (result.code === 0 && (after.sha === sha || (await isAncestor(core, repository, sha, after.sha)))) {
      return { kind: 'done' };
    }
    const files = await inTheWay(core, repository, checkout, { from: before.sha, to: sha });
    return { kind: 'refused', files, reason: whatGitSaid(result.stderr) };
  });
}

/** The files that a fast-forward would write and that are not as committed in the checkout, ignored ones included. */
async function inTheWay(
  core: Core,
  repository: Repository,
  checkout: string,
  range: { readonly from: Sha; readonly to: Sha },
): Promise<readonly string[]> {
  const git = await inWorktree(core, repository, checkout);
  const landed = await changedFiles(core, repository, range.from, range.to);
  const dirty = (await status(core, repository, checkout)).map(({ path }) => path);
  const ignored = await git(['ls-files', '-z', '--others', '--ignored', '--exclude-standard']);
  const present = new Set([...dirty, ...ignored.stdout.split('\0')]);
  return landed.map(({ path }) => path).filter((path) => present.has(path));
}
