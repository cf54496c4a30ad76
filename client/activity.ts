import { type Disposable, EventEmitter } from 'vscode';
import type { FeedItem } from '../server/protocol/town.ts';
import type { Ask, Connection } from './connection.ts';

/** What the view shows at most. */
const shown = 100;

/** Changes that come closer together than this are read together. */
const spacingMs = 300;

/** A kind of thing that happens, as the view can be narrowed to it. */
export interface ActivityKind {
  readonly label: string;
  readonly detail: string;
  /** Types of the feed; absent: everything. */
  readonly types?: readonly string[];
}

export const everything: ActivityKind = { label: 'Everything', detail: 'All that the town tells of' };

export const activityKinds: readonly ActivityKind[] = [
  everything,
  {
    label: 'Work',
    detail: 'Slings, sessions, and what is done',
    types: ['sling', 'session', 'seance', 'done', 'hook', 'unhook'],
  },
  { label: 'Landings', detail: 'What landed, or could not', types: ['land'] },
  { label: 'Beads', detail: 'Beads, dependencies and convoys', types: ['bead', 'dependency', 'convoy'] },
  { label: 'Town', detail: 'Rigs, runtimes and settings', types: ['town', 'rig', 'runtime', 'crew'] },
];

/** What the town says is what makes it read. */
export function followActivity(
  connection: Pick<Connection, 'onDidChangeTown' | 'onDidResync'>,
  activity: Activity,
): readonly Disposable[] {
  return [
    connection.onDidChangeTown(() => activity.changed()),
    connection.onDidResync(() => activity.restart()),
  ];
}

interface News {
  readonly items: readonly FeedItem[];
  readonly seq: number;
  readonly more: boolean;
}

/** The last things that happened, newest first. Read while somebody looks, and only what is new. */
export class Activity implements Disposable {
  readonly #ask: Ask;
  readonly #log: (text: string) => void;
  readonly #changes = new EventEmitter<void>();
  #kind = everything;
  #items: readonly FeedItem[] = [];
  /** Up to which entry it was read; undefined: not yet. */
  #seq: number | undefined;
  #visible = false;
  #stale = true;
  #reading = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the towns and kinds: an answer about an earlier one is thrown away. */
  #era = 0;
  readonly #waiting = new Set<() => void>();

  constructor(ask: Ask, log: (text: string) => void) {
    this.#ask = ask;
    this.#log = log;
  }

  readonly onDidChange = this.#changes.event;

  get items(): readonly FeedItem[] {
    return this.#items;
  }

  get kind(): ActivityKind {
    return this.#kind;
  }

  /** Until then nobody knows whether anything has happened. */
  get isRead(): boolean {
    return this.#seq !== undefined;
  }

  /** Resolves when it was read, or could not be. */
  firstRead(): Promise<void> {
    if (this.isRead) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  narrow(kind: ActivityKind): void {
    this.#kind = kind;
    this.restart();
  }

  /** Something happened. */
  changed(): void {
    this.#stale = true;
    this.#schedule();
  }

  look(visible: boolean): void {
    this.#visible = visible;
    this.#schedule();
  }

  /** From the beginning: another town, or another kind. */
  restart(): void {
    this.#era += 1;
    this.#items = [];
    this.#seq = undefined;
    this.#changes.fire();
    this.changed();
  }

  dispose(): void {
    this.#era += 1;
    clearTimeout(this.#timer);
    this.#visible = false;
    this.#tell();
    this.#changes.dispose();
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #schedule(): void {
    if (!this.#visible || !this.#stale || this.#reading || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#read();
      },
      this.#seq === undefined ? 0 : spacingMs,
    );
  }

  async #read(): Promise<void> {
    const era = this.#era;
    this.#reading = true;
    this.#stale = false;
    try {
      const read = await this.#news();
      if (era === this.#era) this.#take(read);
    } catch (error) {
      this.#log(`Reading the activity failed: ${String(error)}`);
    } finally {
      this.#reading = false;
    }
    this.#tell();
    this.#schedule();
  }

  async #news(): Promise<News> {
    const { types } = this.#kind;
    const kind = types ? { types } : {};
    if (this.#seq !== undefined) {
      const { items, more, seq = this.#seq } = await this.#ask('town/feed', { ...kind, after: this.#seq });
      return { items, more, seq };
    }
    // What comes between the two questions is asked for with the next change, and not shown twice.
    const { seq } = await this.#ask('town/status', {});
    const { items } = await this.#ask('town/feed', { ...kind, limit: shown });
    return { items, more: false, seq: Math.max(seq, items[0]?.seq ?? 0) };
  }

  #take({ items, seq, more }: News): void {
    this.#seq = seq;
    if (more) this.#stale = true;
    if (items.length === 0) return;
    this.#items = [...items, ...this.#items].slice(0, shown);
    this.#changes.fire();
  }
}
