import { Refusal } from '../domain/refusal.ts';
import type { Change, Collection, Records } from '../domain/records.ts';
import type { Draft, IndexedRecords, IndexName } from '../domain/view.ts';
import type { State } from './state.ts';

/** A draft over a fork of the newest state. It knows what it changed, and takes no changes after it has been closed. */
export class Transaction implements Draft {
  readonly #origin: State;
  readonly #state: State;
  readonly #touched = new Map<string, readonly [Collection, string]>();
  #open = true;

  constructor(origin: State) {
    this.#origin = origin;
    this.#state = origin.fork();
  }

  get<C extends Collection>(collection: C, id: string): Records[C] | undefined {
    return this.#state.get(collection, id);
  }

  all<C extends Collection>(collection: C): Iterable<Records[C]> {
    return this.#state.all(collection);
  }

  find<I extends IndexName>(index: I, key: string): Iterable<IndexedRecords[I]> {
    return this.#state.find(index, key);
  }

  count(index: IndexName, key: string): number {
    return this.#state.count(index, key);
  }

  put<C extends Collection>(collection: C, record: Records[C]): void {
    if (typeof record.id !== 'string' || record.id === '')
      throw new Refusal('invalid', `A record of ${collection} needs an id.`, { field: 'id' });
    this.#apply([collection, record.id, record] as Change);
  }

  remove(collection: Collection, id: string): void {
    this.#apply([collection, id, null] as Change);
  }

  /** The state with all changes, and those that differ from what was before, each record once. */
  finish(): { state: State; changes: Change[] } {
    this.#open = false;
    this.#state.settle();
    const changes: Change[] = [];
    for (const [collection, id] of this.#touched.values()) {
      const after = this.#state.get(collection, id);
      if (!isSame(this.#origin.get(collection, id), after))
        changes.push([collection, id, after ?? null] as Change);
    }
    return { state: this.#state, changes };
  }

  /** Takes no more changes; what it changed is forgotten with it. */
  abandon(): void {
    this.#open = false;
  }

  #apply(change: Change): void {
    if (!this.#open) throw new Error('A draft was changed after its transaction had ended.');
    const [collection, id] = change;
    this.#touched.set(`${collection} ${id}`, [collection, id]);
    this.#state.apply(change);
  }
}

/** Equal as JSON would show them, in whatever order their fields are. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = fieldsOf(a);
  const right = new Map(fieldsOf(b));
  return (
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isSame(value, right.get(name)))
  );
}

function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, field]) => field !== undefined);
}
