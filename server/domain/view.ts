import type { Archive } from './archive.ts';
import type { Bead } from './bead.ts';
import type { Convoy } from './convoy.ts';
import type { Dependency } from './dependency.ts';
import type { Escalation } from './escalation.ts';
import type { Handoff } from './handoff.ts';
import type { Dispatch } from './dispatch.ts';
import type { Episode } from './episode.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { Message } from './message.ts';
import type { PluginRun } from './pluginRun.ts';
import type { Polecat } from './polecat.ts';
import type { Collection, Records } from './records.ts';
import type { Session } from './session.ts';

/** What each index is over. Keys are plain strings; '' is the key of an index over the whole town. */
export interface IndexedRecords {
  /** By rig name, '' for those without a rig. */
  beadsByRig: Bead;
  beadsByStatus: Bead;
  beadsByAssignee: Bead;
  /** Beads that could be worked now, by rig name and under ''; by priority, newest first, id. */
  beadsReady: Bead;
  /** Open beads that wait for another, by rig name and under ''; same order. */
  beadsBlocked: Bead;
  /** Every bead that is not closed, by rig name and under ''; same order. */
  beadsOpen: Bead;
  /** Edges that leave the bead. */
  dependenciesOf: Dependency;
  /** Edges that point at the bead. */
  dependentsOf: Dependency;
  convoysByBead: Convoy;
  convoysByState: Convoy;
  agentsByRig: Polecat;
  agentsByBead: Polecat;
  agentsByState: Polecat;
  sessionsByAgent: Session;
  sessionsByState: Session;
  /** By the day (UTC) that they were made, as `2026-05-01`. */
  sessionsByDay: Session;
  /** By the day (UTC) that they ended. */
  sessionsByEndDay: Session;
  /** Those whose commits a crash ref still keeps, all under ''. */
  sessionsKept: Session;
  mergeRequestsByBead: MergeRequest;
  mergeRequestsByState: MergeRequest;
  mergeRequestsByRig: MergeRequest;
  /** By the bead that must close before they land. */
  mergeRequestsByBlocker: MergeRequest;
  messagesByAgent: Message;
  escalationsByState: Escalation;
  /** By bead, or by agent for those without one. */
  handoffsOf: Handoff;
  archivesByRig: Archive;
  archivesByBead: Archive;
  archivesByAgent: Archive;
  pluginRunsByPlugin: PluginRun;
  /** Those that a person is to look at, all under ''. */
  pluginTroubles: PluginRun;
  /** By priority, then oldest first: the order they are started in. */
  dispatchesByState: Dispatch;
  episodesByRig: Episode;
}

export type IndexName = keyof IndexedRecords;

/** What a rule may look at. */
export interface View {
  get<C extends Collection>(collection: C, id: string): Records[C] | undefined;
  all<C extends Collection>(collection: C): Iterable<Records[C]>;
  /**
   * The records under one key of an index, in the index's order. With `after`, the id of any record of the collection: only those
   * that come behind its place, found without walking to it. Where there is no such record, all of them.
   */
  find<I extends IndexName>(index: I, key: string, after?: string): Iterable<IndexedRecords[I]>;
  /** How many records are under the key, without walking them. */
  count(index: IndexName, key: string): number;
  /** Whether the record stands under the key, found without walking to it. */
  lists(index: IndexName, key: string, id: string): boolean;
}

/** A view that takes changes: an overlay, committed whole or not at all. */
export interface Draft extends View {
  put<C extends Collection>(collection: C, record: Records[C]): void;
  remove(collection: Collection, id: string): void;
}
