import { Refusal } from '../server/domain/refusal.ts';
import type { Bead } from '../server/domain/bead.ts';
import { townPrefix } from '../server/domain/rigName.ts';
import type { BeadView } from '../server/protocol/bead.ts';
import type { Ask } from './connection.ts';

/** The open beads of one rig, as far as they were asked for. */
export interface BeadList {
  readonly items: readonly BeadView[];
  /** Of all there are. */
  readonly total: number;
}

/** How many beads of a rig are shown at first, and how many more with each "Show more". */
export const beadPage = 200;

/** The most that the town gives in one answer. */
const largestPage = 1000;

/** The lists of beads that somebody looks at, by rig; '' for the town's own. */
export class BeadLists {
  readonly #ask: Ask;
  readonly #lists = new Map<string, BeadList>();
  readonly #wanted = new Map<string, number>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  get(rig: string): BeadList | undefined {
    return this.#lists.get(rig);
  }

  find(id: string): Bead | undefined {
    for (const { items } of this.#lists.values()) {
      for (const { bead } of items) if (bead.id === id) return bead;
    }
    return undefined;
  }

  /** Reads the list, longer by so many beads than it was wanted before. */
  async read(rig: string, more = 0): Promise<void> {
    const wanted = (this.#wanted.get(rig) ?? beadPage) + more;
    this.#wanted.set(rig, wanted);
    this.#lists.set(rig, await this.#readFirst(rig, wanted));
  }

  /** Reads again what was read before; of all rigs, or of those named. */
  async readAgain(rigs: 'all' | ReadonlySet<string>): Promise<void> {
    const stale = [...this.#lists.keys()].filter((rig) => rigs === 'all' || rigs.has(rig));
    await Promise.all(stale.map((rig) => this.#readUnlessGone(rig)));
  }

  clear(): void {
    this.#lists.clear();
    this.#wanted.clear();
  }

  /** Puts a bead, of which only its own texts are others, in its place. */
  put(bead: Bead): void {
    const rig = bead.rig ?? '';
    const list = this.#lists.get(rig);
    if (!list?.items.some((each) => each.bead.id === bead.id)) return;
    const items = list.items.map((each) => (each.bead.id === bead.id ? { ...each, bead } : each));
    this.#lists.set(rig, { ...list, items });
  }

  async #readUnlessGone(rig: string): Promise<void> {
    try {
      await this.read(rig);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'not-found')) throw error;
      this.#lists.delete(rig);
    }
  }

  async #readFirst(rig: string, wanted: number): Promise<BeadList> {
    const items: BeadView[] = [];
    let after: string | undefined;
    for (;;) {
      const limit = Math.min(wanted - items.length, largestPage);
      const page = await this.#readPage(rig, limit, after);
      if (!page) return await this.#readFirst(rig, wanted);
      items.push(...page.items);
      if (page.next === undefined || items.length >= wanted) return { items, total: page.total };
      after = page.next;
    }
  }

  /** Undefined where the list has changed since the page before. */
  async #readPage(rig: string, limit: number, after: string | undefined) {
    try {
      const cursor = after === undefined ? {} : { after };
      return await this.#ask('bead/list', { rig: rig || townPrefix, limit, ...cursor });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'stale' && after !== undefined) return undefined;
      throw error;
    }
  }
}
