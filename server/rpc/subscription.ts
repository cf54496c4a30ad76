import type { JournalEntry } from '../domain/journal.ts';
import type { TownClient } from './client.ts';

export interface SubscriptionListener {
  /** One change, the next by `seq`. */
  changed(entry: JournalEntry): void;
  /** The changes between are not to be had: read all lists again. Also called once, at the beginning. */
  resync(seq: number): void;
}

/** Follows the town's journal over one connection after the other, without a gap. */
export class Subscription {
  readonly #listener: SubscriptionListener;
  /** The last entry that was handed on, or that a resync stands for. */
  #seq: number | undefined;
  #client: TownClient | undefined;
  /** What arrives while an answer is awaited that comes before it. */
  #early: JournalEntry[] | undefined;

  constructor(listener: SubscriptionListener) {
    this.#listener = listener;
  }

  get seq(): number | undefined {
    return this.#seq;
  }

  /** Resolves when everything that was missed has been handed on. */
  async begin(client: TownClient): Promise<void> {
    this.#client = client;
    this.#early = undefined;
    client.onNotification('town/changed', (entry) => {
      if (client === this.#client) this.#take(entry);
    });
    await this.#catchUp(client);
  }

  #take(entry: JournalEntry): void {
    if (this.#early) {
      this.#early.push(entry);
      return;
    }
    const seq = this.#seq ?? 0;
    if (entry.seq <= seq) return;
    if (entry.seq === seq + 1) {
      this.#handOn(entry);
      return;
    }
    this.#early = [entry];
    // A failure to ask is the end of this connection, and the next one asks again.
    if (this.#client) this.#catchUp(this.#client).catch(() => this.#client?.close());
  }

  async #catchUp(client: TownClient): Promise<void> {
    this.#early ??= [];
    const since = this.#seq;
    const answer = await client.request('town/subscribe', since === undefined ? {} : { since });
    if (client !== this.#client) return;
    const early = this.#early;
    this.#early = undefined;
    if (answer.resync || since === undefined || answer.seq < since) {
      this.#seq = answer.seq;
      this.#listener.resync(answer.seq);
    }
    for (const entry of [...answer.entries, ...early]) this.#take(entry);
  }

  #handOn(entry: JournalEntry): void {
    this.#seq = entry.seq;
    this.#listener.changed(entry);
  }
}
