import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { openStore, type Store } from '../../server/store/store.ts';
import { bead } from '../support/beads.ts';
import { temporaryFolder } from '../support/folder.ts';

const open = (directory: string, segmentBytes = 2000): Promise<Store> =>
  openStore({ directory, now: () => new Date(), segmentBytes });

const beads = ['be-ä', 'be-b', 'be-c'] as const;

async function write(store: Store, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const id = beads[at % beads.length] ?? 'be-b';
    const notes = `${'ü\n'.repeat(at % 7)}["beads","be-b"`;
    const verb = at % 2 === 0 ? 'bead/update' : 'session/progress';
    await store.transact({ verb, by: at % 5 === 0 ? 'backend/nux' : 'overseer', subject: id }, (draft) => {
      draft.put('beads', bead({ id, notes: `${at} ${notes}` }));
    });
  }
}

/** The same by reading everything. */
async function naive(
  store: Store,
  isWanted: (entry: { subject?: string; by: string; verb: string }) => boolean,
) {
  const numbers: number[] = [];
  for await (const entry of store.read(1)) if (isWanted(entry)) numbers.push(entry.seq);
  return numbers;
}

test('what is about an id is found in every segment, goes on with the journal, and outlives a restart', async (t) => {
  const directory = temporaryFolder(t);
  let store = await open(directory);
  await write(store, 40);
  const check = async (): Promise<void> => {
    for (const id of beads)
      assert.deepEqual(await store.past.about(id), await naive(store, (e) => e.subject === id));
    assert.deepEqual(
      await store.past.about('backend/nux'),
      await naive(store, (e) => e.by === 'backend/nux'),
    );
    assert.deepEqual(
      await store.past.withVerbs((verb) => verb === 'bead/update'),
      await naive(store, (e) => e.verb === 'bead/update'),
    );
    const all = await store.past.after(0);
    assert.deepEqual(all, await naive(store, () => true));
    const entries = await store.past.entries(all.toReversed());
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      all.toReversed(),
    );
  };
  await check();
  await write(store, 1);
  await check();
  await write(store, 30);
  await store.writeSnapshot();
  await write(store, 3);
  await check();
  assert.deepEqual(await store.past.about('be-nobody'), []);
  await store.close();
  store = await open(directory);
  await Promise.all([check(), check()]);
  await write(store, 5);
  await check();
  await store.close();
});

test('a question while entries are being written sees none that is not durable', async (t) => {
  const store = await open(temporaryFolder(t));
  const writing = write(store, 200);
  for (let round = 0; round < 20; round++) {
    const before = store.seq;
    const all = await store.past.after(0);
    assert.ok(all.length >= before && all.length <= store.seq, `${before} ${all.length} ${store.seq}`);
    assert.deepEqual(
      all,
      Array.from(all, (_, at) => at + 1),
    );
  }
  await writing;
  assert.equal((await store.past.after(0)).length, 200);
  await store.close();
});

test('reading a long journal leaves the others their turn', async (t) => {
  const store = await open(temporaryFolder(t), 16 << 20);
  const notes = 'n'.repeat(2000);
  const all = Array.from({ length: 4000 }, (_, at) =>
    store.transact({ verb: 'bead/update', by: 'overseer', subject: 'be-b' }, (draft) =>
      draft.put('beads', bead({ id: 'be-b', notes: `${at}${notes}` })),
    ),
  );
  await Promise.all(all);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let turns = 0;
  let done = false;
  const turn = (): void => {
    turns += 1;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  assert.equal((await store.past.about('be-b')).length, 4000);
  done = true;
  delay.disable();
  // Eight megabytes are eight slices at least.
  assert.ok(turns >= 8, `${turns} turns, the longest wait ${delay.max / 1e6} ms`);
  await store.close();
});
