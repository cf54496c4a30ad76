import type { Session } from '../domain/session.ts';
import type { Context } from './context.ts';

/**
 * Of a town whose journal cannot be written: nothing can be noted of its sessions, and it must be possible to start it again. Without
 * `force` they go on, and their launchers come back to the next town server; with it they are ended, and each launcher's own report
 * waits for the next town server. Gives those that were ended.
 */
export async function leaveUnwritten(
  context: Context,
  live: readonly Session[],
  options: { readonly force: boolean; readonly by: string; readonly graceMs: number },
): Promise<readonly string[]> {
  if (!options.force) return [];
  const reason = `Stopped by ${options.by}.`;
  await Promise.all(
    live.map(async ({ id, pid, startedAt, createdAt }) => {
      context.launchers.askToStop(id, reason, options.graceMs);
      if (pid !== undefined) await context.sessions.endTree(pid, startedAt ?? createdAt, options.graceMs);
      // One that could not tell its end would stay for as long as there is no town server.
      await context.launchers.left(id, options.graceMs);
    }),
  );
  return live.map(({ agent }) => agent);
}
