import type { NotificationLevel } from './notificationLevel.ts';
import type { Instructions } from './polecat.ts';
import type { Successor } from './successor.ts';
import type { AgentId, RigName, RuntimeName, SessionId, Sha, Timestamp } from './ids.ts';

/** Where somebody works who stays: it outlives its beads, and the town never removes it by itself. */
export type Workplace = Crew | Mayor;

interface Place {
  readonly id: AgentId;
  readonly name: string;
  /** Of its next session. */
  readonly runtime: RuntimeName;
  /** The newest. */
  readonly session?: SessionId;
  readonly successor?: Successor;
  readonly instructions?: Instructions;
  /** Absent: `normal`. */
  readonly notifications?: NotificationLevel;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  /** The last sign of progress of its agent. */
  readonly progressAt: Timestamp;
}

/** A lasting worktree of a person in a rig, on a branch of its own. */
export interface Crew extends Place {
  readonly role: 'crew';
  readonly rig: RigName;
  /** Absolute path. */
  readonly worktree: string;
  /** Without `refs/heads/`. */
  readonly branch: string;
  /** The commit that the branch began at. */
  readonly base: Sha;
  /** Of a crew member from another rig: who it is there. */
  readonly home?: AgentId;
}

/** The town's coordinator: it plans and slings, and has no worktree. */
export interface Mayor extends Place {
  readonly role: 'mayor';
  /** The town's folder. */
  readonly directory: string;
}
