import type { ArchiveReason } from './archive.ts';
import type { Dispatch } from './dispatch.ts';
import type {
  AgentId,
  ArchiveId,
  BeadId,
  ConvoyId,
  IntentId,
  MergeRequestId,
  RigName,
  Sha,
  Timestamp,
} from './ids.ts';

/**
 * An outside effect that is about to happen, journaled before it does, with what is needed to finish or undo it. A starting town
 * finishes or undoes every intent that is still there; the record goes when the effect's own record is in place.
 */
export type Intent =
  | (IntentBase & {
      readonly kind: 'create-rig';
      readonly rig: RigName;
      /** The rig's folder, made by us. */
      readonly folder: string;
    })
  | (IntentBase & {
      readonly kind: 'sling';
      readonly rig: RigName;
      readonly agent: AgentId;
      /** Absent: a polecat with an empty hook. */
      readonly bead?: BeadId;
      readonly worktree: string;
      readonly branch: string;
      readonly base: Sha;
      /** In the user's checkout: the branch that is checked out there until then. */
      readonly home?: string;
      /** The convoy that was made for it. */
      readonly convoy?: ConvoyId;
      /** It was deferred before it was forced. */
      readonly deferred?: Deferral;
      /** It was in the queue before, and is again where the start is undone. */
      readonly dispatch?: Dispatch;
      /** It is being undone: its folder may be gone, whatever its session says. */
      readonly undoing?: true;
    })
  | (IntentBase & {
      /** A session for an agent that is there, with the bead that was put on its hook for it. */
      readonly kind: 'start';
      readonly agent: AgentId;
      readonly bead?: BeadId;
      readonly convoy?: ConvoyId;
      readonly deferred?: Deferral;
      /** It was in the queue before, and is again where the start is undone. */
      readonly dispatch?: Dispatch;
      /** The agent's record was made for it. */
      readonly isNew?: true;
    })
  | (IntentBase & {
      readonly kind: 'crew';
      readonly rig: RigName;
      readonly agent: AgentId;
      readonly worktree: string;
      readonly branch: string;
      readonly base: Sha;
    })
  | (IntentBase & {
      readonly kind: 'land';
      readonly rig: RigName;
      readonly mergeRequest: MergeRequestId;
      readonly scratch: string;
      readonly target: string;
      /** Where the target stood, and where it goes once that is known. */
      readonly oldTarget: Sha;
      readonly newTarget?: Sha;
    })
  | (IntentBase & {
      readonly kind: 'remove';
      readonly rig: RigName;
      readonly agent: AgentId;
      readonly worktree: string;
      readonly branch: string;
      /** The ref that must resolve before the folder goes. */
      readonly archive: string;
      /** For the record of its archive. Absent: it was begun by an earlier version. */
      readonly by?: string;
      readonly why?: ArchiveReason;
    })
  | (IntentBase & {
      /** An archive comes back as the working folder of an agent whose record was made for it. */
      readonly kind: 'restore';
      readonly rig: RigName;
      readonly agent: AgentId;
      readonly archive: ArchiveId;
      readonly worktree: string;
      readonly branch: string;
      readonly tip: Sha;
      readonly isolation?: 'clone';
      /** The branch was there before, and stays. */
      readonly hadBranch?: true;
    });

export interface Deferral {
  readonly until?: Timestamp;
}

interface IntentBase {
  readonly id: IntentId;
  readonly at: Timestamp;
}
