import { dueArchives, nextLook } from '../domain/archives.ts';
import { keepArchivesDays } from '../domain/archiveSettings.ts';
import { messageOf } from '../domain/fault.ts';
import { eraseArchive } from './archives.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { theTown } from './lookups.ts';

/** Deletes archives that are older than the town keeps them, but for those of beads that are still open. */
export function keepArchives(context: Context): Duty {
  const { store, timers } = context;
  let planned = false;
  const plan = (): void => {
    const next = nextLook(store.view, daysOf(context), context.now());
    planned = next !== undefined;
    if (next === undefined) return timers.cancel(key);
    timers.at(key, next, look);
  };
  const look = async (): Promise<void> => {
    await eraseDue(context);
    plan();
  };
  return {
    begin() {
      if (isAnyDue(context)) context.background(key, look);
      else plan();
    },
    changed({ changes }) {
      // A new archive is due after all that are there: only the first sets a timer.
      const isFirst = !planned && changes.some(([collection]) => collection === 'archives');
      if (changes.some(([collection]) => collection === 'town')) this.begin();
      else if (isFirst) plan();
    },
  };
}

const key = 'keeping archives';

const daysOf = ({ store }: Context): number => theTown(store.view).keepArchives ?? keepArchivesDays;

const isAnyDue = (context: Context): boolean =>
  dueArchives(context.store.view, daysOf(context), context.now()).length > 0;

async function eraseDue(context: Context): Promise<void> {
  const days = daysOf(context);
  for (const archive of dueArchives(context.store.view, days, context.now())) {
    try {
      await eraseArchive(context, archive, 'town');
    } catch (error) {
      context.log(`The archive ${archive.id} could not be deleted: ${messageOf(error)}`);
    }
  }
}
