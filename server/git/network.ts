import type { Core, Repository } from './core.ts';
import { asRemote } from './names.ts';
import { inRepository, queuedForNetwork } from './repository.ts';
import type { Run } from './repository.ts';

/** Of calls that may reach ssh. It never asks, and notices a connection that died. */
const ssh = 'ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=3';

/** Given with every fetch: a rewritten one in the configuration could prune polecats' branches. */
export const refspec = '+refs/heads/*:refs/remotes/origin/*';

export function networkVariables(configured: string | undefined): Record<string, string> {
  return { GIT_SSH_COMMAND: configured ?? ssh };
}

/**
 * Brings `refs/remotes/origin/` up to date; nothing to do for a repository of the user's. Refused with `git`: no access, or no answer for
 * a minute. Calls that come while one waits for its turn share it: each still sees what the remote had when it was made.
 */
export function createFetch(coreOfCall: () => Core): (repository: Repository) => Promise<void> {
  const waiting = new Map<string, Promise<void>>();
  return async (repository) => {
    if (repository.repository.kind === 'path') return;
    const core = coreOfCall();
    const key = `${repository.gitDirectory}\0${repository.approvedConfiguration ?? ''}`;
    const shared =
      waiting.get(key) ??
      queuedForNetwork(core, repository, async () => {
        waiting.delete(key);
        const git = await inRepository(core, repository);
        const options = ['--progress', '--prune', '--refmap=', '--no-write-fetch-head'];
        await overNetwork(git, [
          'fetch',
          ...options,
          '--end-of-options',
          remoteOf(repository, 'origin'),
          refspec,
        ]);
      });
    waiting.set(key, shared);
    try {
      await shared;
    } finally {
      if (waiting.get(key) === shared) waiting.delete(key);
    }
  };
}

/**
 * What stands for a remote on a command line. The rig's own is its recorded URL: agents can write `remote.origin.*`, and what is proven to
 * have landed must not be proven against another repository.
 */
export function remoteOf(repository: Repository, remote: string): string {
  const name = asRemote(remote);
  return name === 'origin' && repository.repository.kind === 'url' ? repository.repository.url : name;
}

/** The configured ssh command was approved or is the user's own; pinned here, a later change of the key does not count. */
export async function overNetwork(git: Run, args: readonly string[], accepts: readonly number[] = [0]) {
  const configured = await git(['config', '--get', 'core.sshCommand'], { accepts: [0, 1] });
  const command = configured.code === 0 ? configured.stdout.trimEnd() : undefined;
  return git(args, { network: true, accepts, environment: networkVariables(command) });
}
