import { hash } from 'node:crypto';
import type { JournalEntry } from '../domain/journal.ts';

const sumLength = 8;
const sumStart = ',"sum":"';
const tailLength = sumStart.length + sumLength + '"}'.length;

/** One line of a journal: the entry's JSON with a checksum as its last field, since a flipped bit may leave valid JSON behind. */
export function encodeLine(text: string): string {
  return `${text.slice(0, -1)}${sumStart}${sumOf(text)}"}\n`;
}

/** The entry's JSON; undefined where the line is not what was written. */
export function decodeLine(line: string): string | undefined {
  const at = line.length - tailLength;
  if (at < 1 || !line.startsWith(sumStart, at)) return undefined;
  const text = `${line.slice(0, at)}}`;
  return line.startsWith(`${sumOf(text)}"}`, at + sumStart.length) ? text : undefined;
}

const seqStart = '{"seq":';

/** The JSON of an entry, `seq` first, so that it can be read without parsing the whole. */
export function entryText(entry: JournalEntry): string {
  const { seq, ...rest } = entry;
  return JSON.stringify({ seq, ...rest });
}

export function seqOf(text: string): number {
  return text.startsWith(seqStart)
    ? Number.parseInt(text.slice(seqStart.length, seqStart.length + 16), 10)
    : Number.NaN;
}

function sumOf(text: string): string {
  return hash('sha1', text).slice(0, sumLength);
}
