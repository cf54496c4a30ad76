import type { LastingRole } from './agent.ts';
import type { NotificationLevel } from './notificationLevel.ts';
import type { BeadId, RuntimeName, Timestamp } from './ids.ts';
import type { Rig } from './rig.ts';
import type { Scheduler } from './scheduler.ts';

/** A bead whose place, as its records tell it, is not what the town's own lists say. */
export interface Misplaced {
  readonly bead: BeadId;
  /** What disagrees, in one sentence. */
  readonly says: string;
  readonly since: Timestamp;
}

/** Where a rig had its repository: what the town keeps in it stays there. */
export type RemovedRig = Pick<Rig, 'id' | 'repository' | 'gitDirectory' | 'approvedConfiguration'>;

/** The one record `town`: who this town is, and its configuration. */
export interface Town {
  readonly id: 'town';
  readonly townId: string;
  readonly name: string;
  /** Where it was made. Rigs and polecats are recorded with paths in it. */
  readonly path?: string;
  readonly defaultRuntime: RuntimeName;
  /** Of crew and mayor, where they are not to run what a rig, or the town, says. */
  readonly roleRuntimes?: Readonly<Partial<Record<LastingRole, RuntimeName>>>;
  /** How many sessions may run in the whole town at once. */
  readonly maxSessions: number;
  /** Where a person says that the program of a runtime is, by the runtime's name. */
  readonly commands?: Readonly<Record<string, string>>;
  /** How many days what was removed can be brought back. Absent: `keepArchivesDays`. */
  readonly keepArchives?: number;
  /** SHA-256 of the content of each plugin of the town's folder that a person approved, by the plugin's name. */
  readonly approvedPlugins?: Readonly<Record<string, string>>;
  /** Of the person; absent: `normal`. */
  readonly notifications?: NotificationLevel;
  readonly scheduler?: Scheduler;
  /** Beads about whose place what the town keeps disagrees, by `placeCheck.ts`, for as long as it does. */
  readonly misplaced?: readonly Misplaced[];
  /** Rigs that were removed, the newest last; one for each repository. */
  readonly removedRigs?: readonly RemovedRig[];
  readonly createdAt: Timestamp;
}
