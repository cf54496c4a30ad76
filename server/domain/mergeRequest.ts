import type { GateOutcome } from './gate.ts';
import type { Pause } from './rig.ts';
import type { AgentId, BeadId, MergeRequestId, RigName, RuntimeName, Sha, Timestamp } from './ids.ts';

/** submitted → merged → verified; beside: conflict, rejected, waiting-for-checkout, lost. Verified is: reachable on the target, with the rig's gates passed. */
export type LandingState =
  | 'submitted'
  | 'merged'
  | 'verified'
  | 'conflict'
  | 'rejected'
  | 'waiting-for-checkout'
  | 'lost';

/** As its remote has it. */
export interface PullRequest {
  readonly url: string;
  readonly number: number;
  readonly state: 'open' | 'merged' | 'closed';
  /** Its branch on the remote, and the remote that it was opened at: the proof is about that one. */
  readonly branch: string;
  readonly repository: string;
  /** It could not be looked at, so often in a row; absent: the last look saw it. */
  readonly unseen?: {
    readonly times: number;
    readonly since: Timestamp;
    readonly why: string;
    readonly next?: string;
  };
  /** What keeps it from being merged there. */
  readonly obstacles?: { readonly are: readonly PullRequestObstacle[]; readonly since: Timestamp };
}

export type PullRequestObstacle = 'conflict' | 'checks' | 'changes';

/** A person has pressed Merge. */
export interface Approved {
  readonly by: string;
  readonly at: Timestamp;
  /** The bead that it waited for then: it is tried all the same, once. */
  readonly despite?: BeadId;
}

export interface TakenUp {
  readonly times: number;
  /** Why the last time came to nothing, in one sentence. */
  readonly refused?: string;
}

export interface MergeRequest {
  readonly id: MergeRequestId;
  readonly bead: BeadId;
  readonly rig: RigName;
  readonly agent: AgentId;
  readonly runtime: RuntimeName;
  /** The polecat's branch and the branch to land on, both without `refs/heads/`. */
  readonly branch: string;
  readonly target: string;
  readonly base: Sha;
  /** What was submitted; archived under `refs/gastown/` before anything else happens to it. One request for a branch and tip. */
  readonly tip: Sha;
  /** What stands on the target: `tip`, or its rebased copy. The proof is about this one. */
  readonly landed?: Sha;
  readonly state: LandingState;
  /** Commits between base and tip. */
  readonly commits: number;
  /** Why it is in this state, in one sentence. */
  readonly reason?: string;
  /** Rejected for nothing that its author could put right: the same commit may be merged again. */
  readonly asIs?: true;
  /** In conflict, or in the way at the target's checkout. */
  readonly files?: readonly string[];
  /** The last lines of the rig's check command. */
  readonly checkOutput?: readonly string[];
  /** How it lands in a rig with `merge = pr`. */
  readonly pullRequest?: PullRequest;
  /** A person pressed Merge: in a rig that does not land by itself, only what has this lands. It is for this tip alone. */
  readonly approved?: Approved;
  /** Its own place among those that wait, where a person or its author said so; else its bead's. 0 is the most urgent, 4 the least. */
  readonly priority?: number;
  /** A person keeps it from landing, whatever it is for. */
  readonly paused?: Pause;
  /** How often its landing was begun. */
  readonly attempts?: number;
  /** What kept its landing from being tried may have passed by then: it waits. */
  readonly retryAt?: Timestamp;
  /** How often in a row something outside kept its landing from being tried, or from its proof. */
  readonly failures?: number;
  /** Its landing is under way. It holds until then at most. */
  readonly claim?: { readonly at: Timestamp; readonly until: Timestamp };
  /** Of its last landing. */
  readonly gates?: readonly GateOutcome[];
  /** The bead that is to put right what its last landing met; it lands no more before that is closed. */
  readonly blockedBy?: BeadId;
  /** How many beads were made to put right what it met. */
  readonly repairs?: number;
  /** How often the town began its author again by itself, also for what this one took the place of. */
  readonly takenUp?: TakenUp;
  /** How it was known to be on the target without having been put there as it is. */
  readonly landedBy?: 'patch-id';
  readonly submittedAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly verifiedAt?: Timestamp;
}
