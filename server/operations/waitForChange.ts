import type { Timestamp } from '../domain/ids.ts';
import type { Context } from './context.ts';

/** A follower asks again after this long, so that one that has gone is not waited with for ever. */
const followMs = 20_000;

/** Waits for the journal to grow. */
export interface ChangeWait {
  /** True when there is an entry of this number; false when it was waited for long enough. */
  next(seq: number): Promise<boolean>;
  end(): void;
}

let waits = 0;

export function waitForChange(context: Context): ChangeWait {
  const { store, timers } = context;
  let wake = (): void => undefined;
  const patience = { over: false };
  waits += 1;
  const key = `a follower's patience ${waits}`;
  const until = new Date(Date.parse(context.now()) + followMs).toISOString() as Timestamp;
  const stop = store.onCommitted(() => wake());
  timers.at(key, until, () => {
    patience.over = true;
    wake();
    return Promise.resolve();
  });
  return {
    async next(seq) {
      while (store.seq < seq && !patience.over) await new Promise<void>((resolve) => (wake = resolve));
      return store.seq >= seq;
    },
    end() {
      stop();
      timers.cancel(key);
    },
  };
}
