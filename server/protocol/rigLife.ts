import type { RigState } from '../domain/rig.ts';
import type { RefusalData } from './hello.ts';
import type { RigSummary } from './rig.ts';
import type { MergeRequestDetail } from './mergeQueue.ts';
import type { PolecatDetail } from './work.ts';

/**
 * `park`: its polecats finish, and it takes no work. `stop`: the same, and the sessions end; work and hooks stay. `dock`: as stop, until
 * undocked. `start`: it takes work again, and those that were stopped go on.
 */
export type RigMove = 'start' | 'stop' | 'restart' | 'park' | 'unpark' | 'dock' | 'undock';

/** What became of one rig. */
export interface RigActed {
  readonly rig: string;
  readonly state: RigState;
  /** Agents whose sessions were ended. */
  readonly ended: readonly string[];
  readonly resumed: readonly string[];
  /** Polecats that are running now. */
  readonly working: readonly string[];
  readonly removed: readonly {
    readonly agent: string;
    readonly archive: string;
    readonly archiveId: string;
  }[];
  /** Polecats that a reset could not remove, and why: they are as they were, or ended. Absent: there is none. */
  readonly kept?: readonly { readonly agent: string; readonly why: string; readonly next?: string }[];
  readonly notes: readonly string[];
}

interface Acted {
  readonly done: readonly RigActed[];
  readonly refused: readonly {
    readonly rig: string;
    readonly message: string;
    readonly refusal: RefusalData;
  }[];
}

export interface RigLifeRequests {
  /** A person: park, stop or start rigs. Each stands alone. Ending sessions is refused over uncommitted work without `force`. */
  'rig/move': {
    params: { readonly rigs: readonly string[]; readonly move: RigMove; readonly force?: boolean };
    result: Acted;
  };
  /**
   * A person: archive and remove all polecats of rigs; with `stale`, `mail` or `handoff` only that. Refused while any runs, or waits to land, without
   * `force`; one that cannot go is in `kept`, and stops no other. `role` (`polecat`, `crew`): only of theirs, with `mail` or `handoff`.
   */
  'rig/reset': {
    params: {
      readonly rigs: readonly string[];
      readonly force?: boolean;
      readonly dryRun?: boolean;
      readonly stale?: boolean;
      readonly mail?: boolean;
      readonly handoff?: boolean;
      readonly role?: string;
    };
    result: Acted;
  };
  /** A rig with its polecats, its queue, and how much is archived; with `disk` what its worktrees take. */
  'rig/status': {
    params: { readonly rig: string; readonly disk?: boolean };
    result: {
      readonly summary: RigSummary;
      readonly polecats: readonly PolecatDetail[];
      readonly queue: readonly MergeRequestDetail[];
      readonly archives: number;
      readonly disk?: readonly {
        readonly agent: string;
        readonly worktree: string;
        readonly bytes: number;
      }[];
    };
  };
}
