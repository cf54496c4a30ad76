import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a Node program to its end, as if no test had started it. */
export async function runNode(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Ran> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, args, { cwd, env: { ...inherited, ...env }, stdio: [...stdio] });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, ...said };
}
