import type { BeadId, Branded, RigName, Timestamp } from './ids.ts';
import type { PluginId, PluginStage } from './plugin.ts';

export type PluginRunId = Branded<'pluginRun'>;

/**
 * `approved`: a person approved this content. `success`, `failure`: it ran (of the execution `agent`: its bead was made). `skipped`: its
 * time had come, and something was in the way. `unapproved`: it would have been run, and nobody approved it as it is.
 */
export type PluginResult = 'approved' | 'success' | 'failure' | 'skipped' | 'unapproved';

/** What became of a plugin once. */
export interface PluginRun {
  readonly id: PluginRunId;
  readonly plugin: PluginId;
  /** The rig it was run for; absent: the town. */
  readonly rig?: RigName;
  /** Absent: it is a periodic one. */
  readonly stage?: PluginStage;
  /** Of the content that was run. */
  readonly hash: string;
  readonly result: PluginResult;
  readonly createdAt: Timestamp;
  readonly endedAt: Timestamp;
  readonly code?: number;
  readonly timedOut?: true;
  /** The last lines that it printed. */
  readonly output: readonly string[];
  /** One sentence, where the result does not say it all. */
  readonly reason?: string;
  /** What it was run for, or the bead that was made of it. */
  readonly bead?: BeadId;
  readonly branch?: string;
  readonly severity?: string;
  /** The town itself could not run it, and tries again. */
  readonly notRun?: true;
  /** A person is to look at it; at most one of a plugin, and none once it has succeeded or was approved. */
  readonly trouble?: true;
}
