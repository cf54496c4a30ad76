import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

const sqliteBusy = 5;

/**
 * Runs the work while holding a lock on a file; `waiting` is called if another holds it. The kernel holds it: it is free
 * again when its owner dies, however.
 */
export async function holding<T>(file: string, work: () => Promise<T>, waiting?: () => void): Promise<T> {
  // Loaded only here, since loading it prints a warning.
  const sqlite = await import('node:sqlite');
  const database = new sqlite.DatabaseSync(file);
  try {
    if (!tryLock(database)) {
      waiting?.();
      while (!tryLock(database)) await pause(100);
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return false;
    throw error;
  }
}
