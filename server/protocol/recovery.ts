import type { PolecatState } from '../domain/polecat.ts';

/** What stands against removing a polecat. Whatever it says, a removal archives first. */
export interface Recovery {
  readonly agent: string;
  readonly state: PolecatState;
  readonly branch: string;
  /**
   * `NEEDS_RECOVERY`: something in it is in no commit, or it runs. `NEEDS_MQ_SUBMIT`: its commits are neither landed nor submitted.
   * `SAFE_TO_NUKE`: neither.
   */
  readonly verdict: 'SAFE_TO_NUKE' | 'NEEDS_RECOVERY' | 'NEEDS_MQ_SUBMIT';
  /** Each a few words. */
  readonly evidence: readonly string[];
  readonly uncommitted: readonly string[];
  /** On its branch and not on the rig's. */
  readonly commits: number;
  /** On the rig's branch since it began. */
  readonly behind: number;
  readonly stashes: number;
  readonly running: boolean;
  readonly mergeRequest?: string;
  readonly landing?: string;
}

export interface RecoveryRequests {
  /** Any client: what would have to be recovered of one polecat, of a rig's, or of all. */
  'polecat/recovery': {
    params: { readonly agent?: string; readonly rig?: string };
    result: readonly Recovery[];
  };
  /** A person: delete the branches that polecats left when they went, as the town's records know them; each is in an archive first. */
  'polecat/gc': {
    params: { readonly rig?: string; readonly dryRun?: boolean };
    result: {
      readonly branches: readonly {
        readonly rig: string;
        readonly branch: string;
        readonly sha: string;
        readonly archive: string;
      }[];
    };
  };
}
