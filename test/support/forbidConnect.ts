import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isUnderCi } from './ci.ts';

/** Why tests in such a sandbox are left out. Without a compiler they fail under CI, where scripts/system-packages.sh installs it. */
export const noSandbox =
  process.platform === 'linux' ? compileProblem() : 'the sandbox is one of the Linux kernel';

/** Compiles, into the folder, the program that runs another which may not connect. Gives its path. */
export function forbidConnect(folder: string): string {
  const program = join(folder, 'forbid-connect');
  const source = join(import.meta.dirname, 'forbidConnect.c');
  const { error, status, stderr } = spawnSync('cc', ['-o', program, source], { encoding: 'utf8' });
  if (error)
    throw new Error('There is no C compiler: scripts/system-packages.sh installs it.', { cause: error });
  if (status !== 0) throw new Error(stderr);
  return program;
}

function compileProblem(): string | false {
  const isHere = spawnSync('cc', ['--version']).error === undefined;
  return isHere || isUnderCi() ? false : 'there is no C compiler';
}
