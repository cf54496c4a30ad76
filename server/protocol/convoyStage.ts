import type { Explanation } from '../domain/explaining.ts';
import type { ConvoyPlan } from '../domain/convoyPlan.ts';
import type { ConvoyView } from './convoy.ts';

/** A convoy as it will go, or goes: its beads in waves. */
export interface StagedConvoy {
  /** Absent: its plan has errors, so that it was not made. */
  readonly view?: ConvoyView;
  readonly title: string;
  readonly plan: ConvoyPlan;
}

/** An open convoy where nothing goes on though there is work, with counts and the reason. */
export interface StrandedConvoy {
  readonly id: string;
  readonly title: string;
  readonly why: 'ready' | 'stuck' | 'empty';
  readonly tracked: number;
  /** Open, not blocked, held by nobody and not queued. */
  readonly ready: readonly string[];
  readonly createdAt: string;
  /** Of the first bead that does not go on. */
  readonly explanation?: Explanation;
}

export interface ConvoyStageRequests {
  /** A person: a convoy that starts nothing yet, of beads, of the beads of epics, or one that is there. */
  'convoy/stage': {
    params: { readonly beads: readonly string[]; readonly title?: string };
    result: StagedConvoy;
  };
  'convoy/plan': { params: { readonly convoy: string }; result: StagedConvoy };
  /** A person: what is ready is queued, and the rest as it becomes ready. Warnings need `force`; errors stop it. */
  'convoy/launch': {
    params: { readonly convoy: string; readonly force?: boolean };
    result: StagedConvoy & { readonly queued: readonly string[] };
  };
  'convoy/remove': {
    params: { readonly convoy: string; readonly beads: readonly string[] };
    result: ConvoyView;
  };
  /** A person: refused with the open beads in it, unless forced; the beads stay as they are, and are fed no more. */
  'convoy/close': {
    params: { readonly convoy: string; readonly reason?: string; readonly force?: boolean };
    result: ConvoyView;
  };
  /** Who is told when it lands; absent: the caller. */
  'convoy/watch': { params: { readonly convoy: string; readonly who?: string }; result: ConvoyView };
  'convoy/unwatch': { params: { readonly convoy: string; readonly who?: string }; result: ConvoyView };
  'convoy/stranded': { params: object; result: readonly StrandedConvoy[] };
  /** Lands those that are complete and have not landed: by itself that happens with the last bead. */
  'convoy/check': {
    params: { readonly convoy?: string; readonly dryRun?: boolean };
    result: { readonly landed: readonly string[]; readonly open: readonly string[] };
  };
}
