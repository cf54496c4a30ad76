import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { plainText } from '../domain/text.ts';
import { redact } from './redact.ts';

const chunkBytes = 64 * 1024;
/** Of a program that fills its log with one endless line. */
const maxBytes = 1024 * 1024;
const maxLineLength = 500;

/**
 * The last lines of a log, read from its end, without control characters and secrets. Lines that a program drew over with a carriage
 * return are given as they looked last; empty lines at the end are left out. A missing log has no lines.
 */
export function lastLines(file: string, count: number): readonly string[] {
  return lastOf(tail(file, count), count);
}

function lastOf(text: string, count: number): readonly string[] {
  const lines = text.split('\n').map(shownLine);
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return count > 0 ? lines.slice(-count) : [];
}

/** The end of what a program prints, as it prints it. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-chunkBytes);
  }

  lines(count: number): readonly string[] {
    return lastOf(this.#bytes.toString('utf8'), count);
  }
}

/** Milliseconds: when a log was last written to; undefined: it is not there. */
export function logTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** How much of each end of a log is read for what it tells. */
const endBytes = 128 * 1024;

/**
 * The first and the last whole lines of a log, as they were written but for secrets and control characters: what a runtime tells of itself stands at both ends.
 * Of a long log the middle is left out. A missing log has none.
 */
export function outputLines(file: string): readonly string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(descriptor);
    if (size <= 2 * endBytes) return wholeLines(readAt(descriptor, 0, size));
    const [head, end] = [readAt(descriptor, 0, endBytes), readAt(descriptor, size - endBytes, endBytes)];
    const cut = head.subarray(0, head.lastIndexOf(10) + 1);
    return [...wholeLines(cut), ...wholeLines(end.subarray(end.indexOf(10) + 1))];
  } finally {
    closeSync(descriptor);
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}

function wholeLines(bytes: Buffer): string[] {
  return plainText(bytes.toString('utf8'))
    .split('\n')
    .map((line) => redact(line.trim()))
    .filter((line) => line !== '');
}

function tail(file: string, count: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    return readBackwards(descriptor, count);
  } finally {
    closeSync(descriptor);
  }
}

function readBackwards(descriptor: number, count: number): string {
  const end = fstatSync(descriptor).size;
  const chunks: Buffer[] = [];
  let start = end;
  let lines = 0;
  // More than asked for, since the last ones may be empty.
  while (start > 0 && lines <= count + 20 && end - start < maxBytes) {
    const size = Math.min(chunkBytes, start);
    const chunk = Buffer.alloc(size);
    const read = readSync(descriptor, chunk, 0, size, start - size);
    start -= size;
    chunks.unshift(chunk.subarray(0, read));
    lines += newlines(chunk);
  }
  const whole = Buffer.concat(chunks);
  // A cut first line would begin with half a character.
  const from = start > 0 ? whole.indexOf(10) + 1 : 0;
  return whole.toString('utf8', from);
}

function newlines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

/** One line as it looks in the end: without control characters and secrets, and not endless. */
export function shownLine(line: string): string {
  const last = line.split('\r').findLast((part) => part.trim() !== '') ?? '';
  const text = redact(plainText(last).replaceAll('\n', ' ').trimEnd());
  return text.length > maxLineLength ? `${text.slice(0, maxLineLength - 1)}…` : text;
}
