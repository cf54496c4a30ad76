import { leastSamples, Scorecard } from '../domain/scorecard.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { runtimeLabel } from './views.ts';

/** Read at the first question, in slices; each later one takes in what happened since. */
export function scorecardHandlers(context: Context): Pick<Handlers, 'runtime/scorecard'> {
  const { store } = context;
  const scorecard = new Scorecard();
  let seen = 0;
  let reading: Promise<void> = Promise.resolve();
  const catchUp = async (): Promise<void> => {
    if (seen >= store.seq) return;
    for await (const entry of store.read(seen + 1)) {
      scorecard.take(entry);
      seen = entry.seq;
    }
  };
  return {
    'runtime/scorecard': async ({ rig, since }) => {
      const filter = {
        ...(rig === undefined ? {} : { rig: findRig(store.view, rig).id }),
        ...(since === undefined ? {} : { since }),
      };
      reading = reading.then(catchUp, catchUp);
      await reading;
      const rows = scorecard.rows(filter).map((row) => ({
        ...row,
        runtimeLabel: runtimeLabel(store.view, row.runtime),
      }));
      return { leastSamples, rows };
    },
  };
}
