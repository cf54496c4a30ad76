import type { Bead } from '../domain/bead.ts';
import type { Gate } from '../domain/gate.ts';
import type { QueueStrategy } from '../domain/mergeQueue.ts';
import type { LandingState, MergeRequest } from '../domain/mergeRequest.ts';
import type { MergeMode, Pause } from '../domain/rig.ts';

export interface MergeRequestDetail {
  readonly mergeRequest: MergeRequest;
  readonly bead?: Bead;
  readonly runtimeLabel: string;
  /** Why it does not land now, one sentence; absent: it has landed, or nothing is in its way. */
  readonly waits?: string;
  /** What git says of it now, where that was asked. */
  readonly proof?: GitProof;
}

/** A look at git: whether the record of a request still is true. */
export interface GitProof {
  /** Landed: reachable on the target. Not landed: what was submitted is there. Absent: it could not be looked at. */
  readonly holds?: boolean;
  /** `on main`, `not on main`, `has newer commits`. */
  readonly says: string;
  /** Why it could not be looked at, one sentence. */
  readonly why?: string;
}

export interface RefineryStatus {
  readonly rig: string;
  readonly merge: MergeMode;
  readonly paused?: Pause;
  readonly batch: number;
  readonly gates: readonly Gate[];
  /** Ids of merge requests: those that are being landed, those that land next, in their order, and the others that have not landed. */
  readonly landing: readonly string[];
  readonly queue: readonly string[];
  readonly waiting: readonly string[];
}

export interface MergeRequestRequests {
  /** Those that have not landed; with `all` every one. Oldest first; with `ready` those that land next, in the order of the queue. */
  'mergeRequest/list': {
    params: {
      readonly rig?: string;
      readonly all?: boolean;
      readonly ready?: boolean;
      readonly state?: LandingState;
      /** The agent it came from, in full or by its name. */
      readonly worker?: string;
      /** Only those of the beads in this epic, however deep. */
      readonly epic?: string;
      /** Only those that wait for a bead that is open. */
      readonly blocked?: boolean;
      /** With `ready`: those that are being landed, too. */
      readonly claimed?: boolean;
      /** Git is asked about each again: `proof`. */
      readonly verify?: boolean;
    };
    result: readonly MergeRequestDetail[];
  };
  /** By its id or its bead's. */
  'mergeRequest/get': { params: { readonly mergeRequest: string }; result: MergeRequestDetail };
  /** Of a rig, or of each, what lands next; a paused rig has nothing. */
  'mergeRequest/next': {
    params: { readonly rig?: string; readonly strategy?: QueueStrategy };
    result: readonly MergeRequestDetail[];
  };
  /** Hands a recorded branch over by hand: of a polecat, or of crew with a bead. A session only its own. Handed over already: its `priority` is another. */
  'mergeRequest/submit': {
    params: {
      readonly branch?: string;
      readonly agent?: string;
      readonly bead?: string;
      /** 0 is the most urgent, 4 the least; absent: as it was, else its bead's. */
      readonly priority?: number;
    };
    result: MergeRequestDetail;
  };
  /** A person (or the town itself in `auto`): land it. The answer comes when it is verified, or says what it became instead. */
  'mergeRequest/merge': {
    params: { readonly mergeRequest: string; readonly rig?: string };
    result: MergeRequestDetail;
  };
  /** A person: put it into the queue again and do not wait for it. Refused where it is of another rig than the one that is named. */
  'mergeRequest/retry': {
    params: { readonly mergeRequest: string; readonly rig?: string };
    result: MergeRequestDetail;
  };
  /** A person: it is not to land as it is, named also by its branch. With `notify` its agent is told. */
  'mergeRequest/reject': {
    params: {
      readonly mergeRequest: string;
      readonly rig?: string;
      readonly reason: string;
      readonly notify?: boolean;
    };
    result: MergeRequestDetail;
  };
  'refinery/status': { params: { readonly rig?: string }; result: readonly RefineryStatus[] };
  /** A person: nothing lands in the rig until it is resumed. */
  'refinery/pause': {
    params: { readonly rig: string; readonly reason?: string };
    result: RefineryStatus;
  };
  'refinery/resume': { params: { readonly rig: string }; result: RefineryStatus };
  /** A person: this one does not land, newer commits of its branch neither, until it is released. */
  'refinery/claim': {
    params: { readonly mergeRequest: string; readonly reason?: string };
    result: MergeRequestDetail;
  };
  'refinery/release': { params: { readonly mergeRequest: string }; result: MergeRequestDetail };
}
