import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment } from './environment.ts';
import { loginShellPath } from './loginShell.ts';
import { findProgram } from './programs.ts';
import { Refusal } from '../domain/refusal.ts';
import { plainText } from '../domain/text.ts';
import { redact } from './redact.ts';
import type { RunRecords } from './runRecords.ts';
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
  /** For people, where it is found running though it should not: `the gate lint`. */
  readonly what?: string;
}

export interface BoundedEnd {
  /** -1: a signal ended it, or it could not be started; 127: there is no such program. */
  readonly code: number;
  readonly timedOut: boolean;
  /** The last lines of both streams, without secrets. */
  readonly output: readonly string[];
  /** What it answered to a program that asks it: as it is, but not without end. */
  readonly stdout: string;
}

export interface BoundedRuns {
  /** Refused with `unavailable` where the town server leaves meanwhile: how it was ended says nothing of the program. */
  readonly run: (run: BoundedRun) => Promise<BoundedEnd>;
  /** Ends whatever runs, and runs nothing more. */
  end(): Promise<void>;
}

const keptBytes = 64 * 1024;
const keptLines = 200;
const mostAnswered = 1024 * 1024;
const graceMs = 2000;
/** For the last of what it printed, once it has ended. */
const drainMs = 500;

/**
 * Programs that are the town's to end: each runs in a process group of its own, and when it has ended, or its time is over, nothing that it
 * started is left. With records, also where this process is killed: the next one finds it.
 */
export function boundedRuns(
  strip: readonly string[],
  path: () => Promise<string> = loginShellPath,
  records?: RunRecords,
): BoundedRuns {
  const running = new Set<() => Promise<unknown>>();
  let leaving = false;
  const run = async (wish: BoundedRun): Promise<BoundedEnd> => {
    const folders = [...(wish.before ?? []), await path()].join(process.platform === 'win32' ? ';' : ':');
    await records?.settled();
    if (leaving) throw leavingRefusal();
    const [command = '', ...args] = inFolder(wish);
    const program = findProgram(command, folders);
    if (!program) return notThere(command);
    // What is started by it is known by this, also where its parent has gone.
    const mark = `${process.pid}-${Date.now()}-${(started += 1)}`;
    const marker = `${markName}=${mark}`;
    const written = records?.begin(mark, { marker, what: wish.what ?? command });
    let left: readonly number[] = [];
    try {
      const environment = { CI: 'true', ...wish.environment, PATH: folders, [markName]: mark };
      const child = spawn(program.command, [...program.before, ...args], {
        cwd: wish.directory,
        env: childEnvironment(process.env, { strip, environment }),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
      const since = Date.now();
      if (child.pid !== undefined) written?.started(child.pid);
      const end = async (): Promise<void> => void (left = await endAll(child, since, marker));
      running.add(end);
      try {
        return await ended(child, wish, end);
      } finally {
        running.delete(end);
      }
    } finally {
      written?.over(left);
    }
  };
  return {
    async run(wish) {
      const end = await run(wish);
      if (leaving) throw leavingRefusal();
      return end;
    },
    async end() {
      leaving = true;
      await Promise.all(Array.from(running, (end) => end()));
    },
  };
}

function leavingRefusal(): Refusal {
  return new Refusal('unavailable', 'The town server leaves, and what it ran was ended.', { next: 'gt up' });
}

function notThere(command: string): BoundedEnd {
  const output = [`There is no "${command}" on the PATH that can be run.`];
  return { code: 127, timedOut: false, output, stdout: '' };
}

const markName = 'GT_RUN';

let started = 0;

function inFolder({ argv: [command = '', ...args], directory }: BoundedRun): readonly string[] {
  const isRelative = /^[^/\\]+[/\\]/u.test(command) && !/^[A-Za-z]:/u.test(command);
  return isRelative ? [join(directory, command), ...args] : [command, ...args];
}

/** Gives the ids of what could not be ended. */
async function endAll({ pid }: ChildProcess, since: number, marker: string): Promise<readonly number[]> {
  return pid === undefined ? [] : await endTree({ pid, since, marker, signal: 'SIGTERM', graceMs });
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
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk.slice(0, Math.max(0, mostAnswered - stdout.length));
      keep(chunk);
    });
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
      resolve({ code, timedOut, output: linesOf(text), stdout });
    };
    child.on('error', (error) => {
      keep(error.message);
      finish(-1);
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
