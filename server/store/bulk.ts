import type { Bead } from '../domain/bead.ts';
import type { Dependency } from '../domain/dependency.ts';
import { isBlocked, isReady } from '../domain/readiness.ts';
import type { KnownBlocks } from '../domain/readiness.ts';
import { collections } from '../domain/records.ts';
import type { Collection } from '../domain/records.ts';
import type { IndexName, View } from '../domain/view.ts';
import { placesOf, rankOf, rigKeys } from './indexes.ts';
import type { Place } from './indexes.ts';
import { emptyTrees, Shelves } from './shelves.ts';
import type { AnyRecord, Trees } from './shelves.ts';
import { State } from './state.ts';
import { compare, treeOf } from './tree.ts';
import type { Tree } from './tree.ts';

/** Records in the order of their ranks. */
interface Ranked {
  readonly ranks: readonly string[];
  readonly records: readonly AnyRecord[];
}

/** What becomes one tree: ids by rank. */
interface Shelf {
  readonly ranks: string[];
  readonly ids: string[];
}

/** A state of many records at once: every tree is built from sorted keys, which takes a fifth of the time of putting one by one. */
export function stateOf(all: ReadonlyMap<Collection, readonly AnyRecord[]>): State {
  const trees = emptyTrees();
  let beads: Ranked = { ranks: [], records: [] };
  for (const collection of collections) {
    const records = all.get(collection) ?? [];
    trees.records[collection] = treeById(records);
    const ranked = rank(collection, records);
    if (collection === 'beads') beads = ranked;
    fill(trees, ranked, (record) => placesOf(collection, record as never));
  }
  // Readiness is found by walking the dependencies, whose trees are in place now.
  const view = withoutEdgeless(new State(new Shelves(trees)), all.get('dependencies') ?? []);
  const known: KnownBlocks = new Map();
  fill(trees, beads, (bead) => readinessPlaces(view, bead as Bead, known));
  return new State(new Shelves(trees));
}

function treeById(records: readonly AnyRecord[]): Tree<AnyRecord> {
  const isSorted = records.every(
    (record, at) => at === 0 || compare(records[at - 1]?.id ?? '', record.id) < 0,
  );
  const sorted = isSorted ? [...records] : records.toSorted((a, b) => compare(a.id, b.id));
  return treeOf(
    sorted.map((record) => record.id),
    sorted,
  );
}

function rank(collection: Collection, records: readonly AnyRecord[]): Ranked {
  const ranked = records.map((record) => ({ rank: rankOf(collection, record as never), record }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  return { ranks: ranked.map((one) => one.rank), records: ranked.map((one) => one.record) };
}

function fill(
  trees: Trees,
  { ranks, records }: Ranked,
  places: (record: AnyRecord) => readonly Place[],
): void {
  const shelves = new Map<IndexName, Map<string, Shelf>>();
  for (const [at, record] of records.entries()) {
    for (const place of places(record)) {
      const shelf = shelfAt(shelves, place);
      shelf.ranks.push(ranks[at] ?? '');
      shelf.ids.push(record.id);
    }
  }
  for (const [index, keys] of shelves) {
    const sorted = [...keys].toSorted(([a], [b]) => compare(a, b));
    trees.indexes[index] = treeOf(
      sorted.map(([key]) => key),
      sorted.map(([, shelf]) => treeOf(shelf.ranks, shelf.ids)),
    );
  }
}

function shelfAt(shelves: Map<IndexName, Map<string, Shelf>>, [index, key]: Place): Shelf {
  let keys = shelves.get(index);
  if (!keys) shelves.set(index, (keys = new Map()));
  let shelf = keys.get(key);
  if (!shelf) keys.set(key, (shelf = { ranks: [], ids: [] }));
  return shelf;
}

/** Most beads have no edges, and are spared looking for them in the trees. */
function withoutEdgeless(state: State, edges: readonly AnyRecord[]): View {
  const waiting = new Set(edges.map((edge) => (edge as Dependency).bead as string));
  return {
    get: (collection, id) => state.get(collection, id),
    all: (collection) => state.all(collection),
    find: (index, key) => (index === 'dependenciesOf' && !waiting.has(key) ? [] : state.find(index, key)),
    count: (index, key) => state.count(index, key),
  };
}

function readinessPlaces(view: View, bead: Bead, known: KnownBlocks): Place[] {
  const isNowReady = isReady(view, bead, undefined, known);
  if (!isNowReady && !isBlocked(view, bead, known)) return [];
  return rigKeys(bead).map((key) => [isNowReady ? 'beadsReady' : 'beadsBlocked', key]);
}
