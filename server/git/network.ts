import type { Core, Repository } from './core.ts';
import { inRepository, queuedForNetwork } from './repository.ts';
import type { Run } from './repository.ts';

/** Of calls that may reach ssh. It never asks, and notices a connection that died. */
const ssh = 'ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=3';

export function networkVariables(configured: string | undefined): Record<string, string> {
  return { GIT_SSH_COMMAND: configured ?? ssh };
}

/**
 * Brings `refs/remotes/origin/` up to date; nothing to do for a repository of the user's. Refused with `git`: no access, or no answer for
 * a minute. Calls that come while one waits for its turn share it: each still sees what the remote had when it was made.
 */
export function createFetch(core: Core): (repository: Repository) => Promise<void> {
  const waiting = new Map<string, Promise<void>>();
  return async (repository) => {
    if (repository.repository.kind === 'path') return;
    const key = `${repository.gitDirectory}\0${repository.approvedConfiguration ?? ''}`;
    const shared =
      waiting.get(key) ??
      queuedForNetwork(core, repository, async () => {
        waiting.delete(key);
        const git = await inRepository(core, repository);
        await overNetwork(git, ['fetch', '--progress', '--prune', '--no-write-fetch-head', 'origin']);
      });
    waiting.set(key, shared);
    try {
      await shared;
    } finally {
      if (waiting.get(key) === shared) waiting.delete(key);
    }
  };
}

/** The configured ssh command was approved or is the user's own; pinned here, a later change of the key does not count. */
export async function overNetwork(git: Run, args: readonly string[], accepts: readonly number[] = [0]) {
  const configured = await git(['config', '--get', 'core.sshCommand'], { accepts: [0, 1] });
  const command = configured.code === 0 ? configured.stdout.trimEnd() : undefined;
  return git(args, { network: true, accepts, environment: networkVariables(command) });
}
