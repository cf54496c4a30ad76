import type { BeadId, Timestamp } from './ids.ts';

/** `bead` depends on `dependsOn` (for `parent-child`: child on parent). At most one edge for an ordered pair. */
export interface Dependency {
  /** `BEAD DEPENDS_ON`: the pair, joined by one space. */
  readonly id: string;
  readonly bead: BeadId;
  readonly dependsOn: BeadId;
  /** `blocks`, `conditional-blocks`, `waits-for`, `parent-child`, `related`, `discovered-from` … */
  readonly type: string;
  /** A string holding JSON, as beads keeps it. */
  readonly metadata?: string;
  readonly createdAt: Timestamp;
  readonly createdBy: string;
}
