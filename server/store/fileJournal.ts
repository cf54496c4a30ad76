import { messageOf } from '../domain/fault.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { Refusal } from '../domain/refusal.ts';
import type { FileSystemPort, OpenFile } from './files.ts';
import type { Journal, WrittenEntry } from './journal.ts';
import { encodeLine } from './journalLine.ts';
import type { Recovered } from './recovery.ts';
import { headerLine, listSegments, readSegment, segmentAt } from './segment.ts';
import type { Segment } from './segment.ts';

export interface FileJournalOptions {
  readonly files: FileSystemPort;
  readonly directory: string;
  /** A segment that has grown to this many bytes is followed by a new one. */
  readonly segmentBytes: number;
  readonly log: (line: string) => void;
}

/** The journal in segments of lines. After a write or a sync that failed it only reads, until it is opened again. */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  readonly #followers = new Set<(entries: readonly JournalEntry[]) => void>();
  #seq: number;
  #current: OpenSegment | undefined;
  #broken: string | undefined;
  /** How long the segment may be before the next one is begun. */
  #turnAt: number;
  /** The last of the writes and turns, which go one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: FileJournalOptions, seq: number, current?: OpenSegment) {
    this.#options = options;
    this.#turnAt = options.segmentBytes;
    this.#seq = seq;
    this.#current = current;
  }

  /** Goes on where the recovered journal ends, cutting off what a crash left unfinished. Fails where that cannot be written. */
  static async open(options: FileJournalOptions, recovered: Recovered): Promise<FileJournal> {
    const { files, directory, log } = options;
    for (const leftover of recovered.leftovers) await files.remove(leftover.path);
    if (!recovered.segment) {
      const segment = segmentAt(directory, recovered.lastSeq + 1);
      return new FileJournal(options, recovered.lastSeq, await createSegment(files, directory, segment));
    }
    const current = await reopenSegment(files, recovered.segment, recovered.end);
    if (recovered.torn > 0)
      log(`${recovered.segment.path}: cut off ${recovered.torn} bytes of an entry that was never finished.`);
    return new FileJournal(options, recovered.lastSeq, current);
  }

  /** For reading only: nothing is opened for writing, cut or created. */
  static closed(options: FileJournalOptions, recovered: Recovered): FileJournal {
    return new FileJournal(options, recovered.lastSeq);
  }

  get seq(): number {
    return this.#seq;
  }

  append(batch: readonly WrittenEntry[], expectedSeq: number): Promise<void> {
    return this.#inTurn(() => this.#append(batch, expectedSeq));
  }

  async *read(from: number): AsyncGenerator<JournalEntry> {
    for await (const text of this.texts(from)) yield JSON.parse(text) as JournalEntry;
  }

  /** The JSON of the durable entries from this number on. */
  async *texts(from: number): AsyncGenerator<string> {
    const until = this.#seq;
    const segments = await listSegments(this.#options.files, this.#options.directory);
    const start = Math.max(
      0,
      segments.findLastIndex((segment) => segment.firstSeq <= from),
    );
    for (const segment of segments.slice(start)) {
      if (segment.firstSeq > until) return;
      for await (const { texts, firstSeq } of readSegment(this.#options.files, segment)) {
        yield* texts.slice(Math.max(0, from - firstSeq), Math.max(0, until + 1 - firstSeq));
      }
    }
  }

  follow(follower: (entries: readonly JournalEntry[]) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** From here on in a new segment, if this one holds anything. On failure it stays with this one. */
  turn(): Promise<void> {
    return this.#inTurn(() => this.#turn());
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      const current = this.#current;
      this.#current = undefined;
      if (current && this.#broken !== undefined) await this.#cut(current);
      await current?.file.close();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #append(batch: readonly WrittenEntry[], expectedSeq: number): Promise<void> {
    const current = this.#writable();
    if (expectedSeq !== this.#seq)
      throw new Refusal('stale', `The journal is at ${this.#seq}, not at ${expectedSeq}.`);
    const bytes = Buffer.from(batch.map(({ text }) => encodeLine(text)).join(''));
    try {
      await writeWhole(current.file, bytes, current.end);
      await current.file.sync();
    } catch (error) {
      this.#broken = messageOf(error);
      await this.#cut(current);
      throw error;
    }
    current.end += bytes.length;
    const entries = batch.map(({ entry }) => entry);
    this.#seq = entries.at(-1)?.seq ?? this.#seq;
    for (const follower of this.#followers) follower(entries);
    if (current.end >= this.#turnAt) await this.#turnIfPossible(current);
  }

  #writable(): OpenSegment {
    if (this.#broken !== undefined)
      throw new Refusal('read-only', `The journal cannot be written: ${this.#broken}.`);
    if (!this.#current) throw new Refusal('read-only', 'The journal is not open for writing.');
    return this.#current;
  }

  async #turnIfPossible(current: OpenSegment): Promise<void> {
    try {
      await this.#turn();
    } catch (error) {
      this.#turnAt = current.end + this.#options.segmentBytes;
      this.#options.log(`The journal stays in ${current.segment.path}: ${String(error)}`);
    }
  }

  async #turn(): Promise<void> {
    const old = this.#writable();
    if (old.segment.firstSeq > this.#seq) return;
    const { files, directory } = this.#options;
    const segment = segmentAt(directory, this.#seq + 1);
    this.#current = await createSegment(files, directory, segment);
    this.#turnAt = this.#options.segmentBytes;
    await old.file.close();
  }

  /** What was not acknowledged goes; on a disk that fails even this, the next opening finds it as an entry or as a torn one. */
  async #cut(current: OpenSegment): Promise<void> {
    try {
      await current.file.cut(current.end);
      await current.file.sync();
    } catch (error) {
      this.#options.log(`${current.segment.path} could not be cut to ${current.end} bytes: ${String(error)}`);
    }
  }
}

interface OpenSegment {
  readonly segment: Segment;
  readonly file: OpenFile;
  /** Behind the last acknowledged byte. */
  end: number;
}

async function createSegment(
  files: FileSystemPort,
  directory: string,
  segment: Segment,
): Promise<OpenSegment> {
  await files.remove(segment.path);
  const file = await files.open(segment.path, 'wx');
  try {
    const header = Buffer.from(headerLine(segment.firstSeq));
    await writeWhole(file, header, 0);
    await file.sync();
    await files.syncFolder(directory);
    return { segment, file, end: header.length };
  } catch (error) {
    await file.close();
    await files.remove(segment.path).catch(() => undefined);
    throw error;
  }
}

/** What is whole in it counts as durable from now on, so it is synced before anything is built on it. */
async function reopenSegment(files: FileSystemPort, segment: Segment, end: number): Promise<OpenSegment> {
  const file = await files.open(segment.path, 'r+');
  try {
    if ((await file.size()) > end) await file.cut(end);
    await file.sync();
    return { segment, file, end };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function writeWhole(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  const taken = await file.write(bytes, position);
  if (taken !== bytes.length) throw new Error(`only ${taken} of ${bytes.length} bytes could be written`);
}
