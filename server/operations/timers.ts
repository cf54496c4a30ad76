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

/** What `setTimeout` takes: a longer wait would end at once. */
const longestMs = 2 ** 31 - 1;

export function keyedTimers({ now, sleep, background }: Parts): Timers {
  const set = new Map<string, { readonly time: Timestamp; cancel: () => void }>();
  const wait = (key: string, time: Timestamp, work: () => Promise<unknown>): (() => void) => {
    const ms = Math.max(0, Date.parse(time) - Date.parse(now()));
    return sleep(Math.min(ms, longestMs), () => {
      const timer = set.get(key);
      if (!timer) return;
      if (ms > longestMs) {
        timer.cancel = wait(key, time, work);
        return;
      }
      set.delete(key);
      background(key, work);
    });
  };
  const cancel = (key: string): void => {
    set.get(key)?.cancel();
    set.delete(key);
  };
  return {
    at(key, time, work) {
      cancel(key);
      const timer = { time, cancel: (): void => undefined };
      set.set(key, timer);
      timer.cancel = wait(key, time, work);
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
