import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Timestamp } from './domain/ids.ts';
import type { View } from './domain/view.ts';
import { townProcesses } from './operations/leftRunning.ts';
import { townPaths, type TownPaths } from './protocol/address.ts';
import { readStopped, writeStopped } from './rpc/stopped.ts';
import { isStillRunning } from './sessions/tree.ts';
import { acquireLock } from './store/lock.ts';
import { openStore } from './store/store.ts';

/**
 * Stops a town whose server does not run, without starting it: where nothing of it runs, by the processes that its records name, that it is
 * stopped is written down. False, with nothing done, where its server runs after all, and where something may be left that only a server
 * ends: it has the launchers' connections, the grace and the record of how each session ended. Nothing is written but that one file.
 */
export async function stopAlone(town: string, by: string): Promise<boolean> {
  const paths = townPaths(resolve(town));
  // While it is held here nobody else becomes the town server, and whoever tries meanwhile finds afterwards that the town is stopped.
  const lock = existsSync(paths.lock) ? acquireLock(paths.lock) : undefined;
  if (!lock) return false;
  try {
    const store = await openStore({ directory: paths.state, now: () => new Date(), readOnly: true });
    try {
      if (hasOpenRuns(paths) || mayRun(store.view)) return false;
      if (!readStopped(paths)) writeStopped(paths, { at: new Date().toISOString(), by });
      return true;
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}

/** Programs that a town server ran and did not see the end of: the next one looks for what is left of them. */
function hasOpenRuns({ runs }: TownPaths): boolean {
  return existsSync(runs) && readdirSync(runs).length > 0;
}

function mayRun(view: View): boolean {
  const isAlive = (pid: number, since: Timestamp): boolean => isStillRunning(pid, Date.parse(since));
  const programs = { left: () => [] };
  if (townProcesses({ store: { view }, sessions: { isAlive }, programs }).length > 0) return true;
  for (const { state, host, pid, launcherPid } of view.all('sessions')) {
    // Its launcher may be on its way, and has not said yet which process it is.
    if (state !== 'ended' && pid === undefined && launcherPid === undefined) return true;
    // A window of tmux shows a session that has ended until a town server closes it.
    if (host === 'tmux') return true;
  }
  return false;
}
