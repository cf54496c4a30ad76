import type { Timestamp } from './ids.ts';
import type { Change } from './records.ts';

/** One committed transaction: one line of the journal, one change notification, one entry of the feed. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: Timestamp;
  /** Who: `overseer`, an agent's id, `town`. */
  readonly by: string;
  /** What was done: `bead/create`, `sling`, `land`. */
  readonly verb: string;
  /** What it was done to: an id. */
  readonly subject?: string;
  readonly changes: readonly Change[];
}
