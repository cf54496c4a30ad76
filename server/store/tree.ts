import sortedBtree from 'sorted-btree';
import { bulkLoad } from 'sorted-btree/extended/bulkLoad.js';

/** Sorted by key, in the order of UTF-16 code units. `clone` is at once and shares all nodes; a write copies the few on its path. */
export type Tree<V> = sortedBtree.default<string, V>;

const nodeSize = 32;

export function emptyTree<V>(): Tree<V> {
  return new sortedBtree.default<string, V>(undefined, compare, nodeSize);
}

/** The keys must be sorted and unique. */
export function treeOf<V>(keys: string[], values: V[]): Tree<V> {
  return keys.length === 0 ? emptyTree() : bulkLoad(keys, values, nodeSize, compare);
}

export function compare(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
