import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Why there is no such sandbox on this machine. */
export const noSandbox =
  process.platform === 'linux' ? compileProblem() : 'the sandbox is one of the Linux kernel';

/** Compiles, into the folder, the program that runs another which may not connect. Gives its path. */
export function forbidConnect(folder: string): string {
  const program = join(folder, 'forbid-connect');
  const source = join(import.meta.dirname, 'forbidConnect.c');
  const { status, stderr } = spawnSync('cc', ['-o', program, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return program;
}

function compileProblem(): string | false {
  return spawnSync('cc', ['--version']).error === undefined ? false : 'there is no C compiler';
}
