import { spawn } from 'node:child_process';
import { serverEnvironment } from './start.ts';

export interface ServerRun {
  /** Absolute path of the town server's program. */
  readonly program: string;
  readonly args: readonly string[];
  /** For its standard input. */
  readonly input?: string | undefined;
  /** Each line of its standard output, as it comes. */
  readonly onLine: (line: string) => void;
  /** It is asked to end, and cleans up behind itself. */
  readonly stop?: AbortSignal;
}

export interface ServerRunEnd {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stderr: string;
}

/**
 * Runs the town server's program for what ends by itself, such as making a town, and waits for it. An interrupt from the terminal
 * reaches both: this side waits for the program to clean up behind itself.
 */
export function runServerProgram({ program, args, input, onLine, stop }: ServerRun): Promise<ServerRunEnd> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: serverEnvironment(process.env),
    windowsHide: true,
  });
  // It may end without having read it.
  child.stdin.on('error', () => undefined).end(input ?? '');
  const wait = (): void => {};
  const pass = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', wait);
  process.on('SIGTERM', pass);
  stop?.addEventListener('abort', pass);
  if (stop?.aborted) pass();
  child.stdout.setEncoding('utf8').on('data', splitLines(onLine));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-keptOfStderr);
  });
  return new Promise((resolve, reject) => {
    const end = (): void => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      stop?.removeEventListener('abort', pass);
    };
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('close', (code, signal) => {
      end();
      resolve({ code: code ?? undefined, signal: signal ?? undefined, stderr });
    });
  });
}

const keptOfStderr = 20_000;

function splitLines(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}
