import type { Timestamp } from '../domain/ids.ts';

/** What the town is to do by itself at a time. Nothing polls: a timer is set when it is known when there is something to do. */
export interface Timers {
  /** Does the work once at that time, in the background; soon, where the time has passed. The same key again: in place of the earlier. */
  at(key: string, time: Timestamp, work: () => Promise<unknown>): void;
  cancel(key: string): void;
  /** When the next is due; undefined: none is set. */
  next(): Timestamp | undefined;
}

/** Calls back once after so many milliseconds; what it gives cancels that. */
export type Sleep = (ms: number, wake: () => void) => () => void;

interface Parts {
  readonly now: () => Timestamp;
  readonly sleep: Sleep;
  readonly background: (what: string, work: () => Promise<unknown>) => void;
}

interface Timer {
  readonly time: Timestamp;
  readonly work: () => Promise<unknown>;
  stop: () => void;
}

/** What `setTimeout` takes: a longer wait would end at once. */
const longestMs = 2 ** 31 - 1;

/**
 * While anything is waited for the clock is read so often: a machine that sleeps stops the waiting and not the clock. Where that has
 * leapt, by sleep or by hand, all that is waited for is waited for anew.
 */
const tickMs = 60_000;
const leapMs = 5000;

export function keyedTimers({ now, sleep, background }: Parts): Timers {
  const set = new Map<string, Timer>();
  const clock = (): number => Date.parse(now());
  let isTicking = false;
  const wait = (key: string, timer: Timer): void => {
    const ms = Math.max(0, Date.parse(timer.time) - clock());
    timer.stop = sleep(Math.min(ms, longestMs), () => {
      if (set.get(key) !== timer) return;
      if (clock() < Date.parse(timer.time)) {
        wait(key, timer);
        return;
      }
      set.delete(key);
      background(key, timer.work);
    });
  };
  const tick = (): void => {
    if (isTicking) return;
    isTicking = true;
    const from = clock();
    sleep(tickMs, () => {
      isTicking = false;
      if (Math.abs(clock() - from - tickMs) > leapMs)
        for (const [key, timer] of Array.from(set)) {
          timer.stop();
          wait(key, timer);
        }
      if (set.size > 0) tick();
    });
  };
  const cancel = (key: string): void => {
    set.get(key)?.stop();
    set.delete(key);
  };
  return {
    at(key, time, work) {
      cancel(key);
      const timer = { time, work, stop: (): void => undefined };
      set.set(key, timer);
      wait(key, timer);
      tick();
    },
    cancel,
    next: () =>
      Array.from(set.values(), ({ time }) => time).reduce<Timestamp | undefined>(
        (earliest, time) => (earliest === undefined || time < earliest ? time : earliest),
        undefined,
      ),
  };
}

/** The process does not stay for a timer alone: whoever keeps it decides how long. */
export const realSleep: Sleep = (ms, wake) => {
  const timer = setTimeout(wake, ms);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
};
