import type { RigName, Timestamp } from '../domain/ids.ts';
import type { PluginId } from '../domain/plugin.ts';
import type { PluginRun } from '../domain/pluginRun.ts';

/** `changed`: it was approved, and is another now. `missing`: it was approved, and is not there. `bad`: it can be read as no plugin. */
export type PluginState = 'approved' | 'unapproved' | 'changed' | 'missing' | 'bad';

/** A plugin as it is now. */
export interface PluginView {
  readonly id: PluginId;
  readonly name: string;
  /** Absent: the town's own. */
  readonly rig?: RigName;
  readonly state: PluginState;
  readonly title?: string;
  readonly description?: string;
  readonly file: string;
  /** Absent: there is nothing that could be run. */
  readonly hash?: string;
  /** When it is run, in words. */
  readonly when?: string;
  /** What is run, as words of a command. */
  readonly runs?: readonly string[];
  readonly timeoutMs?: number;
  /** Why it is bad, and on which line. */
  readonly problem?: string;
  readonly line?: number;
  readonly lastRun?: PluginRun;
  /** Of a periodic one that is approved. */
  readonly nextAt?: Timestamp;
}

/** What a person reads before approving it. */
export interface PluginDetail extends PluginView {
  /** Every file of it, with the first of its lines. */
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly head: readonly string[];
    readonly more: number;
  }[];
}

export interface PluginRunAnswer {
  readonly plugin: PluginView;
  readonly ran: boolean;
  /** Why it was not run, or what would have been. */
  readonly reason?: string;
  readonly run?: PluginRun;
  readonly instructions?: string;
}

interface Named {
  /** Its id, its name, or the part of it that only one has. */
  readonly plugin: string;
  /** Only of that rig. */
  readonly rig?: string;
}

export interface PluginRequests {
  /** Of the town and all rigs, or of the town and one. */
  'plugin/list': { params: { readonly rig?: string }; result: readonly PluginView[] };
  'plugin/get': { params: Named; result: PluginDetail };
  /** A person: it is run from now on, as it is. Refused with `stale` where it is not what has this hash. */
  'plugin/approve': { params: Named & { readonly hash: string }; result: PluginView };
  /** A person: it is not run any more, and nothing waits for it. */
  'plugin/revoke': { params: Named; result: PluginView };
  /** A person: run a periodic one now, where its gate is open, or with `force`. */
  'plugin/run': {
    params: Named & { readonly force?: boolean; readonly dryRun?: boolean };
    result: PluginRunAnswer;
  };
  /** Newest first. */
  'plugin/history': {
    params: Named & { readonly limit?: number };
    result: { readonly plugin: PluginView; readonly runs: readonly PluginRun[] };
  };
}
