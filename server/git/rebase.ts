import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { headOf } from './head.ts';
import { canFastForward, isAncestor } from './history.ts';
import type { Identity } from './names.ts';
import { asSha, identityVariables } from './names.ts';
import { plain, whatGitSaid } from './plain.ts';
import { inRepository, inWorktree } from './repository.ts';
import type { Run } from './repository.ts';

export type Rebased =
  | { readonly kind: 'done'; readonly sha: Sha }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/**
 * Puts the work between `base` and `tip` on `target`, in a worktree with a detached HEAD, which ends at the result: `tip` itself where a
 * fast-forward will do, else a copy with the authors kept; work that has merges in it is merged as it is, since a copy would be without
 * what was written into them. After a conflict nothing is under way in the worktree. Refused: `wrong-place` where a branch is checked
 * out there, `git` where git stops for another reason.
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
  const range = { upstream, tip, target };
  const put = (await hasMerges(git, range)) ? runMerge : runRebase;
  const conflict = await put(git, range, work.committer);
  if (conflict !== undefined) return conflict;
  const { sha } = await headOf(core, repository, scratch);
  if (await isAncestor(core, repository, target, sha)) return { kind: 'done', sha };
  throw new Error(`the work was put on ${target}, and ${sha} does not stand on it`);
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

async function hasMerges(git: Run, { upstream, tip }: Range): Promise<boolean> {
  const args = ['rev-list', '--merges', '--max-count=1', '--end-of-options', `${upstream}..${tip}`];
  return (await git(args)).stdout !== '';
}

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
  const files = await conflicts(git);
  await git(['rebase', '--abort'], { accepts: [0, 128], environment });
  if (files.length > 0) return { kind: 'conflict', files };
  throw new Refusal('git', `git rebase failed: ${whatGitSaid(result.stderr)}`);
}

async function runMerge(git: Run, { tip, target }: Range, committer: Identity): Promise<Rebased | undefined> {
  const environment = identityVariables(committer);
  const options = ['--no-ff', '--quiet', '--no-stat', '--no-autostash', '--no-verify', '--no-gpg-sign'];
  const message = ['--cleanup=whitespace', '-m', `Merge the work of ${committer.name}`];
  await git(['checkout', '--quiet', '--detach', '--force', target]);
  const args = ['merge', ...options, ...message, '--end-of-options', tip];
  const result = await git(args, { accepts: [0, 1, 2, 128], environment, durable: true });
  if (result.code === 0) return undefined;
  const files = await conflicts(git);
  await git(['merge', '--abort'], { accepts: [0, 128] });
  if (files.length > 0) return { kind: 'conflict', files };
  throw new Refusal('git', `git merge failed: ${whatGitSaid(result.stderr)}`);
}

async function conflicts(git: Run): Promise<string[]> {
  const options = ['--name-only', '--diff-filter=U', '-z', '--no-ext-diff', '--no-textconv'];
  const { stdout } = await git(['diff', ...options]);
  return [...new Set(stdout.split('\0').filter(Boolean))].toSorted();
}
