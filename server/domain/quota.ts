import type { RuntimeName, Timestamp } from './ids.ts';

/** A runtime that starts nothing new until its quota is back. Its id is the runtime's. What runs on it goes on. */
export interface Quota {
  readonly id: RuntimeName;
  readonly since: Timestamp;
  /** Absent: until a person clears it. */
  readonly until?: Timestamp;
  readonly by: string;
  /** What showed it: a polecat's own words, or a person's. */
  readonly reason?: string;
}
