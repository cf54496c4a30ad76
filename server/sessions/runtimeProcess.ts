import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import type { LaunchSpec } from '../domain/session.ts';
import { childEnvironment } from './environment.ts';
import { Tail } from './logs.ts';
import { findProgram, shellWord, userShell } from './programs.ts';

export interface RuntimeExit {
  readonly code?: number;
  readonly signal?: string;
}

export interface RuntimeProcess {
  readonly pid: number;
  /** In milliseconds since the epoch. */
  readonly began: number;
  readonly exited: Promise<RuntimeExit>;
}

/**
 * Starts the program of a launch spec on this process's own terminal (or log), without a shell. Refused with `wrong-place` where the
 * folder has gone, with `missing-program` where there is no such program on the spec's PATH, with `failed` where the system says no.
 */
export async function startRuntime(spec: LaunchSpec, base: NodeJS.ProcessEnv): Promise<RuntimeProcess> {
  const [child, path] = spawnProgram(spec, base, 'inherit');
  return await started(child, path);
}

/** What runs before the runtime, in the same way. What it prints is handed on, and its last lines are kept. */
export async function startStep(
  spec: LaunchSpec,
  [command = '', ...args]: readonly string[],
  base: NodeJS.ProcessEnv,
): Promise<RuntimeProcess & { lastLines(count: number): readonly string[] }> {
  const [child, path] = spawnProgram({ ...spec, command, arguments: args }, base, [
    'inherit',
    'pipe',
    'pipe',
  ]);
  const tail = new Tail();
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from?.on('data', (chunk: Buffer) => {
      to.write(chunk);
      tail.push(chunk);
    });
  }
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const runtime = await started(child, path);
  const exited = runtime.exited.then(async (exit) => {
    // What it leaves running may hold its output open.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, flushMs))]);
    return exit;
  });
  return { ...runtime, exited, lastLines: (count) => tail.lines(count) };
}

const flushMs = 500;

type Stdio = 'inherit' | ['inherit', 'pipe', 'pipe'];

function spawnProgram(spec: LaunchSpec, base: NodeJS.ProcessEnv, stdio: Stdio): [ChildProcess, string] {
  const environment = childEnvironment(base, spec);
  const path = environment['PATH'] ?? '';
  const command = spec.command === shellWord ? userShell(base) : spec.command;
  // A missing folder would read as a missing program.
  if (!isFolder(spec.directory)) {
    throw new Refusal('wrong-place', `The worktree ${spec.directory} is not there any more.`);
  }
  const program = findProgram(command, path, { node: process.execPath });
  if (!program) {
    const isThere = isAbsolute(command) && existsSync(command);
    const why = isThere ? 'The file is there, and lacks the mode of a program.' : `Looked in PATH: ${path}`;
    throw new Refusal('missing-program', `There is no program "${command}" to start. ${why}`, {
      facts: { command, path },
    });
  }
  const child = spawn(program.command, [...program.before, ...spec.arguments], {
    cwd: spec.directory,
    env: environment,
    stdio,
  });
  return [child, program.path];
}

function started(child: ChildProcess, path: string): Promise<RuntimeProcess> {
  const exited = new Promise<RuntimeExit>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal === null ? { code: code ?? 1 } : { signal }));
  });
  return new Promise((resolve, reject) => {
    child.on('spawn', () => resolve({ pid: child.pid ?? 0, began: Date.now(), exited }));
    child.on('error', (error) =>
      reject(new Refusal('failed', `${path} could not be started: ${error.message}`)),
    );
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
