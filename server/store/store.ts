import { Low } from 'lowdb';
import { stackOf } from '../domain/fault.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { collections } from '../domain/records.ts';
import type { Change } from '../domain/records.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Draft, View } from '../domain/view.ts';
import { CommitQueue } from './commitQueue.ts';
import type { FileJournal } from './fileJournal.ts';
import { errorCode, realFiles } from './files.ts';
import type { FileSystemPort } from './files.ts';
import type { WrittenEntry } from './journal.ts';
import { entryText } from './journalLine.ts';
import { emptySnapshot, loadState, readOnlyRefusal, snapshotPath } from './load.ts';
import type { Loaded } from './load.ts';
import { openJournal } from './openJournal.ts';
import { Past } from './past.ts';
import { schemaVersion } from './schema.ts';
import { snapshotFile } from './snapshotFile.ts';
import type { Snapshot } from './snapshotFile.ts';
import type { State } from './state.ts';
import { Transaction } from './transaction.ts';

/** Who does what, for the journal. */
export interface TransactionMeta<T = unknown> {
  readonly verb: string;
  readonly by: string;
  /** An id; out of the result, where it is known only then. */
  readonly subject?: string | ((result: T) => string);
}

interface StoreParts {
  readonly files: FileSystemPort;
  readonly directory: string;
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly snapshotEvery: number;
  readonly journal: FileJournal;
  readonly state: State;
  /** Entries that the newest snapshot does not hold. */
  readonly sinceSnapshot: number;
  readonly readOnly?: string;
}

export interface StoreOptions {
  /** TOWN/.gastown; made where it is not there. */
  readonly directory: string;
  readonly now: () => Date;
  /** Nothing is written, not even mended. */
  readonly readOnly?: boolean;
  /** Told what was mended, and what could not be written. */
  readonly log?: (line: string) => void;
  /** The journal begins a new segment at this size. */
  readonly segmentBytes?: number;
  /** A snapshot is written after this many entries. */
  readonly snapshotEvery?: number;
  readonly files?: FileSystemPort;
}

/** Sixteen megabytes are read in a tenth of a second. */
const defaultSegmentBytes = 16 << 20;
const defaultSnapshotEvery = 25_000;

/**
 * Loads the state of a town. Opens read-only where the journal cannot be written or comes from a newer product: `readOnly` says why.
 * Refused with `unavailable` where the journal is damaged, file and line named, and with `not-found` where there is nothing to read.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, readOnly = false, files = realFiles, log = () => undefined } = options;
  const journalOptions = { files, directory, log, segmentBytes: options.segmentBytes ?? defaultSegmentBytes };
  if (!readOnly) await files.makeFolder(directory);
  const loaded = await load(files, directory, log);
  const opened = await openJournal(journalOptions, loaded, readOnly);
  return new Store({
    ...opened,
    files,
    directory,
    log,
    now: options.now,
    snapshotEvery: options.snapshotEvery ?? defaultSnapshotEvery,
    state: loaded.state,
    sinceSnapshot: loaded.recovered.lastSeq - loaded.snapshotSeq,
  });
}

/** The state of a town, and the only way to change it. Made by `openStore`. */
export class Store {
  readonly #parts: StoreParts;
  readonly #commits: CommitQueue;
  readonly #listeners = new Set<(entry: JournalEntry) => void>();
  #sinceSnapshot: number;
  /** The last of the snapshots, which are written one after the other. */
  #snapshots: Promise<void> = Promise.resolve();
  #isSnapshotting = false;
  #isRunning = false;
  #isClosing = false;
  #past: Past | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#sinceSnapshot = parts.sinceSnapshot;
    this.#commits = new CommitQueue(parts.journal, parts.state, (entries) => this.#committed(entries));
  }

  /** What is durable, always the newest of it. */
  readonly view: View = {
    get: (collection, id) => this.#commits.durable.get(collection, id),
    all: (collection) => this.#commits.durable.all(collection),
    find: (index, key, after) => this.#commits.durable.find(index, key, after),
    count: (index, key) => this.#commits.durable.count(index, key),
    lists: (index, key, id) => this.#commits.durable.lists(index, key, id),
  };

  /** The number of the last durable entry. */
  get seq(): number {
    return this.#parts.journal.seq;
  }

  /** Why changes are refused, if they are. */
  get readOnly(): string | undefined {
    return this.#parts.readOnly ?? this.#commits.failure;
  }

  /**
   * Runs the work at once, on the newest state, syncs in flight included, and resolves when what it changed is durable. What the work
   * throws is thrown on, and nothing is changed. Where it changes nothing, nothing is written, and what it has seen is durable.
   * Refused with `read-only` where the journal cannot be written, and where a sync before it fails: then it is taken back.
   */
  async transact<T>(
    meta: TransactionMeta<T>,
    work: (draft: Draft) => T,
  ): Promise<{ result: T; seq: number }> {
    if (this.readOnly !== undefined) throw readOnlyRefusal(this.readOnly);
    if (this.#isClosing) throw new Refusal('unavailable', 'The town is closing and takes no more changes.');
    const { result, written } = this.#run(meta, work);
    const seq = this.#commits.newestSeq;
    if (!written) {
      await this.#commits.settled();
      return { result, seq };
    }
    await this.#commits.commit(written);
    return { result, seq: written.entry.seq };
  }

  /** Called for each entry, in order, when its records can be seen in the view. The answer ends it. */
  onCommitted(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The durable entries from this number on. */
  read(from: number): AsyncIterable<JournalEntry> {
    return this.#parts.journal.read(Math.max(1, from));
  }

  /** What the whole journal says about each id; made when somebody asks first. */
  get past(): Past {
    const { files, directory, journal } = this.#parts;
    return (this.#past ??= new Past(files, directory, () => journal.seq));
  }

  /** Resolves when everything up to now is in a snapshot that is safe on the disk, and the journal has turned to a new segment. */
  writeSnapshot(): Promise<void> {
    if (this.readOnly !== undefined) return Promise.reject(readOnlyRefusal(this.readOnly));
    const written = this.#snapshots.then(() => this.#snapshot());
    this.#snapshots = written.catch(() => undefined);
    return written;
  }

  /** Takes no more changes, and ends when those that were taken are durable. Writes no snapshot. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#commits.idle();
    await this.#snapshots;
    await this.#parts.journal.close();
  }

  #run<T>(
    meta: TransactionMeta<T>,
    work: (draft: Draft) => T,
  ): { result: T; written: WrittenEntry | undefined } {
    if (this.#isRunning) throw new Error('A transaction was begun inside another one.');
    this.#isRunning = true;
    const state = this.#commits.newest;
    const transaction = new Transaction(state);
    try {
      const result = work(transaction);
      if (result instanceof Promise) throw new Error('The work of a transaction must not be asynchronous.');
      state.settle();
      const { verb, by, subject } = meta;
      const about = typeof subject === 'function' ? subject(result) : subject;
      const act = { by, verb, ...(about === undefined ? {} : { subject: about }) };
      return { result, written: this.#written(act, transaction.changes()) };
    } catch (error) {
      if (transaction.hasWritten) this.#commits.takeBack();
      throw error;
    } finally {
      transaction.end();
      this.#isRunning = false;
    }
  }

  #written(
    act: Pick<JournalEntry, 'verb' | 'by' | 'subject'>,
    changes: readonly Change[],
  ): WrittenEntry | undefined {
    if (changes.length === 0) return undefined;
    const seq = this.#commits.newestSeq + 1;
    const at = this.#parts.now().toISOString() as Timestamp;
    const entry: JournalEntry = { seq, at, ...act, changes };
    return { entry, text: entryText(entry) };
  }

  #committed(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      for (const listener of this.#listeners) this.#tell(listener, entry);
    }
    this.#sinceSnapshot += entries.length;
    if (this.#sinceSnapshot >= this.#parts.snapshotEvery && !this.#isSnapshotting)
      this.writeSnapshot().catch((error: unknown) =>
        this.#parts.log(`No snapshot could be written: ${String(error)}`),
      );
  }

  #tell(listener: (entry: JournalEntry) => void, entry: JournalEntry): void {
    try {
      listener(entry);
    } catch (error) {
      this.#parts.log(`A listener failed at entry ${entry.seq}: ${stackOf(error)}`);
    }
  }

  async #snapshot(): Promise<void> {
    const { files, directory, journal } = this.#parts;
    // After a failure the next one is due after as many entries again, not with each of them.
    this.#sinceSnapshot = 0;
    this.#isSnapshotting = true;
    try {
      // A version of the state stays as it is while newer ones are made, so it can be written slice by slice.
      const state = this.#commits.durable;
      const low = new Low<Snapshot>(snapshotFile(files, snapshotPath(directory)), emptySnapshot);
      const records = new Map(collections.map((collection) => [collection, state.all(collection)]));
      low.data = { schemaVersion, seq: journal.seq, records };
      await low.write();
      await journal.turn();
    } finally {
      this.#isSnapshotting = false;
    }
  }
}

async function load(files: FileSystemPort, directory: string, log: (line: string) => void): Promise<Loaded> {
  try {
    return await loadState(files, directory, log);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new Refusal('not-found', `There is no town in ${directory}.`, {
      next: 'gt install PATH makes one.',
    });
  }
}
