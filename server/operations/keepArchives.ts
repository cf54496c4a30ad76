import { dueArchives, nextLook } from '../domain/archives.ts';
import { keepArchivesDays } from '../domain/archiveSettings.ts';
import { crashesOf, dueCrashes } from '../domain/crashes.ts';
import { messageOf } from '../domain/fault.ts';
import type { Change } from '../domain/records.ts';
import { eraseArchive } from './archives.ts';
import type { Context } from './context.ts';
import { eraseCrash } from './crashRefs.ts';
import type { Duty } from './duty.ts';
import { theTown } from './lookups.ts';

/** Deletes archives, and what keeps the commits of crashed sessions, once older than the town keeps them; not while their bead is open. */
export function keepArchives(context: Context): Duty {
  const { store, timers } = context;
  let planned = false;
  const plan = (): void => {
    const kept = [...store.view.all('archives'), ...crashesOf(store.view)];
    const next = nextLook(kept, daysOf(context), context.now());
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
      const isFirst = !planned && changes.some(isOfKept);
      if (changes.some(([collection]) => collection === 'town')) this.begin();
      else if (isFirst) plan();
    },
  };
}

const key = 'keeping archives';

const daysOf = ({ store }: Context): number => theTown(store.view).keepArchives ?? keepArchivesDays;

const isOfKept = ([collection, , record]: Change): boolean =>
  collection === 'archives' || (collection === 'sessions' && record?.kept !== undefined);

function isAnyDue(context: Context): boolean {
  const now = [context.store.view, daysOf(context), context.now()] as const;
  return dueArchives(...now).length > 0 || dueCrashes(...now).length > 0;
}

async function eraseDue(context: Context): Promise<void> {
  const days = daysOf(context);
  for (const archive of dueArchives(context.store.view, days, context.now()))
    await trying(context, archive.id, () => eraseArchive(context, archive, 'town'));
  for (const crash of dueCrashes(context.store.view, days, context.now()))
    await trying(context, crash.ref, () => eraseCrash(context, crash));
}

async function trying(context: Context, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    context.log(`${what} could not be deleted: ${messageOf(error)}`);
  }
}
