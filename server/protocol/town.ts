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

/** One line for people, made from a journal entry. */
export interface FeedItem {
  readonly seq: number;
  readonly at: Timestamp;
  readonly by: string;
  readonly verb: string;
  readonly subject?: string;
  readonly text: string;
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
  /** Any client: what happened, newest first. */
  'town/feed': {
    params: { readonly limit?: number; readonly before?: number };
    result: { readonly items: readonly FeedItem[]; readonly more: boolean };
  };
  /** A person: end the sessions (with `force`; refused while any runs without it), write the snapshot, leave. */
  'town/down': {
    params: { readonly force?: boolean };
    result: { readonly ended: readonly string[] };
  };
  /** A client of a newer product: write the snapshot and leave; sessions go on, their launchers come back to the next server. */
  'town/retire': { params: { readonly version: string }; result: { readonly seq: number } };
}
