import type { JournalEntry } from '../domain/journal.ts';
import type { TownClient } from './client.ts';
import { Subscription } from './subscription.ts';

export interface Changes {
  /** All since the following began, oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Resolves with the first change since it resolved last, or when the time is over. */
  next(withinMs: number): Promise<void>;
}

/** Follows the journal of a town for as long as the connection lives. */
export async function followChanges(client: TownClient): Promise<Changes> {
  const entries: JournalEntry[] = [];
  let changed = false;
  let wake: (() => void) | undefined;
  const note = (): void => {
    changed = true;
    wake?.();
  };
  await new Subscription({
    changed(entry) {
      entries.push(entry);
      note();
    },
    resync: note,
  }).begin(client);
  return {
    entries,
    async next(withinMs) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(0, withinMs));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      changed = false;
    },
  };
}
