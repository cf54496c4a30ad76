import type { BeadId, ConvoyId, RigName, RuntimeName, Timestamp } from './ids.ts';
import type { HostChoice } from './rig.ts';
import type { BeadPriority } from './bead.ts';

/** waiting (for a free place, its blockers, its time) → gone: slung, or cleared. `broken`: it failed too often, and waits for a person. */
export type DispatchState = 'waiting' | 'broken';

export interface DispatchFailure {
  readonly at: Timestamp;
  readonly code: string;
  readonly sentence: string;
  readonly next?: string;
}

/** A bead that is to be slung as soon as there is a place for it. Its id is the bead's, so that none is there twice. */
export interface Dispatch {
  readonly id: BeadId;
  readonly rig: RigName;
  readonly state: DispatchState;
  /** The bead's, which orders the queue. */
  readonly priority: BeadPriority;
  readonly queuedAt: Timestamp;
  readonly queuedBy: string;
  /** Another than the rig's. */
  readonly runtime?: RuntimeName;
  readonly host?: HostChoice;
  readonly instructions?: string;
  readonly force?: true;
  /** The convoy that fed it. */
  readonly convoy?: ConvoyId;
  /** How often it could not be started, in a row. */
  readonly failures: number;
  readonly lastFailure?: DispatchFailure;
  /** It is not tried again before. */
  readonly notBefore?: Timestamp;
}
