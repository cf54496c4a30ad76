import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../server/store/store.ts';
import type { Store, StoreOptions } from '../../server/store/store.ts';
import { bead, someDay } from '../support/beads.ts';
import { failingFiles, systemError } from '../support/failingFiles.ts';
import type { Fate, FileCall } from '../support/failingFiles.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/wait.ts';

test('after a snapshot the journal goes on in a new segment, and all history is still there', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory);
  await put(store, 'a', 'b');
  await store.writeSnapshot();
  await put(store, 'c');
  await store.close();
  assert.deepEqual(readdirSync(directory), ['journal-1.jsonl', 'journal-3.jsonl', 'snapshot.jsonl']);
  const again = await open(directory);
  assert.deepEqual(ids(again), ['a', 'b', 'c']);
  assert.equal(again.seq, 3);
  assert.deepEqual(await again.past.about('a'), [1]);
  const read: number[] = [];
  for await (const { seq } of again.read(2)) read.push(seq);
  assert.deepEqual(read, [2, 3]);
  await again.close();
});

test('what is changed while a snapshot is written is not in it, and not lost', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory);
  await put(store, ...names(3000));
  const written = store.writeSnapshot();
  const changed = names(3000).map((id) =>
    store.transact(meta, (draft) => draft.put('beads', bead({ id, status: 'closed' }))),
  );
  await Promise.all([written, ...changed]);
  await store.close();
  assert.ok(
    !readFileSync(join(directory, 'snapshot.jsonl'), 'utf8').includes('closed'),
    'it is of the moment when it was asked for',
  );
  const again = await open(directory);
  assert.equal(again.view.count('beadsByStatus', 'closed'), 3000);
  assert.equal(again.view.count('beadsOpen', ''), 0);
  await again.close();
});

test('a snapshot is written in slices, between which others have their turn', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory);
  await store.transact(meta, (draft) => {
    for (const id of names(3000)) draft.put('beads', bead({ id, description: 'x'.repeat(1000) }));
  });
  let turns = 0;
  let isWriting = true;
  const count = (): void => {
    turns++;
    if (isWriting) setImmediate(count);
  };
  setImmediate(count);
  await store.writeSnapshot();
  isWriting = false;
  await store.close();
  const lines = readFileSync(join(directory, 'snapshot.jsonl'), 'utf8').split('\n');
  const longest = Math.max(...lines.map((line) => line.length));
  assert.ok(longest < 200_000, `no line of ${longest} characters`);
  assert.ok(turns > lines.length, `${turns} turns for ${lines.length} lines`);
});

test('whatever call of a snapshot is the last one before a crash, the town opens whole', async (context) => {
  const folder = temporaryFolder(context);
  const calls = await snapshotCalls(join(folder, 'counted'));
  assert.ok(calls.length > 10, calls.map(({ name }) => name).join(' '));
  for (const [at, call] of calls.entries()) {
    const directory = join(folder, `crash-${at}`);
    const town = await preparedTown(directory);
    let made = 0;
    town.fate = ({ name }) => (name !== 'close' && made++ >= at ? systemError('EIO') : undefined);
    await town.store.writeSnapshot().catch(() => undefined);
    await crashed(town);
    await assertWhole(directory, `crash at call ${at}, ${call.name} ${call.file}`);
  }
});

test('whatever call of a snapshot fails, the town goes on, and the next snapshot is good', async (context) => {
  const folder = temporaryFolder(context);
  const calls = await snapshotCalls(join(folder, 'counted'));
  for (const [at, call] of calls.entries()) {
    const what = `failure of call ${at}, ${call.name} ${call.file}`;
    const directory = join(folder, `failure-${at}`);
    const town = await preparedTown(directory);
    let made = 0;
    town.fate = ({ name }) => (name !== 'close' && made++ === at ? systemError('ENOSPC') : undefined);
    await town.store.writeSnapshot().catch(() => undefined);
    town.fate = () => undefined;
    assert.equal(town.store.readOnly, undefined, what);
    await put(town.store, 'later');
    await town.store.writeSnapshot();
    await town.store.close();
    assert.ok(!readdirSync(directory).some((name) => name.endsWith('.tmp')), what);
    await assertWhole(directory, what, ['later']);
  }
});

test('a snapshot that cannot be read is passed over: first for the one before, then for the journal alone', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory);
  for (const id of ['a', 'b', 'c']) {
    await put(store, id);
    await store.writeSnapshot();
  }
  await store.close();
  const spoils: readonly ((path: string) => void)[] = [
    (path) => truncateSync(path, readFileSync(path).length - 30),
    (path) => truncateSync(path, 0),
    (path) => writeFileSync(path, Buffer.alloc(500)),
    (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('Bead a', 'Bead x')),
    (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}more\n`),
  ];
  for (const [at, spoil] of spoils.entries()) {
    const lines: string[] = [];
    const copy = join(temporaryFolder(context), `${at}`);
    cpSync(directory, copy, { recursive: true });
    spoil(join(copy, 'snapshot.jsonl'));
    if (at > 0) spoil(join(copy, 'snapshot.previous.jsonl'));
    const again = await open(copy, { log: (line) => lines.push(line) });
    assert.deepEqual(ids(again), ['a', 'b', 'c']);
    assert.equal(again.view.get('beads', 'a')?.title, 'Bead a');
    assert.match(lines.join('\n'), /snapshot\.jsonl cannot be read/u);
    await again.close();
  }
});

test('snapshots come by themselves after so many entries; one that fails is said, and tried again', async (context) => {
  const directory = temporaryFolder(context);
  const lines: string[] = [];
  let fate: Fate = ({ name, file }) =>
    name === 'open' && file.endsWith('.tmp') ? systemError('ENOSPC') : undefined;
  const store = await open(directory, {
    snapshotEvery: 10,
    files: failingFiles((call) => fate(call)),
    log: (line) => lines.push(line),
  });
  for (const id of names(15)) await put(store, id);
  await eventually('the failure is said', () =>
    lines.some((line) => /No snapshot could be written.*ENOSPC/u.test(line)),
  );
  assert.equal(lines.length, 1);
  fate = () => undefined;
  for (const id of names(30)) await put(store, id);
  await eventually('a snapshot is there', () => readdirSync(directory).includes('snapshot.jsonl'));
  await store.close();
  assert.ok(readdirSync(directory).filter((name) => name.startsWith('journal')).length > 1);
});

test('a segment that has grown is followed by a new one', async (context) => {
  const directory = temporaryFolder(context);
  const store = await open(directory, { segmentBytes: 1000 });
  for (const id of names(20)) await put(store, id);
  await store.close();
  const segments = readdirSync(directory).filter((name) => name.startsWith('journal'));
  assert.ok(segments.length > 4, segments.join(' '));
  const again = await open(directory);
  assert.deepEqual(ids(again), names(20));
  await again.close();
});

test('a rename that a virus scanner holds up is tried again; leftovers go at the next opening', async (context) => {
  const directory = temporaryFolder(context);
  let refusals = 0;
  const files = failingFiles(({ name }) =>
    name === 'rename' && refusals++ < 3 ? systemError('EPERM') : undefined,
  );
  const store = await open(directory, { files });
  await put(store, 'a');
  await store.writeSnapshot();
  await store.close();
  assert.equal(refusals, 5, 'three refused, the last good copy that is not there, the new one');
  writeFileSync(join(directory, 'snapshot.of-a-dead-process.tmp'), 'half of');
  await (await open(directory)).close();
  assert.deepEqual(readdirSync(directory), ['journal-1.jsonl', 'journal-2.jsonl', 'snapshot.jsonl']);
});

const meta = { verb: 'bead/create', by: 'me' };

interface PreparedTown {
  readonly store: Store;
  fate: Fate;
}

function open(directory: string, changed: Partial<StoreOptions> = {}): Promise<Store> {
  return openStore({ directory, now: () => new Date(someDay), ...changed });
}

/** A town with a snapshot, and an entry after it. */
async function preparedTown(directory: string): Promise<PreparedTown> {
  const town: { store?: Store; fate: Fate } = { fate: () => undefined };
  const store = await open(directory, { files: failingFiles((call) => town.fate(call)) });
  await put(store, 'a', 'b');
  await store.writeSnapshot();
  await put(store, 'c');
  return Object.assign(town, { store });
}

/** Every call that writing a snapshot makes, except for closing, which a crash does too. */
async function snapshotCalls(directory: string): Promise<FileCall[]> {
  const town = await preparedTown(directory);
  const calls: FileCall[] = [];
  town.fate = (call) => {
    if (call.name !== 'close') calls.push(call);
    return undefined;
  };
  await town.store.writeSnapshot();
  town.fate = () => undefined;
  await town.store.close();
  return calls;
}

/** Ends what a crash would end: nothing reaches the disk any more, only the descriptors go. */
async function crashed(town: PreparedTown): Promise<void> {
  town.fate = ({ name }) => (name === 'close' ? undefined : systemError('EIO'));
  await town.store.close();
}

async function assertWhole(directory: string, what: string, more: readonly string[] = []): Promise<void> {
  const store = await open(directory);
  assert.deepEqual(ids(store), ['a', 'b', 'c', ...more], what);
  await put(store, 'z');
  await store.close();
  const again = await open(directory);
  assert.deepEqual(ids(again), ['a', 'b', 'c', ...more, 'z'], what);
  await again.close();
}

async function put(store: Store, ...beads: readonly string[]): Promise<void> {
  await Promise.all(beads.map((id) => store.transact(meta, (draft) => draft.put('beads', bead({ id })))));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `b-${String(at).padStart(5, '0')}`);
}

function ids(store: Store): string[] {
  return Array.from(store.view.all('beads'), ({ id }) => id);
}
