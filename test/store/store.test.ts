import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry } from '../../server/domain/journal.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { Bead } from '../../server/domain/bead.ts';
import { openStore } from '../../server/store/store.ts';
import type { Store } from '../../server/store/store.ts';
import { bead, dependency, someDay } from '../support/beads.ts';
import { temporaryFolder } from '../support/folder.ts';

const meta = { verb: 'bead/create', by: 'overseer' };

function open(directory: string): Promise<Store> {
  return openStore({ directory, now: () => new Date(someDay) });
}

test('what is put is in the view, in the journal, and there after the next opening', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory);
  const answer = await store.transact({ ...meta, subject: 'be-auth' }, (draft) => {
    draft.put('beads', bead({ id: 'be-auth' }));
    return 'made';
  });
  assert.deepEqual(answer, { result: 'made', seq: 1 });
  assert.deepEqual(store.view.get('beads', 'be-auth'), bead({ id: 'be-auth' }));
  assert.deepEqual(await read(store, 1), [
    {
      seq: 1,
      at: someDay,
      by: 'overseer',
      verb: 'bead/create',
      subject: 'be-auth',
      changes: [['beads', 'be-auth', bead({ id: 'be-auth' })]],
    },
  ]);
  await store.close();
  const again = await open(directory);
  assert.deepEqual(again.view.get('beads', 'be-auth'), bead({ id: 'be-auth' }));
  assert.equal(again.seq, 1);
  await again.close();
});

test('a work that throws changes nothing, and the caller gets what it threw', async (context) => {
  const store = await open(temporaryFolder(context));
  const refusal = new Refusal('taken', 'be-auth is there.');
  await assert.rejects(
    store.transact(meta, (draft) => {
      draft.put('beads', bead({ id: 'be-auth' }));
      throw refusal;
    }),
    (error) => error === refusal,
  );
  assert.equal(store.view.get('beads', 'be-auth'), undefined);
  assert.equal(store.seq, 0);
  const { result } = await store.transact(meta, (draft) => draft.get('beads', 'be-auth') ?? 'nothing');
  assert.equal(result, 'nothing');
  await store.close();
});

test('a work that changes nothing writes nothing', async (context) => {
  const store = await open(temporaryFolder(context));
  await store.transact(meta, (draft) => draft.put('beads', bead({ id: 'a', labels: ['x'] })));
  const works = [
    () => undefined,
    (draft: Parameters<Parameters<Store['transact']>[1]>[0]) =>
      draft.put('beads', bead({ labels: ['x'], id: 'a' })),
    (draft: Parameters<Parameters<Store['transact']>[1]>[0]) => {
      draft.put('beads', bead({ id: 'b' }));
      draft.remove('beads', 'b');
      draft.remove('beads', 'never-there');
    },
  ];
  for (const work of works) assert.equal((await store.transact(meta, work)).seq, 1);
  assert.equal(store.seq, 1);
  await store.close();
});

test('a draft sees itself and what is in flight; readers see what is durable', async (context) => {
  const store = await open(temporaryFolder(context));
  const first = store.transact(meta, (draft) => draft.put('beads', bead({ id: 'a' })));
  const second = store.transact(meta, (draft) => {
    assert.ok(draft.get('beads', 'a'), 'in flight');
    draft.put('beads', bead({ id: 'b' }));
    draft.put('dependencies', dependency('b', 'a'));
    assert.deepEqual(ids(draft.find('beadsReady', '')), ['a']);
    assert.deepEqual(ids(draft.find('beadsBlocked', '')), ['b']);
    assert.equal(draft.count('beadsOpen', ''), 2);
    assert.deepEqual(ids(draft.all('beads')), ['a', 'b']);
  });
  assert.equal(store.view.get('beads', 'a'), undefined);
  assert.equal(store.view.count('beadsOpen', ''), 0);
  assert.deepEqual(
    (await Promise.all([first, second])).map(({ seq }) => seq),
    [1, 2],
  );
  assert.equal(store.view.count('beadsOpen', ''), 2);
  await store.close();
});

test('putting while walking does not disturb the walk, and an answer can be walked twice', async (context) => {
  const store = await open(temporaryFolder(context));
  const names = Array.from({ length: 200 }, (_, at) => `b-${String(at).padStart(3, '0')}`);
  await store.transact(meta, (draft) => {
    for (const id of names) draft.put('beads', bead({ id, assignee: 'nux' }));
  });
  const { result } = await store.transact(meta, (draft) => {
    draft.put('beads', bead({ id: 'b-zzz', assignee: 'nux' }));
    const found = draft.find('beadsByAssignee', 'nux');
    const walked: string[] = [];
    for (const held of found) {
      walked.push(held.id);
      draft.put('beads', bead({ id: held.id, assignee: 'slit' }));
    }
    return { walked, again: ids(found), left: draft.count('beadsByAssignee', 'nux') };
  });
  const all = [...names, 'b-zzz'];
  assert.deepEqual(result, { walked: all, again: all, left: 0 });
  assert.equal(store.view.count('beadsByAssignee', 'slit'), all.length);
  await store.close();
});

test('listeners hear every entry once, in order, when it can be seen', async (context) => {
  const lines: string[] = [];
  const store = await openStore({
    directory: temporaryFolder(context),
    now: () => new Date(someDay),
    log: (line) => lines.push(line),
  });
  const heard: number[] = [];
  const stop = store.onCommitted(({ seq, changes }: JournalEntry) => {
    heard.push(seq);
    assert.ok(changes.every(([collection, id]) => store.view.get(collection, id)));
  });
  store.onCommitted(() => {
    throw new Error('a listener of no use');
  });
  await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      store.transact(meta, (draft) => draft.put('beads', bead({ id: `b-${at}` }))),
    ),
  );
  stop();
  await store.transact(meta, (draft) => draft.remove('beads', 'b-0'));
  assert.deepEqual(
    heard,
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
  assert.equal(lines.filter((line) => line.includes('a listener of no use')).length, 21);
  await store.close();
});

test('a value that JSON cannot hold fails its own transaction only', async (context) => {
  const store = await open(temporaryFolder(context));
  const bad = store.transact(meta, (draft) =>
    draft.put('beads', { ...bead({ id: 'bad' }), estimate: 1n } as Bead),
  );
  const good = store.transact(meta, (draft) => draft.put('beads', bead({ id: 'good' })));
  await assert.rejects(bad, TypeError);
  await good;
  assert.equal(store.view.get('beads', 'bad'), undefined);
  assert.equal(store.seq, 1);
  await store.close();
});

test('works are synchronous, do not nest, and leave no draft behind', async (context) => {
  const store = await open(temporaryFolder(context));
  await assert.rejects(
    store.transact(meta, () => Promise.resolve()),
    /must not be asynchronous/,
  );
  let inner: Promise<unknown> | undefined;
  await store.transact(meta, () => {
    inner = store.transact(meta, () => undefined);
    inner.catch(() => undefined);
  });
  await assert.rejects(inner ?? Promise.resolve(), /inside another/);
  const { result: draft } = await store.transact(meta, (left) => ({ left }));
  assert.throws(() => draft.left.put('beads', bead({ id: 'late' })), /after its transaction had ended/);
  await assert.rejects(
    store.transact(meta, (nameless) => nameless.put('beads', bead({ id: '' }))),
    (error) => error instanceof Refusal && error.code === 'invalid',
  );
  await store.close();
});

test('history gives the entries of one record; reading begins where it is asked to', async (context) => {
  const store = await open(temporaryFolder(context));
  await store.transact(meta, (draft) => draft.put('beads', bead({ id: 'a' })));
  await store.transact(meta, (draft) => draft.put('beads', bead({ id: 'b', notes: '["beads","a"' })));
  await store.transact({ ...meta, verb: 'bead/close' }, (draft) => draft.remove('beads', 'a'));
  assert.deepEqual(
    (await store.past.entries(await store.past.about('a'))).map(({ seq, verb }) => [seq, verb]),
    [
      [1, 'bead/create'],
      [3, 'bead/close'],
    ],
  );
  assert.deepEqual(
    (await read(store, 2)).map(({ seq }) => seq),
    [2, 3],
  );
  assert.deepEqual(await read(store, 4), []);
  await store.close();
});

test('closing waits for what was taken and refuses what comes after', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory);
  const taken = store.transact(meta, (draft) => draft.put('beads', bead({ id: 'a' })));
  const closed = store.close();
  await assert.rejects(
    store.transact(meta, (draft) => draft.put('beads', bead({ id: 'b' }))),
    (error) => error instanceof Refusal && error.code === 'unavailable',
  );
  await Promise.all([taken, closed]);
  const again = await open(directory);
  assert.deepEqual(ids(again.view.all('beads')), ['a']);
  await again.close();
});

async function read(store: Store, from: number): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of store.read(from)) entries.push(entry);
  return entries;
}

function ids(records: Iterable<{ readonly id: string }>): string[] {
  return Array.from(records, ({ id }) => id);
}
