import { join } from 'node:path';
import type { SessionId } from '../domain/ids.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { lifecycleOf } from '../runtimes/lifecycle/lifecycle.ts';
import type { Lifecycle } from '../runtimes/lifecycle/parts.ts';
import { startupOf } from '../runtimes/startup.ts';
import type { Context } from './context.ts';

export interface PreparedLifecycle extends Pick<Lifecycle, 'arguments' | 'environment'> {
  /** A hook at the start gives the agent its context, so that its first prompt need not. */
  readonly primed: boolean;
}

/**
 * Writes what makes a runtime call `gt` at the turns of its session's life, and gives what points it there. A repository that has a
 * file of the same name keeps it: its sessions start without hooks, and are told by their prompt.
 */
export function prepareLifecycle(
  context: Context,
  session: {
    readonly id: SessionId;
    readonly preset: RuntimePreset;
    readonly worktree: string;
    /** The folder is the user's: nothing is written there. */
    readonly isTheirs?: boolean;
    /** `ask` where absent. */
    readonly approval?: 'ask' | 'auto';
  },
): PreparedLifecycle {
  const { id, preset, worktree, isTheirs = false, approval = 'ask' } = session;
  const lifecycle = lifecycleOf(preset, {
    gt: join(context.paths.bin, 'gt'),
    privateFolder: context.sessions.privateFolder(id),
    approval,
    windows: context.sessions.windows,
    hash: (text) => context.hash(text),
  });
  const own = lifecycle.files.filter(({ place }) => place === 'private');
  const shared = lifecycle.files.filter(({ place }) => place === 'worktree');
  if (own.length > 0) context.sessions.writePrivateFiles(id, own);
  const written = shared.length === 0 || (!isTheirs && context.sessions.writeWorktreeFiles(worktree, shared));
  const why = isTheirs ? "they would lie in the user's checkout" : 'its repository has a file of their name';
  if (!written) context.log(`${id} starts without lifecycle hooks: ${why}.`);
  const { arguments: words, environment } = lifecycle;
  return { arguments: words, environment, primed: written && startupOf(preset).context === 'hook' };
}
