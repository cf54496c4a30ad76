import type { Collision } from '../domain/collision.ts';
import type { Timestamp } from '../domain/ids.ts';

/** One whom the radar looks at. */
export interface RadarAgent {
  readonly agent: string;
  readonly bead?: string;
  readonly branch: string;
  /** Absolute path. */
  readonly worktree: string;
  readonly tip?: string;
  /** Files of its worktree are changed and not committed; they count. */
  readonly uncommitted: boolean;
  /** How many files it has changed since it left the target. */
  readonly changed: number;
  /** Why it could not be looked at: it may collide all the same. */
  readonly problem?: string;
}

/** Two (or one, and the target) that git could not merge at all, to see whether they collide. */
export interface UnknownPair {
  readonly agents: Collision['agents'];
  readonly problem: string;
}

/** What the radar of a rig saw when it last looked. */
export interface RadarOutlook {
  readonly rig: string;
  /** The branch that work lands on. */
  readonly target: string;
  /** Minutes between looks; absent: it is off. */
  readonly everyMinutes?: number;
  readonly agents: readonly RadarAgent[];
  readonly collisions: readonly Collision[];
  readonly unknown: readonly UnknownPair[];
  /** Pairs that are still to be looked at. */
  readonly pending: number;
  /** Absent: not yet. */
  readonly lookedAt?: Timestamp;
  /** Why it cannot look. */
  readonly problem?: string;
}

export interface RadarRequests {
  /** Any client: what would collide, of one rig or of all. Subscribers to the town get each change as `radar/changed`. */
  'radar/get': { params: { readonly rig?: string }; result: readonly RadarOutlook[] };
}

export interface RadarNotifications {
  /** To subscribers: what the radar sees in a rig is another. In no journal: it is seen again at any time. */
  'radar/changed': RadarOutlook;
}
