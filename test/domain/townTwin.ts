import type { Archive } from '../../server/domain/archive.ts';
import type { Bead } from '../../server/domain/bead.ts';
import type { Convoy } from '../../server/domain/convoy.ts';
import type { Dependency } from '../../server/domain/dependency.ts';
import type { Escalation } from '../../server/domain/escalation.ts';
import type { Handoff } from '../../server/domain/handoff.ts';
import type { Dispatch } from '../../server/domain/dispatch.ts';
import type { Episode } from '../../server/domain/episode.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { Message } from '../../server/domain/message.ts';
import type { PluginRun } from '../../server/domain/pluginRun.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import { isBlocked, isReady } from '../../server/domain/readiness.ts';
import { type Change, type Collection, collections, type Records } from '../../server/domain/records.ts';
import type { Session } from '../../server/domain/session.ts';
import type { Draft, IndexedRecords, IndexName } from '../../server/domain/view.ts';

/** A record of a state, and the collection it is in. */
export type GivenRecord = readonly [Collection, Records[Collection]];

type Stored = { [C in Collection]: Map<string, Records[C]> };
type Indexed = IndexedRecords[IndexName];
type Order = (a: Indexed, b: Indexed) => number;

/**
 * The in-memory twin of the store, for rules: the same View and Draft, whose indexes are worked out naively from all records. A twin
 * is a whole state; `transact` commits a rule's changes, or none of them where it throws.
 */
export class TownTwin implements Draft {
  /** Every change since the twin was made, in order. */
  readonly changes: Change[] = [];
  private stored: Stored;
  private readonly indexes = new Map<IndexName, Map<string, Indexed[]>>();

  constructor(records: Iterable<GivenRecord> = []) {
    this.stored = emptyStore();
    for (const [collection, record] of records) this.set(collection, record.id, record);
  }

  get<C extends Collection>(collection: C, id: string): Records[C] | undefined {
    return this.stored[collection].get(id);
  }

  all<C extends Collection>(collection: C): Iterable<Records[C]> {
    return this.stored[collection].values();
  }

  find<I extends IndexName>(index: I, key: string, after?: string): Iterable<IndexedRecords[I]> {
    const found = (this.index(index).get(key) ?? []) as IndexedRecords[I][];
    return found.slice(found.findIndex(({ id }) => id === after) + 1);
  }

  count(index: IndexName, key: string): number {
    return this.index(index).get(key)?.length ?? 0;
  }

  lists(index: IndexName, key: string, id: string): boolean {
    return (
      this.index(index)
        .get(key)
        ?.some((record) => record.id === id) ?? false
    );
  }

  put<C extends Collection>(collection: C, record: Records[C]): void {
    this.set(collection, record.id, record);
    this.changes.push([collection, record.id, structuredClone(record)] as Change);
  }

  remove(collection: Collection, id: string): void {
    this.set(collection, id, undefined);
    this.changes.push([collection, id, null] as Change);
  }

  transact<T>(rule: (draft: Draft) => T): T {
    const before = copyOf(this.stored);
    const length = this.changes.length;
    try {
      return rule(this);
    } catch (error) {
      this.stored = before;
      this.changes.length = length;
      this.indexes.clear();
      throw error;
    }
  }

  /** Everything, for comparing whole states. */
  snapshot(): unknown {
    return structuredClone(
      collections.map((collection) => [collection, [...this.stored[collection]].toSorted(byKey)]),
    );
  }

  private set(collection: Collection, id: string, record: Records[Collection] | undefined): void {
    const records = this.stored[collection] as Map<string, Records[Collection]>;
    if (record) records.set(id, record);
    else records.delete(id);
    this.indexes.clear();
  }

  private index(name: IndexName): Map<string, Indexed[]> {
    const present = this.indexes.get(name);
    if (present) return present;
    const built = new Map<string, Indexed[]>();
    const { from, keys, order } = definitions[name];
    for (const record of this.all(from)) {
      for (const key of keys(record as never, this)) {
        const under = built.get(key);
        if (under) under.push(record as Indexed);
        else built.set(key, [record as Indexed]);
      }
    }
    if (order) for (const under of built.values()) under.sort(order);
    this.indexes.set(name, built);
    return built;
  }
}

interface IndexDefinition {
  readonly from: Collection;
  readonly keys: (record: never, view: TownTwin) => readonly string[];
  readonly order?: Order;
}

const byUrgency: Order = (a, b) => {
  const [left, right] = [a as Bead, b as Bead];
  return (
    left.priority - right.priority ||
    right.createdAt.localeCompare(left.createdAt) ||
    (left.id < right.id ? -1 : Number(left.id > right.id))
  );
};

const byTurn: Order = (a, b) => {
  const [left, right] = [a as Dispatch, b as Dispatch];
  return (
    left.priority - right.priority ||
    left.queuedAt.localeCompare(right.queuedAt) ||
    (left.id < right.id ? -1 : Number(left.id > right.id))
  );
};

const everywhere = (record: Bead): string[] => [...new Set(['', record.rig ?? ''])];

const definitions: { readonly [I in IndexName]: IndexDefinition } = {
  beadsByRig: { from: 'beads', keys: (b: Bead) => [b.rig ?? ''] },
  beadsByStatus: { from: 'beads', keys: (b: Bead) => [b.status] },
  beadsByAssignee: { from: 'beads', keys: (b: Bead) => (b.assignee === undefined ? [] : [b.assignee]) },
  beadsReady: {
    from: 'beads',
    keys: (b: Bead, view) => (isReady(view, b) ? everywhere(b) : []),
    order: byUrgency,
  },
  beadsBlocked: {
    from: 'beads',
    keys: (b: Bead, view) => (isBlocked(view, b) ? everywhere(b) : []),
    order: byUrgency,
  },
  beadsOpen: {
    from: 'beads',
    keys: (b: Bead) => (b.status === 'closed' ? [] : everywhere(b)),
    order: byUrgency,
  },
  dependenciesOf: { from: 'dependencies', keys: (d: Dependency) => [d.bead] },
  dependentsOf: { from: 'dependencies', keys: (d: Dependency) => [d.dependsOn] },
  convoysByBead: { from: 'convoys', keys: (c: Convoy) => c.beads },
  convoysByState: { from: 'convoys', keys: (c: Convoy) => [c.state] },
  agentsByRig: { from: 'agents', keys: (p: Polecat) => [p.rig] },
  agentsByBead: { from: 'agents', keys: (p: Polecat) => (p.bead === undefined ? [] : [p.bead]) },
  agentsByState: { from: 'agents', keys: (p: Polecat) => [p.state] },
  handoffsOf: { from: 'handoffs', keys: (h: Handoff) => [h.bead ?? h.agent] },
  escalationsByState: { from: 'escalations', keys: (e: Escalation) => [e.state] },
  sessionsByAgent: { from: 'sessions', keys: (s: Session) => [s.agent] },
  sessionsByState: { from: 'sessions', keys: (s: Session) => [s.state] },
  sessionsKept: { from: 'sessions', keys: ({ kept }: Session) => (kept && !kept.goneAt ? [''] : []) },
  sessionsByDay: { from: 'sessions', keys: (s: Session) => [s.createdAt.slice(0, 10)] },
  sessionsByEndDay: {
    from: 'sessions',
    keys: ({ endedAt }: Session) => (endedAt === undefined ? [] : [endedAt.slice(0, 10)]),
  },
  dispatchesByState: { from: 'dispatches', keys: (d: Dispatch) => [d.state], order: byTurn },
  mergeRequestsByBead: { from: 'mergeRequests', keys: (m: MergeRequest) => [m.bead] },
  mergeRequestsByState: { from: 'mergeRequests', keys: (m: MergeRequest) => [m.state] },
  pluginRunsByPlugin: { from: 'pluginRuns', keys: (r: PluginRun) => [r.plugin] },
  pluginTroubles: { from: 'pluginRuns', keys: (r: PluginRun) => (r.trouble ? [''] : []) },
  messagesByAgent: { from: 'messages', keys: (m: Message) => [m.to] },
  archivesByRig: { from: 'archives', keys: (a: Archive) => [a.rig] },
  archivesByBead: { from: 'archives', keys: (a: Archive) => (a.bead === undefined ? [] : [a.bead]) },
  archivesByAgent: { from: 'archives', keys: (a: Archive) => [a.agent] },
  episodesByRig: { from: 'episodes', keys: (e: Episode) => [e.rig] },
  mergeRequestsByRig: { from: 'mergeRequests', keys: (m: MergeRequest) => [m.rig] },
  mergeRequestsByBlocker: { from: 'mergeRequests', keys: (m: MergeRequest) => [m.blockedBy ?? []].flat() },
};

function emptyStore(): Stored {
  return Object.fromEntries(collections.map((collection) => [collection, new Map()])) as unknown as Stored;
}

function copyOf(stored: Stored): Stored {
  return Object.fromEntries(
    collections.map((collection) => [collection, new Map<string, unknown>(stored[collection])]),
  ) as unknown as Stored;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
