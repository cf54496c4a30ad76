import { spawn } from 'node:child_process';

/** Runs a program on the terminal of whoever called us, as an argument vector, and waits for it. Gives its exit code. */
export function runOnTerminal(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  // What is typed is for it: an interrupt must not take us from under it.
  const keep = (): void => undefined;
  process.on('SIGINT', keep);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: environment, windowsHide: true });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(() => process.off('SIGINT', keep));
}
