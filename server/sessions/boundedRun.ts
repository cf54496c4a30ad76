import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment } from './environment.ts';
import { loginShellPath } from './loginShell.ts';
import { findProgram } from './programs.ts';
import { plainText } from '../domain/text.ts';
import { redact } from './redact.ts';
import { endTree } from './tree.ts';

export interface BoundedRun {
  /** Without a shell: a program of the PATH, an absolute path, or one in the folder (`scripts/check.sh`), and its arguments. */
  readonly argv: readonly string[];
  readonly directory: string;
  /** Set over the town's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folders that stand before the PATH of the login shell. */
  readonly before?: readonly string[];
  readonly input?: string;
  readonly timeoutMs: number;
}

export interface BoundedEnd {
  /** -1: a signal ended it; 127: there is no such program, or it could not be started. */
  readonly code: number;
  readonly timedOut: boolean;
  /** The last lines of both streams, without secrets. */
  readonly output: readonly string[];
}

export interface BoundedRuns {
  readonly run: (run: BoundedRun) => Promise<BoundedEnd>;
  /** Ends whatever runs. */
  end(): Promise<void>;
}

const keptBytes = 64 * 1024;
const keptLines = 200;
const graceMs = 2000;
/** For the last of what it printed, once it has ended. */
const drainMs = 500;

/**
 * Programs that are the town's to end: each runs in a process group of its own, and when it has ended, or its time is over, nothing that it
 * started is left.
 */
export function boundedRuns(
  strip: readonly string[],
  path: () => Promise<string> = loginShellPath,
): BoundedRuns {
  const running = new Set<() => Promise<unknown>>();
  return {
    async run(run) {
      const folders = [...(run.before ?? []), await path()].join(process.platform === 'win32' ? ';' : ':');
      const [command = '', ...args] = inFolder(run);
      const program = findProgram(command, folders);
      if (!program)
        return { code: 127, timedOut: false, output: [`There is no program "${command}" that can be run.`] };
      // What is started by it is known by this, also where its parent has gone.
      const mark = `${process.pid}-${Date.now()}-${(started += 1)}`;
      const environment = { CI: 'true', ...run.environment, PATH: folders, [markName]: mark };
      const child = spawn(program.command, [...program.before, ...args], {
        cwd: run.directory,
        env: childEnvironment(process.env, { strip, environment }),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
      const since = Date.now();
      const end = (): Promise<unknown> => endAll(child, since, `${markName}=${mark}`);
      running.add(end);
      try {
        return await ended(child, run, end);
      } finally {
        running.delete(end);
      }
    },
    async end() {
      await Promise.all(Array.from(running, (end) => end()));
    },
  };
}

const markName = 'GT_RUN';

let started = 0;

function inFolder({ argv: [command = '', ...args], directory }: BoundedRun): readonly string[] {
  const isRelative = /^[^/\\]+[/\\]/u.test(command) && !/^[A-Za-z]:/u.test(command);
  return isRelative ? [join(directory, command), ...args] : [command, ...args];
}

async function endAll({ pid }: ChildProcess, since: number, marker: string): Promise<void> {
  if (pid !== undefined) await endTree({ pid, since, marker, signal: 'SIGTERM', graceMs });
}

function ended(
  child: ChildProcess,
  { input, timeoutMs }: BoundedRun,
  end: () => Promise<unknown>,
): Promise<BoundedEnd> {
  return new Promise((resolve) => {
    let text = '';
    const keep = (chunk: string): void => {
      text = (text + chunk).slice(-keptBytes);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    // Whoever does not read what it is given has ended, which is told anyway.
    child.stdin?.on('error', () => undefined).end(input ?? '');
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      keep(`\nIt was ended after ${Math.round(timeoutMs / 1000)} s.\n`);
      void end().catch(() => child.kill('SIGKILL'));
    }, timeoutMs);
    const finish = (code: number): void => {
      clearTimeout(timer);
      resolve({ code, timedOut, output: linesOf(text) });
    };
    child.on('error', (error) => {
      keep(error.message);
      finish(127);
    });
    child.on('exit', (code) => {
      const closed = new Promise((done) => {
        child.on('close', done);
        setTimeout(done, drainMs);
      });
      // A service that it left behind would hold its output open, and outlive the town.
      void closed.then(end).then(
        () => finish(code ?? -1),
        () => finish(code ?? -1),
      );
    });
  });
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-keptLines)
    .map((line) => redact(plainText(line)).slice(0, 500));
}
