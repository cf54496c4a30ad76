import type { Timestamp } from '../domain/ids.ts';
import { wakeDeferred } from '../domain/readiness.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';

/** Opens deferred beads when their date comes. */
export function wakeBeads(context: Context): Duty {
  const { store, timers } = context;
  const plan = (): void => {
    let first: Timestamp | undefined;
    for (const { deferUntil } of store.view.find('beadsByStatus', 'deferred'))
      if (deferUntil !== undefined && (first === undefined || deferUntil < first)) first = deferUntil;
    if (first === undefined) timers.cancel(key);
    else
      timers.at(key, first, async () => {
        await wakeDue(context);
        plan();
      });
  };
  return {
    begin: plan,
    changed({ changes }) {
      if (changes.some(([collection, , record]) => collection === 'beads' && mayMatter(record))) plan();
    },
  };
}

const key = 'waking deferred beads';

function mayMatter(record: { readonly status?: string; readonly deferUntil?: Timestamp } | null): boolean {
  return record?.status === 'deferred' && record.deferUntil !== undefined;
}

/** Those whose date has come. */
export async function wakeDue(context: Context): Promise<void> {
  const now = context.now();
  await context.store.transact({ verb: 'bead/wake', by: 'town' }, (draft) => {
    for (const bead of wakeDeferred(draft, now)) draft.put('beads', bead);
  });
}
