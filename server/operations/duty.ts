import type { JournalEntry } from '../domain/journal.ts';

/** Something that the town does by itself. */
export interface Duty {
  /** Once, when the town is in order and before anyone is served. */
  begin(): void;
  /** After every change, also its own. Quick: what takes time goes into the background. */
  changed(entry: JournalEntry): void;
}
