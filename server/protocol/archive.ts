import type { Archive } from '../domain/archive.ts';

export interface ArchiveView {
  readonly archive: Archive;
  readonly runtimeLabel: string;
  /** Of its bead, where that is still there. */
  readonly title?: string;
}

export interface ArchiveRequests {
  /** Any client: what was removed and can be brought back, newest first. `refs`: also archives that only the repositories know, and the commits of crashed sessions. */
  'archive/list': {
    params: {
      readonly rig?: string;
      readonly bead?: string;
      readonly agent?: string;
      readonly limit?: number;
      readonly refs?: boolean;
    };
    result: {
      readonly archives: readonly ArchiveView[];
      readonly more: boolean;
      readonly refs: readonly {
        readonly rig: string;
        readonly ref: string;
        readonly sha: string;
        readonly at: string;
        /** Under `refs/gastown/crash/`: whose session ended without done, and with which bead. */
        readonly agent?: string;
        readonly bead?: string;
      }[];
    };
  };
  /**
   * A person: bring an archive back, named by its id, its bead, its agent, or (only with `to`) its ref. With `to` as a branch alone;
   * else as an agent in a fresh folder, under its own name or `as` another.
   */
  'archive/restore': {
    params: { readonly archive: string; readonly to?: string; readonly as?: string };
    result: {
      readonly archive?: Archive;
      readonly agent?: string;
      readonly worktree?: string;
      readonly branch: string;
      readonly sha: string;
      /** Its bead is on its hook again. */
      readonly hooked: boolean;
      /** What is not as it was. */
      readonly notes: readonly string[];
    };
  };
  /** A person: delete an archive for good. Refused with `unapproved` and what goes, until it is confirmed. */
  'archive/delete': {
    params: { readonly archive: string; readonly confirmed?: boolean };
    result: {
      readonly archive: string;
      readonly deleted: readonly { readonly ref: string; readonly sha: string }[];
    };
  };
}
