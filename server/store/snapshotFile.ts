import { createHash, randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Adapter } from 'lowdb';
import { collections } from '../domain/records.ts';
import type { Collection } from '../domain/records.ts';
import { errorCode } from './files.ts';
import type { FileSystemPort, OpenFile } from './files.ts';
import { readLines } from './lines.ts';
import { schemaVersion } from './schema.ts';
import type { AnyRecord } from './shelves.ts';

/** All records as they were after entry `seq`. */
export interface Snapshot {
  readonly schemaVersion: number;
  readonly seq: number;
  readonly records: ReadonlyMap<Collection, Iterable<AnyRecord>>;
}

/** Beside the snapshot: the one before it, in case this one cannot be read. */
export function previousOf(path: string): string {
  return join(dirname(path), `${basename(path, '.jsonl')}.previous.jsonl`);
}

export function isTemporary(name: string): boolean {
  return /^snapshot\..+\.tmp$/u.test(name);
}

/**
 * A snapshot in a file, for lowdb. It is written and read in slices of lines, so that nobody waits for a big town. Reading fails where
 * the file is not whole. Writing replaces the file only when the new one is safe on the disk, and keeps the one before; when it fails,
 * at whatever step, one of the two is there.
 */
export function snapshotFile(files: FileSystemPort, path: string): Adapter<Snapshot> {
  return {
    read: () => readSnapshot(files, path),
    write: (snapshot) => writeSnapshot(files, path, snapshot),
  };
}

async function readSnapshot(files: FileSystemPort, path: string): Promise<Snapshot | null> {
  const file = await openIfThere(files, path);
  if (!file) return null;
  try {
    return await parseSnapshot(file);
  } finally {
    await file.close();
  }
}

async function openIfThere(files: FileSystemPort, path: string): Promise<OpenFile | undefined> {
  try {
    return await files.open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

type Head = Pick<Snapshot, 'schemaVersion' | 'seq'>;

/** The lines: a head; slices of a collection, as `["beads",[…]]`; a foot with the sum of all before it. */
async function parseSnapshot(file: OpenFile): Promise<Snapshot> {
  const sum = createHash('sha256');
  const records = new Map<Collection, AnyRecord[]>();
  let head: Head | undefined;
  let foot: string | undefined;
  for await (const { lines, bytes } of readLines(file, await file.size())) {
    const last = lines.at(-1) ?? '';
    sum.update(last.startsWith(footStart) ? bytes.subarray(0, -last.length - 1) : bytes);
    for (const line of lines) {
      if (foot !== undefined) throw new Error('something follows its last line');
      if (!head) head = JSON.parse(line) as Head;
      else if (line.startsWith(footStart)) foot = line;
      else addSlice(records, line);
    }
  }
  if (!head || foot === undefined) throw new Error('its end is missing');
  if (foot !== footLine(sum.digest('hex'))) throw new Error('its sum is not that of its content');
  return { schemaVersion: head.schemaVersion, seq: head.seq, records };
}

const footStart = '{"sum":';

function footLine(sum: string): string {
  return JSON.stringify({ sum });
}

function addSlice(records: Map<Collection, AnyRecord[]>, line: string): void {
  const [collection, slice] = JSON.parse(line) as [Collection, AnyRecord[]];
  const held = records.get(collection);
  if (!held) records.set(collection, slice);
  else for (const record of slice) held.push(record);
}

async function writeSnapshot(files: FileSystemPort, path: string, snapshot: Snapshot): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${basename(path, '.jsonl')}.${randomUUID()}.tmp`);
  try {
    await writeFile(files, temporary, snapshot);
    await keepPrevious(files, path);
    await renamePatiently(files, temporary, path);
    await files.syncFolder(folder);
  } catch (error) {
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
}

async function writeFile(files: FileSystemPort, path: string, snapshot: Snapshot): Promise<void> {
  const file = await files.open(path, 'wx');
  try {
    const sum = createHash('sha256');
    let position = 0;
    for (const text of slices(snapshot)) {
      const bytes = Buffer.from(text);
      sum.update(bytes);
      position = await append(file, bytes, position);
    }
    await append(file, Buffer.from(`${footLine(sum.digest('hex'))}\n`), position);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** About as much as can be made text in a millisecond; between two slices everybody else has their turn. */
const sliceLength = 128 * 1024;

function* slices({ seq, records }: Snapshot): Generator<string> {
  const head: Head = { schemaVersion, seq };
  yield `${JSON.stringify(head)}\n`;
  for (const collection of collections) {
    let texts: string[] = [];
    let length = 0;
    for (const record of records.get(collection) ?? []) {
      const text = JSON.stringify(record);
      texts.push(text);
      length += text.length;
      if (length < sliceLength) continue;
      yield sliceLine(collection, texts);
      texts = [];
      length = 0;
    }
    if (texts.length > 0) yield sliceLine(collection, texts);
  }
}

function sliceLine(collection: Collection, texts: readonly string[]): string {
  return `["${collection}",[${texts.join(',')}]]\n`;
}

async function append(file: OpenFile, bytes: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const taken = await file.write(bytes.subarray(done), position + done);
    if (taken === 0) throw new Error('the disk takes no more bytes');
    done += taken;
  }
  return position + done;
}

async function keepPrevious(files: FileSystemPort, path: string): Promise<void> {
  try {
    await renamePatiently(files, path, previousOf(path));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

const patienceMs = 5000;

/** On Windows a virus scanner holds new files open for a while: EPERM, EACCES or EBUSY until it lets go. */
async function renamePatiently(files: FileSystemPort, from: string, to: string): Promise<void> {
  for (let waited = 0, pause = 10; ; waited += pause, pause *= 2) {
    try {
      await files.rename(from, to);
      return;
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(code) || waited + pause > patienceMs) throw error;
    }
    const nextPause = pause;
    await new Promise((resolve) => setTimeout(resolve, nextPause));
  }
}
