import type { JournalEntry } from '../domain/journal.ts';

/** An entry with its JSON, made beforehand: a value that JSON cannot hold must fail its own transaction, not a batch. */
export interface WrittenEntry {
  readonly entry: JournalEntry;
  readonly text: string;
}

/** Where committed transactions are kept. The embedded one is a file; a table shared by several machines fits behind it too. */
export interface Journal {
  /** The number of the last durable entry, 0 before the first. */
  readonly seq: number;
  /**
   * Resolves when all of them are durable; followers have been told by then. Rejects when none of them counts; refused with `stale`
   * where the last entry is not `expectedSeq`.
   */
  append(batch: readonly WrittenEntry[], expectedSeq: number): Promise<void>;
  /** The durable entries from this number on, up to those that are durable at this call. */
  read(from: number): AsyncIterable<JournalEntry>;
  /** Told of every durable batch, in order. The answer ends it. */
  follow(follower: (entries: readonly JournalEntry[]) => void): () => void;
}
