import { attentionOf } from '../domain/attention.ts';
import type { BeadId } from '../domain/ids.ts';
import { beadsAskedAbout, examinePlace, isUnderWay } from '../domain/placeCheck.ts';
import type { Context } from './context.ts';
import type { Check, Trouble } from './doctorCheck.ts';

/** All beads at once; while the town runs, `placeWatch.ts` looks at what changes. */
export const placeCheck: Check = {
  about: 'places',
  fine: 'Every open bead is in one place, by all that the town keeps.',
  look: lookAtPlaces,
};

/** A step of the town's may be under way: what is found is looked at again. */
const settleMs = 500;

const inTurn = 1000;

async function lookAtPlaces(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const first = await faultsOf(
    context,
    Array.from(view.all('beads'), ({ id }) => id),
  );
  if (first.size === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const again = await faultsOf(context, Array.from(first.keys()));
  return Array.from(again, ([id, evidence]) => ({
    subject: id,
    state: 'problem' as const,
    evidence,
    advice: `gt explain ${id}`,
  }));
}

async function faultsOf(context: Context, ids: readonly BeadId[]): Promise<ReadonlyMap<BeadId, string>> {
  const { view } = context.store;
  const now = context.now();
  const asked = beadsAskedAbout(attentionOf(view, now));
  const found = new Map<BeadId, string>();
  for (const [at, id] of ids.entries()) {
    if (at > 0 && at % inTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    const bead = view.get('beads', id);
    const fault = bead && examinePlace(view, bead, now, asked).fault;
    if (bead && fault !== undefined && !isUnderWay(view, bead)) found.set(id, fault);
  }
  return found;
}
