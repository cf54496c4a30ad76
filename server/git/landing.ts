import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import { canFastForward, changedFiles, isAncestor, resolve } from './history.ts';
import type { Identity } from './names.ts';
import { asBranch, asRef, asSha, identityVariables } from './names.ts';
import { plain, whatGitSaid } from './plain.ts';
import { inRepository, inWorktree, queued } from './repository.ts';
import type { Run } from './repository.ts';
import { status } from './status.ts';
import { checkoutsOf } from './worktreeList.ts';

export type Rebased =
  | { readonly kind: 'done'; readonly sha: Sha }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

export type MergedInCheckout =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly files: readonly string[]; readonly reason: string };

/**
 * Puts the work between `base` and `tip` on `target`, in a worktree with a detached HEAD, which ends at the result: `tip` itself where a
 * fast-forward will do, else a copy with the authors kept. After a conflict nothing is under way in the worktree. Refused:
 * `wrong-place` where a branch is checked out there, `git` where git stops for another reason.
 */
export async function rebaseOnto(
  core: Core,
  repository: Repository,
  scratch: string,
  work: { readonly base: Sha; readonly tip: Sha; readonly target: Sha; readonly committer: Identity },
): Promise<Rebased> {
  const tip = asSha(work.tip);
  const target = asSha(work.target);
  const { branch } = await headOf(core, repository, scratch);
  if (branch !== undefined) {
    throw new Refusal(
      'wrong-place',
      `${plain(scratch, 200)} has ${branch} checked out; landing needs a detached HEAD.`,
    );
  }
  const git = await inWorktree(core, repository, scratch);
  if (await canFastForward(core, repository, target, tip)) {
    await git(['checkout', '--quiet', '--detach', '--force', tip]);
    return { kind: 'done', sha: tip };
  }
  const upstream = await upstreamOf(core, repository, { ...work, tip, target });
  const rebased = await runRebase(git, { upstream, tip, target }, work.committer);
  if (rebased !== undefined) return rebased;
  const { sha } = await headOf(core, repository, scratch);
  if (await isAncestor(core, repository, target, sha)) return { kind: 'done', sha };
  throw new Error(`after the rebase, ${sha} does not stand on ${target}`);
}

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

/** Where the work begins: at `base`, unless the branch was moved onto something newer of the target's history. */
async function upstreamOf(
  core: Core,
  repository: Repository,
  { base, tip, target }: { readonly base: Sha; readonly tip: Sha; readonly target: Sha },
): Promise<Sha> {
  const git = await inRepository(core, repository);
  const found = await git(['merge-base', '--end-of-options', target, tip], { accepts: [0, 1] });
  if (!(await isAncestor(core, repository, base, tip))) return target;
  if (found.code !== 0) return base;
  return (await isAncestor(core, repository, asSha(found.stdout.trim()), base)) ? base : target;
}

type Range = { readonly upstream: Sha; readonly tip: Sha; readonly target: Sha };

async function runRebase(git: Run, range: Range, committer: Identity): Promise<Rebased | undefined> {
  const { GIT_COMMITTER_NAME = '', GIT_COMMITTER_EMAIL = '' } = identityVariables(committer);
  const environment = { GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL };
  const options = [
    '--merge',
    '--quiet',
    '--no-autostash',
    '--no-fork-point',
    '--no-rebase-merges',
    '--no-gpg-sign',
    '--empty=drop',
  ];
  const args = ['rebase', ...options, '--onto', range.target, '--end-of-options', range.upstream, range.tip];
  const result = await git(args, { accepts: [0, 1, 128], environment, durable: true });
  if (result.code === 0) return undefined;
  const listing = await git([
    'diff',
    '--name-only',
    '--diff-filter=U',
    '-z',
    '--no-ext-diff',
    '--no-textconv',
  ]);
  const files = [...new Set(listing.stdout.split('\0').filter(Boolean))].toSorted();
  await git(['rebase', '--abort'], { accepts: [0, 128], environment });
  if (files.length > 0) return { kind: 'conflict', files };
  throw new Refusal('git', `git rebase failed: ${whatGitSaid(result.stderr)}`);
}
