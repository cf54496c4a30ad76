import { collections } from '../domain/records.ts';
import type { Collection, Records } from '../domain/records.ts';
import type { IndexName } from '../domain/view.ts';
import { collectionOf, indexNames, rankOf } from './indexes.ts';
import { emptyTree } from './tree.ts';
import type { Tree } from './tree.ts';

export type AnyRecord = Records[Collection];

/** Where a record stands in an index: under a key, at a rank. */
export interface Entry {
  readonly index: IndexName;
  readonly key: string;
  readonly rank: string;
}

/** Records by id; for each index and each of its keys, ids by rank. */
export interface Trees {
  readonly records: Record<Collection, Tree<AnyRecord>>;
  readonly indexes: Record<IndexName, Tree<Tree<string>>>;
}

export function emptyTrees(): Trees {
  return {
    records: recordOf(collections, () => emptyTree<AnyRecord>()),
    indexes: recordOf(indexNames, () => emptyTree<Tree<string>>()),
  };
}

/** The trees of one version of the state. A fork shares them all; a write copies only the nodes on its path. */
export class Shelves {
  readonly #trees: Trees;
  /** The trees that nobody else reads: written in place. */
  readonly #own = new Set<unknown>();

  constructor(trees: Trees) {
    this.#trees = trees;
  }

  fork(): Shelves {
    this.#own.clear();
    const { records, indexes } = this.#trees;
    return new Shelves({ records: { ...records }, indexes: { ...indexes } });
  }

  get(collection: Collection, id: string): AnyRecord | undefined {
    return this.#trees.records[collection].get(id);
  }

  count(index: IndexName, key: string): number {
    return this.#trees.indexes[index].get(key)?.size ?? 0;
  }

  /** By id, as they are at this call: what is written later is not met on the way. */
  values(collection: Collection): Iterable<AnyRecord> {
    const records = this.#shared(this.#trees.records[collection]);
    return { [Symbol.iterator]: () => records.values() };
  }

  /** The records under a key, by rank, as they are at this call; those behind the place of `after`, where that is a record. */
  find(index: IndexName, key: string, after?: string): Iterable<AnyRecord> {
    const ids = this.#trees.indexes[index].get(key);
    if (!ids) return [];
    this.#shared(ids);
    const collection = collectionOf[index];
    const records = this.#shared(this.#trees.records[collection]);
    const last = after === undefined ? undefined : records.get(after);
    const rank = last && rankOf(collection, last as never);
    return { [Symbol.iterator]: () => named(records, ids, rank) };
  }

  put(collection: Collection, id: string, record: AnyRecord | null): void {
    const records = this.#writable(this.#trees.records[collection]);
    this.#trees.records[collection] = records;
    if (record) records.set(id, record);
    else records.delete(id);
  }

  holds({ index, key, rank }: Entry): boolean {
    return this.#trees.indexes[index].get(key)?.get(rank) !== undefined;
  }

  addEntry({ index, key, rank }: Entry, id: string): void {
    const ids = this.#trees.indexes[index].get(key);
    const written = ids ? this.#writable(ids) : this.#new<string>();
    written.set(rank, id);
    if (written !== ids) this.#writableIndex(index).set(key, written);
  }

  removeEntry({ index, key, rank }: Entry): void {
    const ids = this.#trees.indexes[index].get(key);
    if (!ids) return;
    const written = this.#writable(ids);
    written.delete(rank);
    if (written.size === 0) this.#writableIndex(index).delete(key);
    else if (written !== ids) this.#writableIndex(index).set(key, written);
  }

  #writableIndex(index: IndexName): Tree<Tree<string>> {
    const keys = this.#writable(this.#trees.indexes[index]);
    this.#trees.indexes[index] = keys;
    return keys;
  }

  #writable<V>(tree: Tree<V>): Tree<V> {
    if (this.#own.has(tree)) return tree;
    const copy = tree.clone();
    this.#own.add(copy);
    return copy;
  }

  #new<V>(): Tree<V> {
    const tree = emptyTree<V>();
    this.#own.add(tree);
    return tree;
  }

  /** Somebody walks the tree: the next write leaves it alone. */
  #shared<V>(tree: Tree<V>): Tree<V> {
    this.#own.delete(tree);
    return tree;
  }
}

function* named(
  records: Tree<AnyRecord>,
  ids: Tree<string>,
  after: string | undefined,
): Generator<AnyRecord> {
  for (const [rank, id] of ids.entries(after)) {
    const record = rank === after ? undefined : records.get(id);
    if (record) yield record;
  }
}

function recordOf<Name extends string, V>(names: readonly Name[], make: () => V): Record<Name, V> {
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, V>;
}
