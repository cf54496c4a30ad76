import type { JournalEntry } from '../domain/journal.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Town } from '../domain/town.ts';
import type { ProtocolVersion } from './version.ts';

export interface TownStatus {
  readonly townId: string;
  readonly name: string;
  readonly path: string;
  readonly version: string;
  readonly protocol: ProtocolVersion;
  readonly pid: number;
  readonly startedAt: Timestamp;
  readonly seq: number;
  /** Why nothing can be written, where that is so. */
  readonly readOnly?: string;
  readonly rigs: number;
  readonly beads: { readonly open: number; readonly ready: number; readonly blocked: number };
  readonly convoys: { readonly open: number };
  readonly polecats: { readonly working: number; readonly needYou: number; readonly total: number };
  readonly mergeRequests: { readonly waiting: number };
  readonly sessions: number;
  /** How many things need a person; absent: an older town server. */
  readonly attention?: number;
  readonly editors: number;
}

/** A process that belongs to the town, by the record of its session or of its run. */
export type TownProcess = SessionProcess | ProgramProcess;

interface SessionProcess {
  readonly pid: number;
  readonly what: 'runtime' | 'launcher';
  readonly session: string;
  readonly agent: string;
}

/** A gate, a plugin, gh. */
interface ProgramProcess {
  readonly pid: number;
  readonly what: 'program';
  /** In words: `the gate lint`. */
  readonly name: string;
}

/** One line for people, made from a journal entry. */
export interface FeedItem {
  readonly seq: number;
  readonly at: Timestamp;
  readonly by: string;
  readonly verb: string;
  readonly subject?: string;
  readonly text: string;
  /** How many entries are told in this line; absent: one. */
  readonly count?: number;
  /** What they are about, the oldest first, where it is not the same. */
  readonly subjects?: readonly string[];
}

export interface FeedParams {
  readonly limit?: number;
  /** Entries before this number: the `next` of a page. */
  readonly before?: number;
  /** Entries after this number, in place of a page. */
  readonly after?: number;
  /** With `after`: where there is none yet, wait a while for it. */
  readonly wait?: boolean;
  /** Not older than this. */
  readonly since?: Timestamp;
  /** Verbs, the nouns before their slash, or what the field calls them: `sling`, `merged`, `session_end`. */
  readonly types?: readonly string[];
  readonly rig?: string;
  readonly agent?: string;
  readonly bead?: string;
  readonly convoy?: string;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  readonly more: boolean;
  /** What to give as `before` for the page behind this one. */
  readonly next?: number;
  /** With `after`: the entry that was looked at last, to go on behind. */
  readonly seq?: number;
}

export interface TownRequests {
  /** Any client: how the town stands. */
  'town/status': { params: Record<string, never>; result: TownStatus };
  /** Any client: the town's configuration. */
  'town/get': { params: Record<string, never>; result: Town };
  /** A person: change one key of it. `words` as typed: `["codex"]`. */
  'town/configure': {
    params: { readonly key: string; readonly words: readonly string[] };
    result: Town;
  };
  /**
   * A client that shows state: from now on it gets `town/changed`. With `since`, the entries after it come in the answer; where they
   * are no longer at hand (or too many) `resync` is true and the client reads its lists again.
   */
  'town/subscribe': {
    params: { readonly since?: number };
    result: { readonly seq: number; readonly entries: readonly JournalEntry[]; readonly resync: boolean };
  };
  /** Any client: what happened, newest first; several slings within half a minute as one line. */
  'town/feed': { params: FeedParams; result: FeedPage };
  /**
   * A person: end the sessions (with `force`; refused while any runs without it), write the snapshot, leave. With `stop` everything of
   * the town's ends, which is looked at afterwards, and the town stays stopped until a person starts it.
   */
  'town/down': {
    params: { readonly force?: boolean; readonly stop?: boolean };
    result: {
      readonly ended: readonly string[];
      /** What still runs though it was to end. */
      readonly left?: readonly TownProcess[];
    };
  };
  /** A client of a newer product: write the snapshot and leave; sessions go on, their launchers come back to the next server. */
  'town/retire': { params: { readonly version: string }; result: { readonly seq: number } };
}
