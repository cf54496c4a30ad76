import type { LastingRole } from './agent.ts';
import type { RuntimeName, Timestamp } from './ids.ts';
import type { Scheduler } from './scheduler.ts';

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
  readonly scheduler?: Scheduler;
  readonly createdAt: Timestamp;
}
