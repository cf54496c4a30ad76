import { type Disposable, EventEmitter } from 'vscode';
import type { Bead } from '../server/domain/bead.ts';
import { messageOf } from '../server/domain/fault.ts';
import type { JournalEntry } from '../server/domain/journal.ts';
import type { ConvoyBead } from '../server/protocol/convoy.ts';
import type { PolecatDetail } from '../server/protocol/work.ts';
import { ArchiveLists } from './archives.ts';
import { BeadLists, beadPage } from './beadLists.ts';
import type { Ask } from './connection.ts';
import { InHand } from './inHand.ts';
import { Radar } from './radar.ts';
import { readTown, type Town, withBead } from './readTown.ts';
import { isMissing, Runtimes } from './runtimes.ts';
import {
  allStale,
  fresh,
  isFresh,
  type Known,
  onlyItself,
  type Stale,
  staleAfter,
  union,
} from './staleness.ts';

/** Changes that come closer together than this are read and shown together. */
const spacingMs = 50;

/**
 * What the window knows of its town. It is read once, and again where a change makes it stale; what failed to be read stays as it
 * was. The rules of the town are not repeated here: words and counts come from the town.
 */
export class Model implements Disposable, Known {
  readonly archives: ArchiveLists;
  readonly beads: BeadLists;
  readonly runtimes: Runtimes;
  readonly radar: Radar;
  readonly inHand = new InHand();
  readonly #ask: Ask;
  readonly #log: (text: string) => void;
  readonly #changes = new EventEmitter<void>();
  #town: Town | undefined;
  #problem: string | undefined;
  #stale: Stale = fresh;
  #changed = false;
  #reading: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #readAt = 0;
  /** Counts the towns: an answer about an earlier one is thrown away. */
  #era = 0;

  constructor(ask: Ask, log: (text: string) => void) {
    this.#ask = ask;
    this.#log = log;
    this.archives = new ArchiveLists(ask);
    this.beads = new BeadLists(ask);
    this.runtimes = new Runtimes(ask, () => this.#changes.fire());
    this.radar = new Radar(ask, () => this.#changes.fire());
  }

  /** Something that is shown is another. */
  readonly onDidChange = this.#changes.event;

  /** Undefined until it has been read. */
  get town(): Town | undefined {
    return this.#town;
  }

  /** Why the last reading failed, where it did. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether the runtime of some rig is not installed, as far as is known. */
  get lacksRuntime(): boolean {
    return (this.#town?.rigs ?? []).some(({ rig }) => isMissing(this.runtimes.find(rig.runtime)));
  }

  polecat(agent: string): PolecatDetail | undefined {
    return this.#town?.polecats.find(({ polecat }) => polecat.id === agent);
  }

  polecatOn(bead: string): PolecatDetail | undefined {
    return this.#town?.polecats.find(({ polecat }) => polecat.bead === bead);
  }

  isPolecat(agent: string): boolean {
    return this.polecat(agent)?.polecat.role === 'polecat';
  }

  bead(id: string): Bead | undefined {
    return this.beads.find(id);
  }

  convoysWith(test: (bead: ConvoyBead) => boolean): readonly string[] {
    return (this.#town?.convoys ?? []).filter(({ beads }) => beads.some(test)).map(({ convoy }) => convoy.id);
  }

  /** Takes in a committed transaction; soon the views show it. */
  take(entry: JournalEntry): void {
    this.#stale = union(this.#stale, staleAfter(entry, this));
    for (const [collection, id, record] of entry.changes) {
      if (collection === 'beads' && onlyItself(this.bead(id), record)) this.#put(record);
    }
    this.#schedule();
  }

  /** Reads everything again. Rejects where that fails; what was read before stays. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#reading?.catch(() => undefined);
    this.#stale = allStale;
    await this.#readStale();
  }

  /** Another town, or none. */
  forget(): void {
    this.#era += 1;
    this.#town = undefined;
    this.#problem = undefined;
    this.#stale = fresh;
    this.archives.clear();
    this.beads.clear();
    this.runtimes.clear();
    this.radar.clear();
    this.#changes.fire();
  }

  async showMoreBeads(rig: string): Promise<void> {
    await this.beads.read(rig, beadPage);
    this.#changes.fire();
  }

  dispose(): void {
    this.#era += 1;
    clearTimeout(this.#timer);
    this.#changes.dispose();
  }

  #put(bead: Bead): void {
    this.beads.put(bead);
    if (this.#town) this.#town = withBead(this.#town, bead);
    this.#changed = true;
    // What is being read at this moment may be older than the change.
    if (!this.#reading) return;
    const convoys = new Set(this.convoysWith(({ id }) => id === bead.id));
    const beads = new Set([bead.rig ?? '']);
    this.#stale = union(this.#stale, { ...fresh, polecats: true, convoys, beads });
  }

  #schedule(): void {
    if (this.#timer || this.#reading || (!this.#changed && isFresh(this.#stale))) return;
    const pause = Math.max(0, this.#readAt + spacingMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#readStale().catch((error: unknown) => this.#log(`Reading the town failed: ${String(error)}`));
    }, pause);
  }

  async #readStale(): Promise<void> {
    this.#reading = this.#read();
    try {
      await this.#reading;
    } finally {
      this.#reading = undefined;
      this.#readAt = Date.now();
    }
    this.#schedule();
  }

  /** Nobody waits for it: the rows are there without. */
  #readRuntimes(): void {
    this.runtimes
      .read()
      .catch((error: unknown) => this.#log(`Reading the runtimes failed: ${String(error)}`));
  }

  async #read(): Promise<void> {
    const [stale, era] = [this.#stale, this.#era];
    this.#stale = fresh;
    this.#changed = false;
    if (stale.runtimes) this.#readRuntimes();
    try {
      const [town] = await Promise.all([
        readTown(this.#ask, this.#town, stale),
        this.beads.readAgain(stale.beads),
      ]);
      if (stale.rigs) await this.archives.readAgain(new Set(town.rigs.map(({ rig }) => rig.id)));
      if (era !== this.#era) return;
      this.#town = town;
      this.#problem = undefined;
    } catch (error) {
      if (era !== this.#era) return;
      // Shown stays what was read last; the next change, or the town's return, reads it.
      this.#stale = union(this.#stale, stale);
      this.#problem = messageOf(error);
      throw error;
    } finally {
      if (era === this.#era) this.#changes.fire();
    }
  }
}
