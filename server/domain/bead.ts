import type { AgentId, BeadId, RigName, Timestamp } from './ids.ts';

/** The stored statuses of beads. Blocked and ready are computed from dependencies; `blocked` here is what a person set by hand. */
export type BeadStatus = 'open' | 'hooked' | 'in_progress' | 'blocked' | 'deferred' | 'pinned' | 'closed';

export type BeadPriority = 0 | 1 | 2 | 3 | 4;

/** One of the steps of a bead's work. */
export interface BeadStep {
  /** 1 to n, in their order. */
  readonly id: number;
  readonly title: string;
  readonly done: boolean;
}

export interface Bead {
  readonly id: BeadId;
  /** The rig of its prefix; absent: the town's own (`hq`), or a prefix that no rig has. */
  readonly rig?: RigName;
  readonly title: string;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  /** Absent where there are none. */
  readonly steps?: readonly BeadStep[];
  readonly status: BeadStatus;
  readonly priority: BeadPriority;
  /** `task`, `bug`, `feature`, `epic`, `chore` and the others of beads. */
  readonly type: string;
  readonly labels: readonly string[];
  /** An agent's id (`backend/nux`) or a person's name. Holding is: `hooked` or `in_progress`, and this. */
  readonly assignee?: AgentId | string;
  readonly owner?: string;
  readonly createdAt: Timestamp;
  readonly createdBy: string;
  readonly updatedAt: Timestamp;
  readonly startedAt?: Timestamp;
  /** Set exactly when the status is `closed`. */
  readonly closedAt?: Timestamp;
  readonly closeReason?: string;
  readonly dueAt?: Timestamp;
  readonly deferUntil?: Timestamp;
  readonly externalRef?: string;
}
