import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../server/store/store.ts';
import { bead } from '../support/beads.ts';
import type { Row } from './figures.ts';

/** What the first question about the past costs, which reads the whole journal, and how long anybody else waits meanwhile. */
export async function past(lines: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  const store = await openStore({ directory: folder, now: () => new Date(), snapshotEvery: Infinity });
  try {
    await fill(store, lines);
    const first = await asked(store);
    const again = await asked(store);
    return [
      {
        what: `the first question about the past, in a journal of ${lines.toLocaleString('en')} lines of 1 kB`,
        bar: 'nobody waits longer than 20 ms',
        holds: first.longestStallMilliseconds < 20,
        figures: { ...first, againMilliseconds: again.milliseconds },
      },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(store: Store, lines: number): Promise<void> {
  const notes = 'n'.repeat(600);
  const atOnce = 1000;
  for (let from = 0; from < lines; from += atOnce) {
    const writes = Array.from({ length: Math.min(atOnce, lines - from) }, (_, at) => {
      const id = `be-${(from + at) % 5000}`;
      const verb = at % 3 === 0 ? 'work/progress' : 'bead/update';
      return store.transact({ verb, by: `backend/p${at % 50}`, subject: id }, (draft) =>
        draft.put('beads', bead({ id, rig: 'backend' as never, notes: `${from + at} ${notes}` })),
      );
    });
    await Promise.all(writes);
  }
}

async function asked(
  store: Store,
): Promise<{ milliseconds: number; longestStallMilliseconds: number; found: number }> {
  let longest = 0;
  let last = performance.now();
  let done = false;
  const turn = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  const begun = performance.now();
  const found = (await store.past.about('be-7')).length;
  const milliseconds = Math.round(performance.now() - begun);
  done = true;
  turn();
  return { milliseconds, longestStallMilliseconds: Number(longest.toFixed(1)), found };
}
