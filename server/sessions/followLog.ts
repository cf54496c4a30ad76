import { closeSync, fstatSync, openSync, readSync, watch } from 'node:fs';
import { shownLine } from './logs.ts';

/** A reader who is far behind gets so much at once. */
const maxBytes = 256 * 1024;

export interface LogPart {
  readonly lines: readonly string[];
  /** Where the next part begins. */
  readonly next: number;
}

/** What a log has got since the byte `from`: whole lines, without control characters and secrets. `rest`: also a last line without its end. */
export function logSince(file: string, from: number, rest: boolean): LogPart {
  const bytes = read(file, from);
  const whole = bytes.lastIndexOf(10) + 1;
  // A line that fills it all has no end yet, and may never have one.
  const length = rest || (whole === 0 && bytes.length === maxBytes) ? bytes.length : whole;
  if (length === 0) return { lines: [], next: from };
  const lines = bytes.subarray(0, length).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines: lines.map(shownLine), next: from + length };
}

/** Resolves when the file was written to, or `until` has; the system tells, nobody looks again and again. */
export function changed(file: string, until: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      watcher?.close();
      resolve();
    };
    const watcher = watching(file, finish);
    void until.then(finish, finish);
  });
}

/** Where the system cannot watch one more file, `until` has to do. */
function watching(file: string, tell: () => void): { close(): void } | undefined {
  try {
    const watcher = watch(file, { persistent: false }, tell);
    watcher.on('error', tell);
    return watcher;
  } catch {
    return undefined;
  }
}

function read(file: string, from: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const size = Math.max(0, Math.min(maxBytes, fstatSync(descriptor).size - from));
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, size, from));
  } finally {
    closeSync(descriptor);
  }
}
