// Running other programs, told in one line each.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

export const root = join(import.meta.dirname, '..');

/** Runs a program with this terminal as its own; answers with its exit code, 1 for a signal. */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  const [code] = await once(child, 'close');
  return code ?? 1;
}

/** Runs one of the package's scripts; prints a line when it passes, all it said when it fails. Answers with its exit code. */
export async function quietly(script) {
  const started = performance.now();
  const [command, args] = npmRun(script);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  process.stdout.write(`${code === 0 ? '✔' : '✖'} ${script.padEnd(14)} ${seconds(started)}\n`);
  if (code !== 0) process.stdout.write(`${said.trimEnd()}\n\n`);
  return code ?? 1;
}

export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** npm as the program that runs us, so that no shell has to look for it. */
function npmRun(script) {
  const npm = process.env.npm_execpath;
  return npm ? [process.execPath, [npm, 'run', '--silent', script]] : ['npm', ['run', '--silent', script]];
}
