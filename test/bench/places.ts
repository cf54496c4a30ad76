import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rigDefaults } from '../../server/domain/rigs.ts';
import { townDefaults } from '../../server/domain/settings.ts';
import type { Draft } from '../../server/domain/view.ts';
import { watchPlaces } from '../../server/operations/placeWatch.ts';
import { openStore } from '../../server/store/store.ts';
import { bead, mergeRequest, noon, polecat, rig } from '../domain/support.ts';
import { type Row, spread } from './figures.ts';

/** Of the beads: so many are on a hook, and as many of them wait for a review. */
const atWork = 100;

/** What the check of places costs for each change: what stands on its way, what is done in a later turn, and the look at all in doubt. */
export async function places(beads: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  const store = await openStore({ directory: join(folder, '.gastown'), now: () => new Date() });
  try {
    await store.transact({ verb: 'bench', by: 'bench' }, (draft) => furnish(draft, beads));
    const pending: Promise<unknown>[] = [];
    let alarm = (): Promise<unknown> => Promise.resolve();
    const duty = watchPlaces({
      store,
      now: () => noon,
      log: () => undefined,
      background: (_what, work) => void pending.push(work()),
      timers: {
        at: (_key, _time, work) => void (alarm = work),
        cancel: () => undefined,
        next: () => undefined,
      },
    });
    const onTheWay: number[] = [];
    const later: number[] = [];
    const inDoubt: number[] = [];
    for (let round = 0; round < 1000; round += 1) {
      const found = store.view.get('beads', `be-${round % (3 * atWork)}`);
      if (!found) continue;
      const changes = [['beads', found.id, found] as const];
      const entry = { seq: round, at: noon, by: 'bench', verb: 'bead/update', changes };
      onTheWay.push(await took(() => duty.changed(entry)));
      // The turn itself is somebody else's time: an empty one is taken off.
      const turn = await took(() => Promise.all(pending.splice(0)));
      later.push(Math.max(0, turn - (await took(() => new Promise((resolve) => setImmediate(resolve))))));
      if (round % 50 === 49) inDoubt.push(await took(() => alarm()));
    }
    const figures = { onTheWay: spread(onTheWay), later: spread(later), inDoubt: spread(inDoubt) };
    return [
      {
        what: `the place of a changed bead checked, in a town of ${beads} beads with ${atWork} waiting for a review`,
        bar: 'under 0.1 ms for each change, none of it on its way; 10 ms for all in doubt, at most every 10 s',
        holds: figures.later.median < 0.1 && figures.onTheWay.p95 < 0.05 && figures.inDoubt.median < 10,
        figures,
      },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function took(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function furnish(draft: Draft, beads: number): void {
  draft.put('town', { id: 'town', townId: 'bench', name: 'bench', ...townDefaults, createdAt: noon });
  draft.put('rigs', { ...rig('backend', 'be')[1], settings: rigDefaults });
  for (let n = 0; n < beads; n += 1) {
    const id = `be-${n}`;
    const agent = `backend/p${n}`;
    const isHeld = n < 2 * atWork;
    draft.put('beads', bead(id, isHeld ? { status: 'in_progress', assignee: agent } : {})[1]);
    if (!isHeld) continue;
    const worker = polecat(agent, id, n < atWork ? { state: 'done' } : {})[1];
    draft.put('agents', worker);
    if (n < atWork) draft.put('mergeRequests', mergeRequest(`mr-${n}`, worker)[1]);
  }
}
