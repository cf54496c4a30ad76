/** How long the town waits for others, in milliseconds. */
export interface Waits {
  /** A launcher until it reports the runtime's process. A cold editor opening a terminal was seen to need several seconds. */
  readonly startMs: number;
  /** A lost launcher until it comes back, before its session counts as interrupted. Exits must be noticed within 5 s. */
  readonly returnMs: number;
  /** The same after a start of the town server, where every launcher first has to find it again. */
  readonly reattachMs: number;
  /** A session that said `gt done`, to read the answer and end by itself, before its runtime is asked to stop. */
  readonly partMs: number;
  /** A runtime that is asked to stop, to finish what it writes. */
  readonly stopMs: number;
  /** A finished polecat's session, before its removal is left for later. */
  readonly endMs: number;
}

export const usualWaits: Waits = {
  startMs: 30_000,
  returnMs: 3000,
  reattachMs: 15_000,
  partMs: 3000,
  stopMs: 30_000,
  endMs: 60_000,
};
