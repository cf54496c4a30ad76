import { later } from '../domain/later.ts';
import { attentionOf } from '../domain/attention.ts';
import type { Peer } from '../protocol/caller.ts';
import type { Context } from './context.ts';

/** A window that is loaded anew is there again by then, and has told what it told. */
const graceMs = 15_000;

interface Claim {
  readonly peer: Peer;
  /** The window's own name for itself, which it keeps when it is loaded anew. */
  readonly window: string;
}

/**
 * Which window tells of an item of the attention list: the first that asks, for as long as the item is there. Of a window that is closed
 * the others are told that what it told may be told again. Nothing of it outlives the town server: windows remember what they have told.
 */
export class Toasts {
  readonly #context: Context;
  readonly #windows = new Map<Peer, string>();
  readonly #claims = new Map<string, Claim>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Gives those of the items that are this window's to tell of. */
  claim(peer: Peer, window: string, wanted: readonly string[]): readonly string[] {
    this.#open(peer, window);
    const present = this.#forgetGone();
    const own = wanted.filter((id) => present.has(id) && this.#isFree(id, { peer, window }));
    for (const id of own) this.#claims.set(id, { peer, window });
    return own;
  }

  #open(peer: Peer, window: string): void {
    this.#context.timers.cancel(keyOf(window));
    const isKnown = this.#windows.has(peer);
    this.#windows.set(peer, window);
    if (!isKnown) peer.onEnd(() => this.#ended(peer, window));
  }

  #forgetGone(): ReadonlySet<string> {
    const { store } = this.#context;
    const present = new Set(attentionOf(store.view, this.#context.now()).map(({ id }) => id));
    for (const id of this.#claims.keys()) if (!present.has(id)) this.#claims.delete(id);
    return present;
  }

  #isFree(id: string, { peer, window }: Claim): boolean {
    const claim = this.#claims.get(id);
    if (!claim || claim.peer === peer) return true;
    return claim.window === window && !this.#windows.has(claim.peer);
  }

  #ended(peer: Peer, window: string): void {
    this.#windows.delete(peer);
    if (this.#isOpen(window)) return;
    const time = later(this.#context.now(), graceMs);
    this.#context.timers.at(keyOf(window), time, () => Promise.resolve(this.#closed(window)));
  }

  #isOpen(window: string): boolean {
    return [...this.#windows.values()].includes(window);
  }

  /** It was not loaded anew: what it told went with it. */
  #closed(window: string): void {
    if (this.#isOpen(window)) return;
    const present = this.#forgetGone();
    const items = [...this.#claims].filter(([, claim]) => claim.window === window).map(([id]) => id);
    for (const id of items) this.#claims.delete(id);
    const left = items.filter((id) => present.has(id));
    if (left.length === 0) return;
    for (const peer of this.#windows.keys()) peer.notify('attention/untold', { items: left });
  }
}

const keyOf = (window: string): string => `what the window ${window} told`;
