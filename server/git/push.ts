import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { isAncestor } from './history.ts';
import { asBranch, asSha } from './names.ts';
import { overNetwork, remoteOf } from './network.ts';
import { plain, whatGitSaid } from './plain.ts';
import { inRepository, queuedForNetwork } from './repository.ts';

export type Pushed = { readonly kind: 'done' } | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Pushes one commit to one branch, never by force, without tags and without our git hooks; the remote's own do run. Rejected as an
 * outcome: the remote moved on, or does not want it. Refused with `git`: it cannot be reached.
 */
export async function push(
  core: Core,
  repository: Repository,
  remote: string,
  landing: { readonly sha: Sha; readonly branch: string; readonly expectedOld: Sha | undefined },
): Promise<Pushed> {
  const sha = asSha(landing.sha);
  const destination = `refs/heads/${asBranch(landing.branch)}`;
  const old = landing.expectedOld;
  if (old !== undefined && !(await isAncestor(core, repository, asSha(old), sha))) {
    return { kind: 'rejected', reason: `${sha.slice(0, 10)} does not stand on ${old.slice(0, 10)}.` };
  }
  return queuedForNetwork(core, repository, async () => {
    const git = await inRepository(core, repository);
    const options = ['--porcelain', '--progress', '--no-verify', '--no-follow-tags', '--no-signed'];
    const args = [
      'push',
      ...options,
      '--end-of-options',
      remoteOf(repository, remote),
      `${sha}:${destination}`,
    ];
    const result = await overNetwork(git, args, [0, 1]);
    const line = result.stdout.split('\n').find((candidate) => candidate.includes(`:${destination}\t`));
    const flag = line?.[0];
    if (result.code === 0 && (flag === ' ' || flag === '*' || flag === '=')) return { kind: 'done' };
    const summary = plain(line?.split('\t').at(2) ?? '');
    return { kind: 'rejected', reason: [summary, whatGitSaid(result.stderr)].filter(Boolean).join(': ') };
  });
}

/** Where a branch stands on the remote, asked now; undefined where it does not exist. Refused with `git`: it cannot be reached. */
export async function remoteTip(
  core: Core,
  repository: Repository,
  remote: string,
  branch: string,
): Promise<Sha | undefined> {
  const ref = `refs/heads/${asBranch(branch)}`;
  const git = await inRepository(core, repository);
  const listing = await overNetwork(git, [
    'ls-remote',
    '--end-of-options',
    remoteOf(repository, remote),
    ref,
  ]);
  const line = listing.stdout.split('\n').find((candidate) => candidate.endsWith(`\t${ref}`));
  return line === undefined ? undefined : asSha(line.split('\t')[0] ?? '');
}
