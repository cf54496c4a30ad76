import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verdictOn } from '../../server/operations/evidence.ts';
import { WatchedTown } from '../operations/watchedTown.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { type Row, spread } from './figures.ts';

/** What one patrol costs: every polecat judged by what is known of it. */
export async function witness(polecats: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  const clock = new FakeClock();
  const town = await WatchedTown.open(folder, clock, polecats);
  try {
    const { view } = town.store;
    const now = clock.now();
    const patrol: number[] = [];
    const empty: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      patrol.push(took(() => count(view.all('agents'), (each) => verdictOn(view, each, town.memory, now))));
      empty.push(took(() => count(view.all('agents'), ({ bead }) => bead)));
    }
    const figures = { patrol: spread(patrol), empty: spread(empty) };
    return [
      {
        what: `a patrol over ${polecats} polecats`,
        bar: 'under 10 ms of computing',
        holds: figures.patrol.median < 10,
        figures,
      },
    ];
  } finally {
    await town.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function took(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

function count<T>(all: Iterable<T>, test: (each: T) => unknown): number {
  let found = 0;
  for (const each of all) if (test(each) !== undefined) found += 1;
  return found;
}
