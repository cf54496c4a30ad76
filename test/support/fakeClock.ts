import type { Timestamp } from '../../server/domain/ids.ts';
import type { Sleep } from '../../server/operations/timers.ts';

/** Time that passes only when it is told to. */
export class FakeClock {
  #now: number;
  readonly #sleepers = new Set<{ at: number; readonly wake: () => void }>();

  constructor(start = '2026-11-26T08:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  readonly date = (): Date => new Date(this.#now);

  readonly now = (): Timestamp => this.date().toISOString() as Timestamp;

  readonly sleep: Sleep = (ms, wake) => {
    const sleeper = { at: this.#now + ms, wake };
    this.#sleepers.add(sleeper);
    return () => {
      this.#sleepers.delete(sleeper);
    };
  };

  /** The machine sleeps: nobody is woken meanwhile. Whoever waits on such a clock waits for the rest of its time after that. */
  suspend(ms: number): void {
    this.#now += ms;
    const sleepers = Array.from(this.#sleepers);
    for (const sleeper of sleepers) sleeper.at += ms;
  }

  /** Lets the time pass: who is to be woken meanwhile is, at their time and in order, and `settle` is waited for after each. */
  async pass(ms: number, settle: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #next(end: number): { readonly at: number; readonly wake: () => void } | undefined {
    let first: { readonly at: number; readonly wake: () => void } | undefined;
    for (const sleeper of this.#sleepers)
      if (sleeper.at <= end && (!first || sleeper.at < first.at)) first = sleeper;
    return first;
  }
}
