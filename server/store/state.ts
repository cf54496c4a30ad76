import type { Bead } from '../domain/bead.ts';
import type { BeadId } from '../domain/ids.ts';
import { affectedBy, isBlocked, isReady, touchesOthers } from '../domain/readiness.ts';
import type { KnownBlocks } from '../domain/readiness.ts';
import type { Change, Collection, Records } from '../domain/records.ts';
import type { IndexedRecords, IndexName, View } from '../domain/view.ts';
import { collectionOf, placesOf, rankOf, rigKeys } from './indexes.ts';
import { emptyTrees, Shelves } from './shelves.ts';
import type { AnyRecord, Entry } from './shelves.ts';

/**
 * One version of the whole state. A fork is made at once and shares everything with its origin until one of them is written to. So an
 * older version stays as it is for whoever reads it, and taking changes back is forgetting a version.
 */
export class State implements View {
  readonly #shelves: Shelves;
  /** Beads whose readiness is found anew before anyone asks. */
  #unsettled = new Set<BeadId>();

  constructor(shelves: Shelves = new Shelves(emptyTrees())) {
    this.#shelves = shelves;
  }

  fork(): State {
    this.settle();
    return new State(this.#shelves.fork());
  }

  get<C extends Collection>(collection: C, id: string): Records[C] | undefined {
    return this.#shelves.get(collection, id) as Records[C] | undefined;
  }

  /** In the order of ids. */
  all<C extends Collection>(collection: C): Iterable<Records[C]> {
    return this.#shelves.values(collection) as Iterable<Records[C]>;
  }

  find<I extends IndexName>(index: I, key: string, after?: string): Iterable<IndexedRecords[I]> {
    this.#settleFor(index);
    return this.#shelves.find(index, key, after) as Iterable<IndexedRecords[I]>;
  }

  count(index: IndexName, key: string): number {
    this.#settleFor(index);
    return this.#shelves.count(index, key);
  }

  lists(index: IndexName, key: string, id: string): boolean {
    this.#settleFor(index);
    const collection = collectionOf[index];
    const record = this.#shelves.get(collection, id);
    return (
      record !== undefined && this.#shelves.holds({ index, key, rank: rankOf(collection, record as never) })
    );
  }

  /** Puts the record in the place of what has this id, or removes it; the indexes follow. Answers what was there. */
  apply(change: Change): AnyRecord | undefined {
    const [collection, id, after] = change;
    const before = this.get(collection, id);
    if (after === null && before === undefined) return before;
    const gone = before ? entriesOf(collection, before) : [];
    const come = after ? entriesOf(collection, after) : [];
    for (const entry of gone) if (!includes(come, entry)) this.#shelves.removeEntry(entry);
    this.#shelves.put(collection, id, after);
    for (const entry of come) if (!includes(gone, entry)) this.#shelves.addEntry(entry, id);
    if (collection === 'beads') this.#unsettle(change, before as Bead | undefined, after);
    else this.#addUnsettled(change);
    return before;
  }

  /** Brings `beadsReady` and `beadsBlocked` up to date, once for all changes since. */
  settle(): void {
    if (this.#unsettled.size === 0) return;
    const unsettled = this.#unsettled;
    this.#unsettled = new Set();
    const known: KnownBlocks = new Map();
    for (const id of unsettled) {
      const bead = this.get('beads', id);
      if (bead) this.#settleBead(bead, known);
    }
  }

  #settleFor(index: IndexName): void {
    if (index === 'beadsReady' || index === 'beadsBlocked') this.settle();
  }

  #unsettle(change: Change, before: Bead | undefined, after: Bead | null): void {
    if (before && (!after || moved(before, after))) {
      this.#place('beadsReady', before, false);
      this.#place('beadsBlocked', before, false);
    }
    if (touchesOthers(before, after)) this.#addUnsettled(change);
    else if (after) this.#unsettled.add(after.id);
  }

  #addUnsettled(change: Change): void {
    for (const id of affectedBy(this, change)) this.#unsettled.add(id);
  }

  #settleBead(bead: Bead, known: KnownBlocks): void {
    this.#place('beadsReady', bead, isReady(this, bead, undefined, known));
    this.#place('beadsBlocked', bead, isBlocked(this, bead, known));
  }

  /** Into the index, or out of it, under all the bead's keys: it is under all of them or under none. */
  #place(index: IndexName, bead: Bead, belongs: boolean): void {
    const rank = rankOf('beads', bead);
    if (this.#shelves.holds({ index, key: '', rank }) === belongs) return;
    for (const key of rigKeys(bead)) {
      if (belongs) this.#shelves.addEntry({ index, key, rank }, bead.id);
      else this.#shelves.removeEntry({ index, key, rank });
    }
  }
}

function entriesOf(collection: Collection, record: AnyRecord): Entry[] {
  const rank = rankOf(collection, record);
  return placesOf(collection, record as never).map(([index, key]) => ({ index, key, rank }));
}

function moved(before: Bead, after: Bead): boolean {
  return (
    before.rig !== after.rig || before.priority !== after.priority || before.createdAt !== after.createdAt
  );
}

function includes(entries: readonly Entry[], { index, key, rank }: Entry): boolean {
  return entries.some((entry) => entry.index === index && entry.key === key && entry.rank === rank);
}
