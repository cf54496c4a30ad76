import { Refusal } from '../domain/refusal.ts';
import type { Change, Collection, Records } from '../domain/records.ts';
import type { Draft, IndexedRecords, IndexName } from '../domain/view.ts';
import type { AnyRecord } from './shelves.ts';
import type { State } from './state.ts';

interface Touched {
  readonly collection: Collection;
  readonly id: string;
  /** Before the transaction, and as it has left it. */
  readonly before: AnyRecord | undefined;
  readonly after: AnyRecord | null;
}

/** A draft over a state that nobody else uses meanwhile. It knows what it changed, and takes no changes after it has ended. */
export class Transaction implements Draft {
  readonly #state: State;
  readonly #touched = new Map<string, Touched>();
  #isOpen = true;
  #hasWritten = false;

  constructor(state: State) {
    this.#state = state;
  }

  get<C extends Collection>(collection: C, id: string): Records[C] | undefined {
    return this.#state.get(collection, id);
  }

  all<C extends Collection>(collection: C): Iterable<Records[C]> {
    return this.#state.all(collection);
  }

  find<I extends IndexName>(index: I, key: string, after?: string): Iterable<IndexedRecords[I]> {
    return this.#state.find(index, key, after);
  }

  count(index: IndexName, key: string): number {
    return this.#state.count(index, key);
  }

  lists(index: IndexName, key: string, id: string): boolean {
    return this.#state.lists(index, key, id);
  }

  put<C extends Collection>(collection: C, record: Records[C]): void {
    if (typeof record.id !== 'string' || record.id === '')
      throw new Refusal('invalid', `A record of ${collection} needs an id.`, { field: 'id' });
    this.#apply([collection, record.id, record] as Change);
  }

  remove(collection: Collection, id: string): void {
    this.#apply([collection, id, null] as Change);
  }

  /** Whether the state may be another than before. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** What is different from before, each record once. */
  changes(): Change[] {
    const changes: Change[] = [];
    for (const { collection, id, before, after } of this.#touched.values())
      if (!isSame(before ?? null, after)) changes.push([collection, id, after] as Change);
    return changes;
  }

  /** From here on it takes no changes. */
  end(): void {
    this.#isOpen = false;
  }

  #apply(change: Change): void {
    if (!this.#isOpen) throw new Error('A draft was changed after its transaction had ended.');
    const [collection, id, after] = change;
    const key = `${collection} ${id}`;
    this.#hasWritten = true;
    const replaced = this.#state.apply(change);
    const touched = this.#touched.get(key);
    this.#touched.set(key, { collection, id, before: touched ? touched.before : replaced, after });
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
