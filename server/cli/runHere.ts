import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchSpec } from '../domain/session.ts';
import { runOnTerminal } from './onTerminal.ts';

/** The launcher's program: beside us in the bundle, above us among the sources. */
function launcherProgram(): string {
  const bundled = join(import.meta.dirname, 'launcher.cjs');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, '..', 'launcher.ts');
}

/** Runs a launch spec on this very terminal, through the launcher, which knows how. Gives the exit code. */
export function runHere(launch: LaunchSpec): Promise<number> {
  return runOnTerminal([process.execPath, launcherProgram(), 'talk'], {
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
    GT_TALK: JSON.stringify(launch),
  });
}
