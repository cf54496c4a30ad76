import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bead, BeadPriority, BeadStatus } from '../../server/domain/bead.ts';
import type { Change } from '../../server/domain/records.ts';
import { collections } from '../../server/domain/records.ts';
import type { Collection } from '../../server/domain/records.ts';
import type { Draft, View } from '../../server/domain/view.ts';
import { openStore } from '../../server/store/store.ts';
import type { Store } from '../../server/store/store.ts';
import { bead, dependency, someDay } from '../support/beads.ts';
import { temporaryFolder } from '../support/folder.ts';
import { emptyRecords, indexContents } from '../support/naiveView.ts';
import type { AnyRecord, RecordMaps } from '../support/naiveView.ts';
import { randomOf } from '../support/random.ts';
import type { Random } from '../support/random.ts';

const transactions = 1000;

for (const seed of [1, 2]) {
  test(`a thousand random transactions, with snapshots and openings between them, replay to the same state (seed ${seed})`, async (context) => {
    const random = randomOf(seed);
    const directory = temporaryFolder(context);
    const options = { directory, now: () => new Date(someDay), segmentBytes: 20_000, snapshotEvery: 150 };
    let store = await openStore(options);
    const expected = emptyRecords();
    let pending: Promise<unknown>[] = [];
    for (let made = 0; made < transactions; made++) {
      pending.push(transactRandomly(store, expected, random));
      if (random.chance(0.9)) continue;
      await Promise.all(pending);
      pending = [];
      if (random.chance(0.2)) await store.writeSnapshot();
      if (random.chance(0.3)) {
        await store.close();
        store = await openStore(options);
      }
      if (random.chance(0.3)) assertEqual(store.view, expected, `seed ${seed}, transaction ${made}`);
    }
    await Promise.all(pending);
    assertEqual(store.view, expected, `seed ${seed}, at the end`);
    const replayed = emptyRecords();
    for await (const { changes } of store.read(1)) for (const change of changes) apply(replayed, change);
    assert.deepEqual(replayed, expected, 'the journal alone gives the same');
    await store.close();
    store = await openStore(options);
    assertEqual(store.view, expected, `seed ${seed}, opened again`);
    await store.close();
  });
}

/** Some changes, or some changes and then an error. The draft must always agree with looking at everything. */
async function transactRandomly(store: Store, expected: RecordMaps, random: Random): Promise<void> {
  const fails = random.chance(0.15);
  const looks = random.chance(0.02);
  const changes: Change[] = [];
  const work = (draft: Draft): void => {
    for (let left = 1 + random.below(5); left > 0; left--) {
      const change = randomChange(draft, random);
      changes.push(change);
      const [collection, id, record] = change;
      if (record) draft.put(collection, record);
      else draft.remove(collection, id);
    }
    if (looks) assertEqual(draft, after(expected, changes), 'inside a draft');
    if (fails) throw new Error('as it was decided');
  };
  const done = store.transact({ verb: 'test', by: 'random' }, work);
  if (fails) return assert.rejects(done, /as it was decided/u);
  // The work has run by now; what follows is built on it.
  for (const change of changes) apply(expected, change);
  await done;
}

const beadIds = Array.from({ length: 40 }, (_, at) => `b-${at}`);
const rigs = ['backend', 'frontend', 'a', 'ab'];
const statuses: readonly BeadStatus[] = [
  'open',
  'open',
  'open',
  'hooked',
  'in_progress',
  'blocked',
  'deferred',
  'pinned',
  'closed',
  'closed',
];
const types = ['blocks', 'blocks', 'parent-child', 'waits-for', 'conditional-blocks', 'related'];

function randomChange(view: View, random: Random): Change {
  const kind = random.below(10);
  if (kind < 4) return ['beads', ...randomBead(random.pick(beadIds), view, random)];
  if (kind < 7) return randomEdge(random);
  const collection = random.pick([
    'convoys',
    'agents',
    'sessions',
    'mergeRequests',
    'rigs',
    'intents',
  ] as const);
  const id = `${collection}-${random.below(10)}`;
  return [collection, id, random.chance(0.25) ? null : randomRecord(collection, id, random)] as Change;
}

function randomBead(id: string, view: View, random: Random): [string, Bead | null] {
  if (random.chance(0.1)) return [id, null];
  const before = view.get('beads', id);
  if (before && random.chance(0.3)) return [id, { ...before, title: `Title ${random.below(1000)}` }];
  const made = bead({
    id,
    status: random.pick(statuses),
    priority: random.below(5) as BeadPriority,
    type: random.pick(['task', 'bug', 'epic', 'message']),
    createdAt: time(random),
    ...(random.chance(0.7) ? { rig: random.pick(rigs) as never } : {}),
    ...(random.chance(0.4) ? { assignee: random.pick(['nux', 'a\0b', 'a', 'backend/nux', '']) } : {}),
    ...(random.chance(0.1) ? { deferUntil: time(random) } : {}),
  });
  return [id, made];
}

function randomEdge(random: Random): Change {
  const edge = dependency(random.pick(beadIds), random.pick(beadIds), random.pick(types));
  if (random.chance(0.3)) return ['dependencies', edge.id, null];
  return [
    'dependencies',
    edge.id,
    random.chance(0.2) ? { ...edge, metadata: '{"gate":"any-children"}' } : edge,
  ];
}

/** Only what the indexes look at, and a little more. */
function randomRecord(collection: Collection, id: string, random: Random): AnyRecord {
  const of = random.pick(beadIds);
  return {
    id,
    state: random.pick(['open', 'working', 'submitted']),
    rig: random.pick(rigs),
    agent: random.pick(['backend/nux', 'frontend/slit']),
    [collection === 'mergeRequests' ? 'submittedAt' : 'createdAt']: time(random),
    ...(collection === 'convoys' ? { beads: [of, random.pick(beadIds), of] } : { bead: of }),
    note: random.below(1000),
  } as unknown as AnyRecord;
}

function time(random: Random): never {
  return new Date(Date.parse(someDay) + random.below(50) * 1000).toISOString() as never;
}

function assertEqual(view: View, expected: RecordMaps, what: string): void {
  for (const collection of collections) {
    const inOrder = [...expected[collection].values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual([...view.all(collection)], inOrder, `${what}: ${collection}`);
  }
  const contents = indexContents(expected);
  for (const place of placesEverSeen(contents)) {
    const [index, key] = split(place);
    const ids = contents.get(place) ?? [];
    assert.deepEqual(
      Array.from(view.find(index, key), ({ id }) => id),
      ids,
      `${what}: ${place}`,
    );
    assert.equal(view.count(index, key), ids.length, `${what}: count of ${place}`);
  }
}

const seen = new Set<string>();

/** Those that are empty by now are looked at as well. */
function placesEverSeen(contents: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  for (const place of contents.keys()) seen.add(place);
  return seen;
}

function split(place: string): [Parameters<View['find']>[0], string] {
  const at = place.indexOf(' ');
  return [place.slice(0, at) as Parameters<View['find']>[0], place.slice(at + 1)];
}

function after(records: RecordMaps, changes: readonly Change[]): RecordMaps {
  const copy = Object.fromEntries(collections.map((name) => [name, new Map(records[name])])) as RecordMaps;
  for (const change of changes) apply(copy, change);
  return copy;
}

function apply(records: RecordMaps, [collection, id, record]: Change): void {
  if (record) records[collection].set(id, record);
  else records[collection].delete(id);
}
