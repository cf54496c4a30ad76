import { spawn } from 'node:child_process';
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
}

export interface ProgramEnd {
  /** -1 where a signal ended it or it could not be started. */
  readonly code: number;
  /** The last lines of both its streams. */
  readonly output: readonly string[];
}

const keptBytes = 64 * 1024;
const keptLines = 200;

/** Runs a program without a shell and without input, and waits for its end. Its exit code decides, not what it prints. */
export function runProgram({ argv, directory, path, strip, deadlineMs }: ProgramRun): Promise<ProgramEnd> {
  const [command = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: directory,
      env: childEnvironment(process.env, { strip, environment: { PATH: path, CI: 'true' } }),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let text = '';
    const keep = (chunk: string): void => {
      text = (text + chunk).slice(-keptBytes);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const timer = setTimeout(() => {
      keep(`\nIt was ended after ${Math.round(deadlineMs / 1000)} s.\n`);
      if (child.pid !== undefined)
        void endTree({ pid: child.pid, signal: 'SIGTERM', graceMs: 5000 }).catch(() => child.kill());
    }, deadlineMs);
    const finish = (code: number): void => {
      clearTimeout(timer);
      resolve({
        code,
        output: text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .slice(-keptLines),
      });
    };
    child.on('error', (error) => {
      keep(`${command}: ${error.message}`);
      finish(-1);
    });
    child.on('close', (code) => finish(code ?? -1));
  });
}
