import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchSpec } from '../domain/session.ts';

/** The launcher's program: beside us in the bundle, above us among the sources. */
function launcherProgram(): string {
  const bundled = join(import.meta.dirname, 'launcher.cjs');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, '..', 'launcher.ts');
}

/**
 * Runs a launch spec on this very terminal, through the launcher, which knows how. Gives the exit code; an interrupt from the terminal
 * reaches what runs, and this side waits for it.
 */
export function runHere(launch: LaunchSpec): Promise<number> {
  const child = spawn(process.execPath, [launcherProgram(), 'talk'], {
    stdio: 'inherit',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', GT_TALK: JSON.stringify(launch) },
    windowsHide: true,
  });
  const wait = (): void => {};
  process.on('SIGINT', wait);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGINT', wait);
      resolve(code ?? 1);
    });
  });
}
