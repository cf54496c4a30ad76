import type { BeadPlace } from './beadPlace.ts';
import type { BeadId, Timestamp } from './ids.ts';

/** Why a bead does not run, or that it does. */
export type ExplainReason =
  | 'closed'
  | 'note'
  | 'running'
  | 'review'
  | 'merge'
  | 'not-landed'
  | 'needs-person'
  | 'dead-session'
  | 'holder-gone'
  | 'blocked'
  | 'blocked-by-hand'
  | 'deferred'
  | 'container'
  | 'no-rig'
  | 'parked'
  | 'paused'
  | 'quota'
  | 'budget'
  | 'capacity'
  | 'pausing'
  | 'breaker'
  | 'next'
  | 'staged'
  | 'not-slung';

/** What shows it, with its time where that is known. */
export interface Evidence {
  readonly what: string;
  readonly at?: Timestamp;
}

export interface Explanation {
  readonly bead: BeadId;
  readonly title: string;
  /** Absent: it is no open work. */
  readonly place?: BeadPlace;
  readonly reason: ExplainReason;
  /** One sentence that says all. */
  readonly sentence: string;
  /** A command, or what to wait for. */
  readonly next?: string;
  readonly evidence: readonly Evidence[];
}

export type Answer = Pick<Explanation, 'reason' | 'sentence' | 'next' | 'evidence'>;

export function said(
  reason: ExplainReason,
  sentence: string,
  next?: string,
  evidence: readonly Evidence[] = [],
): Answer {
  return { reason, sentence, ...(next === undefined ? {} : { next }), evidence };
}
