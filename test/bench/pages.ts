// Pages of `bead/ready` and `bead/list`, in the server's own code, in a town of 100,000 beads.
import type { Context } from '../../server/operations/context.ts';
import { listBeads, readyBeads } from '../../server/operations/beadLists.ts';
import { townPaths } from '../../server/protocol/address.ts';
import { openStore } from '../../server/store/store.ts';
import { type Row, spread } from './figures.ts';
import { makeTown } from './townOf.ts';

const rounds = 200;
const barMs = 5;

export async function pages(beads: number): Promise<Row[]> {
  const made = await makeTown(beads);
  const store = await openStore({ directory: townPaths(made.town).state, now: () => new Date() });
  // The lists look at the store and at nothing else.
  const context = { store } as unknown as Context;
  try {
    const deep = deepCursor(context);
    return [
      row('bead/ready, first page', beads, () => readyBeads(context, { limit: 100 })),
      row('bead/list, first page', beads, () => listBeads(context, { limit: 100 })),
      row('bead/list of a rig, a page in the middle', beads, () =>
        listBeads(context, { rig: 'backend', limit: 100, after: deep }),
      ),
    ];
  } finally {
    await store.close();
    made.remove();
  }
}

function deepCursor(context: Context): string {
  let after: string | undefined;
  for (let page = 0; page < 50; page += 1) {
    after =
      listBeads(context, { rig: 'backend', limit: 1000, ...(after === undefined ? {} : { after }) }).next ??
      after;
  }
  return after ?? '';
}

function row(what: string, beads: number, work: () => { readonly items: readonly unknown[] }): Row {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const { items } = work();
    samples.push(performance.now() - begun);
    if (items.length !== 100) throw new Error(`${what}: ${items.length} beads came`);
  }
  const milliseconds = spread(samples);
  return {
    what: `${what}, ${beads} beads`,
    bar: `under ${barMs} ms`,
    holds: milliseconds.p95 < barMs,
    figures: { milliseconds },
  };
}
