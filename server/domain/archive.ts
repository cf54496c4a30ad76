import type { AgentId, ArchiveId, BeadId, RigName, RuntimeName, SessionId, Sha, Timestamp } from './ids.ts';

/**
 * Why an agent was removed: its bead closed; a person removed it, took its bead back, or gave it to another; its rig was reset.
 * Of what nobody had any more: a branch that was left was deleted, or a worktree that belonged to nobody was removed.
 */
export type ArchiveReason =
  | 'landed'
  | 'removed'
  | 'unslung'
  | 'released'
  | 'reset'
  | 'collected'
  | 'orphaned';

/** All that lay in the working folder of an agent that was removed: where it is kept, and what is needed to bring it back. */
export interface Archive {
  /** `ar-…` */
  readonly id: ArchiveId;
  readonly agent: AgentId;
  readonly role: 'polecat' | 'crew';
  readonly name: string;
  readonly rig: RigName;
  readonly bead?: BeadId;
  readonly runtime: RuntimeName;
  /** It had a repository of its own; what else was in that is kept under `held`. */
  readonly isolation?: 'clone' | 'in-place';
  /** Its newest session. */
  readonly session?: SessionId;
  /** Without `refs/heads/`. */
  readonly branch: string;
  readonly base: Sha;
  /** What was checked out. */
  readonly tip: Sha;
  /** Where the branch stood, if elsewhere than `tip`, and the ref that keeps it. */
  readonly branchTip?: Sha;
  readonly branchRef?: string;
  /** The branch was left where it stood: it is the result. */
  readonly keepsBranch?: true;
  /** The branch had stayed, and was deleted then. */
  readonly branchDeletedAt?: Timestamp;
  /** Under `refs/gastown/archive/`, and the commit that it holds. */
  readonly ref: string;
  readonly sha: Sha;
  /** Only commits were left to archive: there is no index and there are no files beside them. */
  readonly commitsOnly?: true;
  /** The refs that keep the other branches, tags and stashes of a clone: `refs/…-held/`. */
  readonly held?: string;
  /** How many files were not as in `tip`, and the first of them. */
  readonly files: number;
  readonly uncommitted: readonly string[];
  readonly at: Timestamp;
  readonly by: string;
  readonly why: ArchiveReason;
  /** The last time it was brought back, and as what: an agent, or a branch. */
  readonly restoredAt?: Timestamp;
  readonly restoredAs?: string;
}
