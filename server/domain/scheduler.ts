import type { Timestamp } from './ids.ts';

/** What may be spent in a day (UTC) before nothing new is started. What runs goes on. */
export interface Budget {
  /** Sessions started. */
  readonly turns?: number;
  /** Minutes that sessions ran, all together. */
  readonly minutes?: number;
}

/** How the town starts work by itself. What is absent is the default. */
export interface Scheduler {
  /** `auto`: a sling that finds no place is queued. `direct` (the default): it is refused, unless it asks to be queued. */
  readonly mode?: 'direct' | 'auto';
  /** How many polecats the queue lets work in the whole town; absent: as many as there may be sessions. */
  readonly maxPolecats?: number;
  /** How many are started at once. */
  readonly batchSize?: number;
  /** Seconds between one batch and the next. */
  readonly spawnDelay?: number;
  /** How many sessions may run on a runtime at once, by its name. */
  readonly runtimeSessions?: Readonly<Record<string, number>>;
  readonly budget?: Budget;
  readonly paused?: { readonly at: Timestamp; readonly by: string; readonly reason?: string };
}

export const schedulerDefaults = { mode: 'direct', batchSize: 1, spawnDelay: 0 } as const;
