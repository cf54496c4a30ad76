import type { JournalEntry } from '../domain/journal.ts';
import type { Journal, WrittenEntry } from './journal.ts';
import { readOnlyRefusal } from './load.ts';
import type { State } from './state.ts';

interface Waiting {
  /** Absent where nothing was changed: it only waits for what it has seen to be durable. */
  readonly written?: WrittenEntry;
  readonly state: State;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The versions of the state between the newest and the durable one, in a queue. While one batch is synced the next one gathers. When a
 * sync fails, the newest version is the durable one again, everything that waits is refused, and nothing is taken from then on.
 */
export class CommitQueue {
  readonly #journal: Journal;
  readonly #committed: (entries: readonly JournalEntry[]) => void;
  #newest: State;
  #newestSeq: number;
  #durable: State;
  #waiting: Waiting[] = [];
  #inFlight: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(journal: Journal, state: State, committed: (entries: readonly JournalEntry[]) => void) {
    this.#journal = journal;
    this.#newest = state;
    this.#newestSeq = journal.seq;
    this.#durable = state;
    this.#committed = committed;
    journal.follow((entries) => this.#swapIn(entries));
  }

  /** What transactions run on: syncs in flight included. */
  get newest(): State {
    return this.#newest;
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

  /** The state is the newest from now on; resolves when its entry, which carries the next number, is durable. */
  commit(state: State, written: WrittenEntry): Promise<void> {
    this.#newest = state;
    this.#newestSeq = written.entry.seq;
    return this.#wait(state, written);
  }

  /** Resolves when all that is in the newest state now is durable. */
  settled(): Promise<void> {
    return this.#flushing ? this.#wait(this.#newest) : Promise.resolve();
  }

  /** Resolves when nothing waits any more, whether it went well or not. */
  async idle(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  #wait(state: State, written?: WrittenEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ state, resolve, reject, ...(written ? { written } : {}) });
      // In a microtask, so that all transactions of one turn of the event loop share the first sync.
      this.#flushing ??= Promise.resolve().then(() => this.#flush());
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#inFlight = this.#waiting;
      this.#waiting = [];
      try {
        await this.#append(this.#inFlight);
        for (const { resolve } of this.#inFlight) resolve();
      } catch (error) {
        this.#takeBack(error);
      }
      this.#inFlight = [];
    }
    this.#flushing = undefined;
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const entries = batch.flatMap(({ written }) => (written ? [written] : []));
    if (entries.length > 0) await this.#journal.append(entries, this.#journal.seq);
  }

  #swapIn(entries: readonly JournalEntry[]): void {
    const last = this.#inFlight.findLast(({ written }) => written);
    if (last) this.#durable = last.state;
    this.#committed(entries);
  }

  #takeBack(error: unknown): void {
    this.#failure = `the journal could not be written (${error instanceof Error ? error.message : String(error)})`;
    this.#newest = this.#durable;
    this.#newestSeq = this.#journal.seq;
    const refused = [...this.#inFlight, ...this.#waiting];
    this.#waiting = [];
    for (const { reject } of refused) reject(readOnlyRefusal(this.#failure));
  }
}
