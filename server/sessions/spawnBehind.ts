import { spawn } from 'node:child_process';

/** Starts a program that stays when this process and its terminal have gone. Where it cannot be started, nothing depends on it. */
export function spawnBehind(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): void {
  const child = spawn(command, args, { cwd: '/', env: environment, stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
