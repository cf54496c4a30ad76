import { spawn } from 'node:child_process';
import { findProgram, userShell } from './programs.ts';

/** The runtime `human`: shows the hook, then the user's own shell until it ends. Gives the shell's exit code. */
export async function runHuman(environment: NodeJS.ProcessEnv): Promise<number> {
  // Ctrl-C is for what runs in the shell.
  process.on('SIGINT', () => undefined);
  const gt = findProgram('gt', environment['PATH'] ?? '', { node: process.execPath });
  if (gt) await run(gt.command, [...gt.before, 'hook'], environment);
  return await run(userShell(environment), [], environment);
}

function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command, args, { env: environment, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 129));
  });
}
