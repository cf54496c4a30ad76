import { type ChildProcess, spawn } from 'node:child_process';
import { childEnvironment } from './environment.ts';
import { endTree } from './tree.ts';

export interface ProgramRun {
  /** The program, as found, and its arguments. */
  readonly argv: readonly string[];
  readonly directory: string;
  readonly path: string;
  /** Variables that it must not inherit: names, or prefixes ending in `*`. */
  readonly strip: readonly string[];
  /** It is ended, with all that it started, when this is over. */
  readonly deadlineMs: number;
  /** It is ended earlier, with all that it started, when this says so. */
  readonly stop?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProgramEnd {
  /** -1 where a signal ended it or it could not be started. */
  readonly code: number;
  /** The last lines of both its streams. */
  readonly output: readonly string[];
  readonly timedOut?: true;
}

const keptBytes = 64 * 1024;
const keptLines = 200;

/** How long what a program left running may hold its output open before it is ended. */
const partMs = 1000;

/** In the environment of the program and of all that it starts: so that what has left its process tree is found too. */
const mark = 'GASTOWN_RUN';
let runs = 0;

/**
 * Runs a program without a shell and without input, and waits for its end. Its exit code decides, not what it prints. What it started
 * ends with it: at the deadline, and also where it is left behind with the output still open.
 */
export function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const [command = '', ...args] = run.argv;
  const marker = `${process.pid}-${Date.now()}-${(runs += 1)}`;
  return new Promise((resolve) => {
    const environment = { PATH: run.path, CI: 'true', ...run.environment, [mark]: marker };
    const child = spawn(command, args, {
      cwd: run.directory,
      env: childEnvironment(process.env, { strip: run.strip, environment }),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const began = Date.now();
    let text = '';
    let timedOut = false;
    const keep = (chunk: string): void => {
      text = (text + chunk).slice(-keptBytes);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const finish = (code: number): void => {
      clearTimeout(timer);
      clearTimeout(part);
      run.stop?.removeEventListener('abort', stop);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output: linesOf(text), ...(timedOut ? { timedOut } : {}) });
    };
    const end = async (): Promise<void> => {
      await endAll(child, began, `${mark}=${marker}`);
      finish(child.exitCode ?? -1);
    };
    const stop = (): void => void end();
    if (run.stop?.aborted === true) stop();
    else run.stop?.addEventListener('abort', stop, { once: true });
    let part: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      keep(`\nIt was ended after ${Math.round(run.deadlineMs / 1000)} s.\n`);
      void end();
    }, run.deadlineMs);
    child.on('error', (error) => {
      keep(`${command}: ${error.message}`);
      finish(-1);
    });
    child.on('exit', () => {
      if (!timedOut) part = setTimeout(() => void end(), partMs);
    });
    child.on('close', (code) => {
      if (!timedOut) finish(code ?? -1);
    });
  });
}

async function endAll(child: ChildProcess, since: number, marker: string): Promise<void> {
  try {
    if (child.pid !== undefined)
      await endTree({ pid: child.pid, since, marker, signal: 'SIGTERM', graceMs: 5000 });
  } catch {
    child.kill('SIGKILL');
  }
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-keptLines);
}
