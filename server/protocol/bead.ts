import type { Bead, BeadStatus } from '../domain/bead.ts';
import type { Dependency } from '../domain/dependency.ts';
import type { Handoff } from '../domain/handoff.ts';
import type { BeadId } from '../domain/ids.ts';
import type { HistoryItem } from '../domain/trail.ts';
import type { Page, PageParams } from './page.ts';

/** A bead with what is computed about it. */
export interface BeadView {
  readonly bead: Bead;
  readonly ready: boolean;
  readonly blocked: boolean;
  /** Open beads that it waits for. */
  readonly blockedBy: readonly BeadId[];
  /** Edges that leave it, and how many point at it. */
  readonly dependencies: readonly Dependency[];
  readonly dependents: number;
}

/** With the beads at both ends of its edges, for `bd show`. */
export interface BeadDetail extends BeadView {
  readonly dependsOn: readonly { readonly bead: Bead; readonly type: string }[];
  readonly neededBy: readonly { readonly bead: Bead; readonly type: string }[];
  /** Label of the runtime that would work it: `Claude Code`. */
  readonly runtimeLabel?: string;
  /** The newest packet that was written of it. */
  readonly handoff?: Handoff;
}

export interface BeadCreateParams {
  /** Absent: the town's own beads (`hq`). */
  readonly rig?: string;
  readonly title: string;
  readonly type?: string;
  readonly priority?: number;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  /** What its work consists of, in order. */
  readonly steps?: readonly string[];
  readonly labels?: readonly string[];
  readonly assignee?: string;
  /** As `--deps` takes them: `blocks:X`, `discovered-from:X`, a bare id. */
  readonly dependencies?: readonly string[];
  readonly id?: string;
}

export interface BeadUpdateParams {
  readonly bead: string;
  readonly status?: string;
  readonly priority?: number;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  readonly appendNotes?: string;
  /** Behind those that are there. */
  readonly addSteps?: readonly string[];
  /** Their numbers, as `bd show` lists them. */
  readonly stepsDone?: readonly number[];
  readonly stepsOpen?: readonly number[];
  /** Empty clears it. */
  readonly assignee?: string;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  /** Take it, compare-and-set: open and free, or already one's own. */
  readonly claim?: boolean;
  /** Who acts, where it is not the caller's own identity; only people may say. */
  readonly actor?: string;
}

export interface BeadListParams extends PageParams {
  /** `hq`: the beads of no rig. */
  readonly rig?: string;
  readonly status?: readonly BeadStatus[];
  readonly type?: string;
  readonly priority?: number;
  readonly assignee?: string;
  readonly labels?: readonly string[];
  /** Closed ones too, where no status is named. */
  readonly all?: boolean;
}

export interface BeadHistory {
  readonly bead: Bead;
  readonly items: readonly HistoryItem[];
  /** Older ones are left out. */
  readonly more: boolean;
  /** What to give as `before` for the page before this one. */
  readonly next?: number;
}

export interface BeadRequests {
  /** Anyone: a new bead with a readable id. */
  'bead/create': { params: BeadCreateParams & { readonly actor?: string }; result: BeadDetail };
  /** Anyone. Ids may be given without the prefix or as a unique part; several matches are refused with all of them. */
  'bead/get': { params: { readonly bead: string }; result: BeadDetail };
  /** The whole history of a bead, oldest first, the newest page of it; `before` gives the page before. */
  'bead/history': {
    params: { readonly bead: string; readonly limit?: number; readonly before?: number };
    result: BeadHistory;
  };
  'bead/list': { params: BeadListParams; result: Page<BeadView> };
  'bead/ready': {
    params: PageParams & { readonly rig?: string; readonly assignee?: string };
    result: Page<BeadView>;
  };
  'bead/blocked': { params: PageParams & { readonly rig?: string }; result: Page<BeadView> };
  /** Anyone; a polecat only its own bead. */
  'bead/update': { params: BeadUpdateParams; result: BeadView };
  /** Anyone; an agent's hooked bead is refused with `gt done`. */
  'bead/close': {
    params: {
      readonly bead: string;
      readonly reason?: string;
      readonly force?: boolean;
      readonly actor?: string;
    };
    result: BeadView;
  };
  'dependency/add': {
    params: {
      readonly bead: string;
      readonly dependsOn: string;
      readonly type?: string;
      readonly actor?: string;
    };
    result: Dependency;
  };
  'dependency/remove': {
    params: { readonly bead: string; readonly dependsOn: string; readonly actor?: string };
    result: Dependency;
  };
}
