import type { Session } from '../domain/session.ts';
import { listProcesses, processEntry, wasStartedWith } from './processes.ts';

/** SIGKILL to one process. False where there is none. */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** What was ended may need a moment to be gone. */
const goneMs = 2000;
const stepMs = 50;

/**
 * Whether a process of a session that has ended stays: its runtime's, or any that was started with the session in its environment,
 * which only Linux tells. The launcher does not count: in a terminal it stays to be read.
 */
export async function isLeft(session: Session): Promise<boolean> {
  const end = Date.now() + goneMs;
  while (await isAnyThere(session)) {
    if (Date.now() > end) return true;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  return false;
}

async function isAnyThere({ pid, launcherPid, launch }: Session): Promise<boolean> {
  if (pid !== undefined && processEntry(pid) !== undefined) return true;
  const entry = `GT_SESSION=${launch.environment['GT_SESSION'] ?? ''}`;
  const others = (await listProcesses()).filter((each) => each.pid !== launcherPid);
  const marked = await Promise.all(others.map((each) => wasStartedWith(each.pid, entry)));
  return marked.includes(true);
}
