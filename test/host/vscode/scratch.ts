import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOrphans, killAll, ownMark, runIsOver } from './processes.ts';

/** Short, since sockets lie below it. */
const prefix = 'gt-host-';
const outerTemp = tmpdir();
const ownFolder = join(outerTemp, prefix + ownMark);

let guarded = false;

/** A folder of this run; it goes when the run ends. */
export async function newScratch(): Promise<string> {
  guardRun();
  return mkdtemp(join(ownFolder, 's-'));
}

/**
 * From now on nothing outlives this process: no process and no temporary file, on Ctrl-C and its kin and however else
 * it ends. What runs that were killed outright have left is tidied up first.
 */
export function guardRun(): void {
  if (guarded) return;
  guarded = true;
  endOrphans();
  removeFolders(runIsOver);
  mkdirSync(ownFolder, { recursive: true, mode: 0o700 });
  // VS Code and the browser strew sockets and profiles over the folder for temporary files; now that is ours.
  process.env['TMPDIR'] = ownFolder;
  process.on('exit', () => {
    killAll();
    removeFolders((mark) => mark === ownMark);
  });
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(signal, () => process.exit(128 + number));
  }
}

function removeFolders(wanted: (mark: string) => boolean): void {
  for (const name of readdirSync(outerTemp)) {
    if (!name.startsWith(prefix) || !wanted(name.slice(prefix.length))) continue;
    // What was just killed may still be writing its last.
    rmSync(join(outerTemp, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
