import type { AgentVerdict, Episode } from '../domain/episode.ts';
import type { Timestamp } from '../domain/ids.ts';

/** How one polecat is, and what shows it. */
export interface WitnessView {
  readonly agent: string;
  readonly rig: string;
  readonly bead: string;
  readonly state: string;
  readonly runtimeLabel: string;
  readonly verdict: AgentVerdict;
  /** What was raised about it. */
  readonly episode?: Episode;
  /** Where it waits for a limit: when it goes on by itself. */
  readonly goesOnAt?: Timestamp;
}

/** What the witness would do about a polecat now, and why, or why nothing. */
export interface WouldDo {
  readonly kind: string;
  readonly why: string;
  /** When it may be another. */
  readonly again?: Timestamp;
}

export interface ScannedView extends WitnessView {
  readonly wouldDo?: WouldDo;
}

export interface WitnessRequests {
  /** Any client: the polecats whose sessions live, and those in trouble, by what the town knows already. */
  'witness/status': { params: { readonly rig?: string }; result: readonly WitnessView[] };
  /** Any client: looks at each of them now, and says what would be done. It changes nothing. */
  'patrol/scan': {
    params: { readonly rig?: string };
    result: { readonly at: Timestamp; readonly rig?: string; readonly scanned: readonly ScannedView[] };
  };
}
