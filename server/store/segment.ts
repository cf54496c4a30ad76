import { join } from 'node:path';
import { damaged } from './damage.ts';
import type { FileSystemPort } from './files.ts';
import { decodeLine, seqOf } from './journalLine.ts';
import { readLines } from './lines.ts';
import { schemaVersion } from './schema.ts';

/** A file of the journal, named by the number of its first entry. Its first line says which schema wrote it. */
export interface Segment {
  readonly path: string;
  readonly firstSeq: number;
}

export interface SegmentSlice {
  readonly schemaVersion: number;
  /** The JSON of whole, sound entries. */
  readonly texts: readonly string[];
  /** The number of the first of them. */
  readonly firstSeq: number;
  /** The position behind the last of them, and the length of the file. */
  readonly end: number;
  readonly size: number;
}

export function segmentAt(directory: string, firstSeq: number): Segment {
  return { path: join(directory, `journal-${firstSeq}.jsonl`), firstSeq };
}

/** By their first entries. */
export async function listSegments(files: FileSystemPort, directory: string): Promise<Segment[]> {
  const numbers: number[] = [];
  for (const name of await files.list(directory)) {
    const number = /^journal-([1-9][0-9]{0,15})\.jsonl$/u.exec(name)?.[1];
    if (number !== undefined) numbers.push(Number(number));
  }
  return numbers.toSorted((a, b) => a - b).map((firstSeq) => segmentAt(directory, firstSeq));
}

export function headerLine(firstSeq: number): string {
  return `${JSON.stringify({ schemaVersion, firstSeq })}\n`;
}

/**
 * The entries of a segment, each of them checked: its sum, and that its number follows the one before. Refused where a whole line is
 * not as it was written. Nothing is yielded where not even the first line is whole; an unfinished last line is for the caller.
 */
export async function* readSegment(files: FileSystemPort, segment: Segment): AsyncGenerator<SegmentSlice> {
  const file = await files.open(segment.path, 'r');
  try {
    const size = await file.size();
    let header: number | undefined;
    let nextSeq = segment.firstSeq;
    for await (const { lines, end } of readLines(file, size)) {
      const firstSeq = nextSeq;
      const entries = header === undefined ? lines.slice(1) : lines;
      header ??= parseHeader(segment, lines[0]);
      const texts = entries.map((line) => checkedText(segment, line, nextSeq++));
      yield { schemaVersion: header, texts, firstSeq, end, size };
    }
  } finally {
    await file.close();
  }
}

/** Where an entry stands in its segment, as people count lines. */
export function lineOf(segment: Segment, seq: number): number {
  return seq - segment.firstSeq + 2;
}

function parseHeader(segment: Segment, line = ''): number {
  try {
    const header: unknown = JSON.parse(line);
    if (isHeader(header) && header.firstSeq === segment.firstSeq) return header.schemaVersion;
  } catch {
    // Said below.
  }
  throw damaged(segment.path, 1, 'it is not the first line of this segment');
}

function isHeader(value: unknown): value is { schemaVersion: number; firstSeq: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schemaVersion' in value &&
    Number.isInteger(value.schemaVersion) &&
    'firstSeq' in value
  );
}

function checkedText(segment: Segment, line: string, expectedSeq: number): string {
  const text = decodeLine(line);
  if (text !== undefined && seqOf(text) === expectedSeq) return text;
  const why =
    text === undefined
      ? 'the line is not what was written'
      : `the entry ${expectedSeq} belongs there, not ${seqOf(text)}`;
  throw damaged(segment.path, lineOf(segment, expectedSeq), why);
}
