import { messageOf } from '../domain/fault.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { Journal, WrittenEntry } from './journal.ts';
import { readOnlyRefusal } from './load.ts';
import type { State } from './state.ts';

interface Waiting {
  /** Absent where nothing was changed: it only waits for what it has seen to be durable. */
  readonly written?: WrittenEntry;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The transactions on their way to the disk, in batches: while one is synced the next one gathers. Each batch has one version of the
 * state, built on the one before. When a sync fails, the versions of all that waits are forgotten, all of it is refused, and nothing
 * is taken from then on.
 */
export class CommitQueue {
  readonly #journal: Journal;
  readonly #committed: (entries: readonly JournalEntry[]) => void;
  #durable: State;
  /** Of the batch that is synced now. */
  #inFlight: State | undefined;
  /** Of the batch that gathers: the only one that is written to. */
  #gathering: State | undefined;
  #waiting: Waiting[] = [];
  #newestSeq: number;
  #flushing: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(journal: Journal, state: State, committed: (entries: readonly JournalEntry[]) => void) {
    this.#journal = journal;
    this.#newestSeq = journal.seq;
    this.#durable = state;
    this.#committed = committed;
    journal.follow((entries) => this.#swapIn(entries));
  }

  /** For the next transaction to run on, and to write to: all that was taken before, syncs in flight included. */
  get newest(): State {
    this.#gathering ??= (this.#inFlight ?? this.#durable).fork();
    return this.#gathering;
  }

  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** What readers see. */
  get durable(): State {
    return this.#durable;
  }

  /** Why nothing is taken any more. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What was written to the newest state stays; resolves when its entry, which carries the next number, is durable. */
  commit(written: WrittenEntry): Promise<void> {
    this.#newestSeq = written.entry.seq;
    return this.#wait(written);
  }

  /** What was written to the newest state since the last commit goes: it is made again of what was committed. */
  takeBack(): void {
    this.#gathering = undefined;
    for (const { written } of this.#waiting)
      for (const change of written?.entry.changes ?? []) this.newest.apply(change);
    this.newest.settle();
  }

  /** Resolves when all that is in the newest state now is durable. */
  settled(): Promise<void> {
    return this.#flushing ? this.#wait() : Promise.resolve();
  }

  /** Resolves when nothing waits any more, whether it went well or not. */
  async idle(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  #wait(written?: WrittenEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, ...(written ? { written } : {}) });
      // In a microtask, so that all transactions of one turn of the event loop share the first sync.
      this.#flushing ??= Promise.resolve().then(() => this.#flush());
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#inFlight = this.#gathering;
      this.#gathering = undefined;
      try {
        await this.#append(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.#refuse(batch, error);
      }
      this.#inFlight = undefined;
    }
    this.#flushing = undefined;
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const entries = batch.flatMap(({ written }) => (written ? [written] : []));
    if (entries.length > 0) await this.#journal.append(entries, this.#journal.seq);
  }

  #swapIn(entries: readonly JournalEntry[]): void {
    this.#durable = this.#inFlight ?? this.#durable;
    this.#inFlight = undefined;
    this.#committed(entries);
  }

  #refuse(batch: readonly Waiting[], error: unknown): void {
    this.#failure = `the journal could not be written (${messageOf(error)})`;
    this.#gathering = undefined;
    this.#newestSeq = this.#journal.seq;
    const refused = [...batch, ...this.#waiting];
    this.#waiting = [];
    for (const { reject } of refused) reject(readOnlyRefusal(this.#failure));
  }
}
