import type { Bead } from '../domain/bead.ts';
import type { BeadState } from '../domain/beadState.ts';
import type { Convoy } from '../domain/convoy.ts';
import type { GateOutcome } from '../domain/gate.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { Page, PageParams } from './page.ts';

export interface GateProof {
  readonly name: string;
  readonly outcome: GateOutcome['outcome'];
  /** At which try it passed, or how often it was tried. */
  readonly tries: number;
  /** All tries together. */
  readonly seconds: number;
}

export interface ConvoyBead {
  readonly id: string;
  /** Absent: no such bead any more; it counts as not closed. */
  readonly bead?: Bead;
  readonly rig?: string;
  readonly runtimeLabel?: string;
  readonly agent?: string;
  readonly mergeRequest?: MergeRequest;
  /** Of what is verified: whether the rig's gates had to pass there. */
  readonly check?: 'passed' | 'none';
  /** Of what is verified: how each gate that was run on it did. */
  readonly gates?: readonly GateProof[];
  /** Why what was handed over does not land now, in one sentence; absent where a person is to review it. */
  readonly waits?: string;
  /** What says most: how its landing stands, else what its polecat does, else how the bead stands itself. */
  readonly state: BeadState;
}

export interface ConvoyView {
  readonly convoy: Convoy;
  readonly closed: number;
  readonly total: number;
  readonly beads: readonly ConvoyBead[];
}

export interface ConvoyRequests {
  /** A person: bundle beads. Starts nothing. */
  'convoy/create': {
    params: { readonly title: string; readonly beads: readonly string[] };
    result: ConvoyView;
  };
  'convoy/add': {
    params: { readonly convoy: string; readonly beads: readonly string[] };
    result: ConvoyView;
  };
  /** Staged and open ones; with `all` the landed and the closed too. */
  'convoy/list': { params: PageParams & { readonly all?: boolean }; result: Page<ConvoyView> };
  /** By id, by its part after `hq-`, or by a unique part of the title. */
  'convoy/get': { params: { readonly convoy: string }; result: ConvoyView };
}
