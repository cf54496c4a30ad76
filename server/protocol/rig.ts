import type { RigName, RuntimeName, Timestamp } from '../domain/ids.ts';
import type { HostKind } from '../domain/session.ts';
import type { Rig } from '../domain/rig.ts';

export interface RigSummary {
  readonly rig: Rig;
  readonly runtimeLabel: string;
  /** The session host that would be used now, and why it is none where none could. */
  readonly sessionHost: HostKind | 'none';
  readonly polecats: { readonly working: number; readonly needYou: number; readonly total: number };
  /** Merge requests that have not landed. */
  readonly queue: number;
  readonly openBeads: number;
  /** How many removed agents can be brought back. Absent: none. */
  readonly archives?: number;
  /** For people: the runtime's program is missing, the rig may not be merged automatically … */
  readonly warnings: readonly string[];
  /** What a change leaves as it was: running polecats keep their runtime. */
  readonly notes?: readonly string[];
}

/** A key of the repository's configuration that names a program. */
export interface UnapprovedKey {
  readonly key: string;
  readonly value: string;
  readonly scope: string;
}

export interface RigCreateParams {
  readonly name: string;
  /** A URL, or an absolute path. */
  readonly repository: string;
  readonly runtime?: string;
  readonly prefix?: string;
  readonly branch?: string;
  /** Approve the program-naming configuration that has this hash. */
  readonly approve?: string;
}

/** What a polecat of a rig is told at its start. */
export interface RigPrompt {
  readonly rig: RigName;
  readonly runtime: RuntimeName;
  readonly runtimeLabel: string;
  /** The next name of its pool. */
  readonly agent: string;
  readonly bead: string;
  /** No bead is ready: the id stands for any. */
  readonly example: boolean;
  /** Absent: the runtime takes none. */
  readonly systemPrompt?: string;
  /** How, in words that follow "given". */
  readonly systemPromptGiven: string;
  /** Absent: the runtime takes none. */
  readonly prompt?: string;
}

export interface RigRequests {
  /** A person: clone or adopt a repository as a rig. Refused with `unapproved` and the keys where its configuration names programs. */
  'rig/create': { params: RigCreateParams; result: RigSummary };
  'rig/get': { params: { readonly rig: string }; result: RigSummary };
  /** Any client: what a polecat there would be told. */
  'rig/prompt': { params: { readonly rig: string }; result: RigPrompt };
  'rig/list': { params: Record<string, never>; result: readonly RigSummary[] };
  /**
   * A person: change one key. `words` as typed: `["codex"]`, or an argument vector for `check`. What gives something a free hand is
   * refused with `unapproved`, a sentence that says what it means and the fact `confirm`; `confirmed` says that a person read it.
   */
  'rig/configure': {
    params: {
      readonly rig: string;
      readonly key: string;
      readonly words: readonly string[];
      readonly confirmed?: boolean;
    };
    result: RigSummary;
  };
  /** A person: approve the program-naming configuration, or the setup command, that has this hash, as shown by the refusal. */
  'rig/approve': {
    params: { readonly rig: string; readonly hash: string };
    result: { readonly rig: Rig; readonly keys: readonly UnapprovedKey[] };
  };
  /** A person: forget the rig. Refused while polecats or merge requests live; its folder is only deleted with `deleteClone`. */
  'rig/remove': {
    params: { readonly rig: string; readonly deleteClone?: boolean };
    result: { readonly rig: RigName; readonly kept?: string; readonly removedAt: Timestamp };
  };
}
