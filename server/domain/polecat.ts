import type { AgentId, ArchiveId, BeadId, RigName, RuntimeName, SessionId, Sha, Timestamp } from './ids.ts';
import type { NotificationLevel } from './notificationLevel.ts';
import type { Successor } from './successor.ts';

/**
 * spawning → working ⇄ needs-you → done → removed (the record goes); beside: rate-limited, stalled, interrupted (terminal or
 * editor closed; resumable), failed (process gone without done).
 */
export type PolecatState =
  | 'spawning'
  | 'working'
  | 'needs-you'
  | 'done'
  | 'rate-limited'
  | 'stalled'
  | 'interrupted'
  | 'failed';

/** What was said when a bead was slung, by whoever slung it. Of another bead than is on the hook: it is past. */
export interface Instructions {
  readonly bead: BeadId;
  readonly text: string;
}

/** An agent with a worktree, a branch and a bead. The bead says what is on its hook; this says where it works. */
export interface Polecat {
  readonly id: AgentId;
  readonly role: 'polecat';
  readonly rig: RigName;
  /** From the rig's pool, unique in the rig. */
  readonly name: string;
  readonly state: PolecatState;
  /** The bead it was slung; stays after done, for its history. Absent: it waits for its first. */
  readonly bead?: BeadId;
  readonly instructions?: Instructions;
  readonly runtime: RuntimeName;
  /** Absolute path. Unless it is the user's, the folder's name is never used twice. */
  readonly worktree: string;
  /** It has a repository of its own, or is a checkout of the user's; absent: it is a linked worktree of the rig's. */
  readonly isolation?: 'clone' | 'in-place';
  /** Only in place: the branch that was checked out there, and will be again. */
  readonly home?: string;
  /** Without `refs/heads/`. Folder and branch are the pair that `done` is checked against. */
  readonly branch: string;
  /** The commit that the branch began at. */
  readonly base: Sha;
  readonly session?: SessionId;
  readonly successor?: Successor;
  /** It was brought back from this archive. */
  readonly restoredFrom?: ArchiveId;
  /** Its commits are left on its branch and land nowhere: the branch outlives it. */
  readonly keepsBranch?: true;
  /** It was to be removed after its bead had closed, and could not be. */
  readonly unremoved?: { readonly at: Timestamp; readonly why: string };
  /** Why it is in this state, in one sentence, with the evidence: an exit code, a question. */
  readonly reason?: string;
  /** Absent: `normal`. */
  readonly notifications?: NotificationLevel;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  /** Since when it is in this state, or asks what it asks; absent: `updatedAt` tells it. */
  readonly stateAt?: Timestamp;
  /** The last sign of progress: a `gt` call, a commit, a lifecycle hook. */
  readonly progressAt: Timestamp;
  /** When it last called `gt` or `bd` itself. */
  readonly calledAt?: Timestamp;
  /** When a lifecycle hook of its runtime last told of it. */
  readonly lifecycleAt?: Timestamp;
  /** When the limit that it waits for is over. */
  readonly until?: Timestamp;
  /** When the witness restarted it lately. */
  readonly restarts?: readonly Timestamp[];
  /** When it last went on after a limit by itself, and how often in a row. */
  readonly wentOn?: { readonly at: Timestamp; readonly times: number };
}

/** One that has, or had, a bead. */
export type SlungPolecat = Polecat & { readonly bead: BeadId };

export function isSlung(polecat: Polecat): polecat is SlungPolecat {
  return polecat.bead !== undefined;
}
