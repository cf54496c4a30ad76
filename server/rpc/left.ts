import type { ServerFile } from '../protocol/address.ts';
import { readServerFile } from './call.ts';

const stepMs = 10;
/** From its last act to the end of its process; one that nobody waits for, as in some containers, never seems to end. */
const exitMs = 2000;

/**
 * Waits until the town server of that file, which was told to leave, is gone; its file is the last that it takes away. False where it
 * is still there after the deadline.
 */
export async function hasLeft(path: string, server: ServerFile, deadlineMs: number): Promise<boolean> {
  const isThere = (): boolean => readServerFile(path)?.nonce === server.nonce;
  const left = await until(() => !isThere(), deadlineMs);
  if (left) await until(() => !isRunning(server.pid), exitMs);
  return left;
}

async function until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  return true;
}

/** Whether there is a process of that id. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
