import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { asBranch, asRef, asSha, identityVariables } from './names.ts';
import { overNetwork, remoteOf } from './network.ts';
import { inRepository, queuedForNetwork } from './repository.ts';

/** The URL of the rig's remote: of a local repository the one that its `origin` names, undefined where it has none. */
export async function remoteUrl(core: Core, repository: Repository): Promise<string | undefined> {
  if (repository.repository.kind === 'url') return repository.repository.url;
  const git = await inRepository(core, repository);
  const { code, stdout } = await git(['remote', 'get-url', 'origin'], { accepts: [0, 2, 128] });
  const url = stdout.trim();
  return code === 0 && url !== '' ? url : undefined;
}

/** Brings one branch of the remote into a ref of the town's own, wherever it stood before, and gives the commit. */
export async function fetchBranch(
  core: Core,
  repository: Repository,
  branch: string,
  ref: string,
): Promise<Sha> {
  return await fetchInto(core, repository, `refs/heads/${asBranch(branch)}`, ref);
}

/** The same for the newest commit of a pull request, which GitHub keeps also when its branch is deleted. */
export async function fetchPullRequest(
  core: Core,
  repository: Repository,
  number: number,
  ref: string,
): Promise<Sha> {
  return await fetchInto(core, repository, `refs/pull/${number}/head`, ref);
}

async function fetchInto(core: Core, repository: Repository, source: string, ref: string): Promise<Sha> {
  const name = asRef(ref);
  if (!name.startsWith('refs/gastown/'))
    throw new Refusal('invalid', `${ref} is not the town's own.`, { field: 'ref' });
  return await queuedForNetwork(core, repository, async () => {
    const git = await inRepository(core, repository);
    const options = ['--progress', '--no-tags', '--refmap=', '--no-write-fetch-head'];
    const wanted = `+${asRef(source)}:${name}`;
    await overNetwork(git, ['fetch', ...options, '--end-of-options', remoteOf(repository, 'origin'), wanted]);
    const { stdout } = await git(['rev-parse', '--verify', '--end-of-options', name]);
    return asSha(stdout.trim());
  });
}

/**
 * Whether `landed` is, or stands on, the very changes of `tip`, as patch-ids tell: all of them in one commit, or each of its commits
 * again. What was changed on the way is not.
 */
export async function isTakenUp(
  core: Core,
  repository: Repository,
  { tip, landed }: { readonly tip: Sha; readonly landed: Sha },
): Promise<boolean> {
  const git = await inRepository(core, repository);
  const isIn = async (commit: Sha): Promise<boolean> => {
    const range = `${asSha(landed)}...${commit}`;
    const { stdout } = await git([
      'rev-list',
      '--count',
      '--cherry-pick',
      '--right-only',
      '--end-of-options',
      range,
    ]);
    return Number(stdout.trim()) === 0;
  };
  if (await isIn(asSha(tip))) return true;
  const bases = await git(['merge-base', '--end-of-options', `${landed}^`, tip], { accepts: [0, 1, 128] });
  const [base] = bases.stdout.split('\n');
  if (bases.code !== 0 || base === undefined || base === '') return false;
  const squashed = await git(['commit-tree', `${tip}^{tree}`, '-p', asSha(base), '-m', 'Squashed'], {
    environment: identityVariables({ name: 'Gas Town', email: 'town@gastown.invalid' }),
  });
  return await isIn(asSha(squashed.stdout.trim()));
}
