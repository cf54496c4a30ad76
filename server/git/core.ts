import type { Rig } from '../domain/rig.ts';
import type { Execute } from './execute.ts';
import type { Queue } from './queue.ts';

/** A rig is one. `gitDirectory` is the common git directory: the bare clone, or the `.git` of the user's repository. */
export type Repository = Pick<Rig, 'gitDirectory' | 'repository'> & {
  readonly approvedConfiguration?: string | undefined;
};

/** What every call of this folder works with. */
export type Core = {
  readonly execute: Execute;
  readonly queue: Queue;
  /** Asked once: `2.39.5`. */
  readonly version: () => Promise<string>;
  /** Configurations found harmless or approved during the call under way, by folder. */
  readonly checked: Map<string, Promise<void>>;
  /** Where git runs while there is no repository yet. */
  readonly emptyHooksDirectory: string;
};
