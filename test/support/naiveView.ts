import type { Bead } from '../../server/domain/bead.ts';
import type { Dispatch } from '../../server/domain/dispatch.ts';
import { isBlocked, isReady } from '../../server/domain/readiness.ts';
import { collections } from '../../server/domain/records.ts';
import type { Collection, Records } from '../../server/domain/records.ts';
import type { IndexedRecords, IndexName, View } from '../../server/domain/view.ts';

export type AnyRecord = Records[Collection];
export type RecordMaps = Record<Collection, Map<string, AnyRecord>>;

export function emptyRecords(): RecordMaps {
  return Object.fromEntries(collections.map((name) => [name, new Map<string, AnyRecord>()])) as RecordMaps;
}

/** What each index means, said as plainly as can be: which keys a record is under. */
const keys: {
  readonly [I in IndexName]: readonly [
    Collection,
    (record: IndexedRecords[I], view: View) => readonly string[],
  ];
} = {
  beadsByRig: ['beads', (bead) => [bead.rig ?? '']],
  beadsByStatus: ['beads', (bead) => [bead.status]],
  beadsByAssignee: ['beads', (bead) => (bead.assignee === undefined ? [] : [bead.assignee])],
  beadsReady: ['beads', (bead, view) => (isReady(view, bead) ? rigAndTown(bead) : [])],
  beadsBlocked: ['beads', (bead, view) => (isBlocked(view, bead) ? rigAndTown(bead) : [])],
  beadsOpen: ['beads', (bead) => (bead.status === 'closed' ? [] : rigAndTown(bead))],
  dependenciesOf: ['dependencies', (edge) => [edge.bead]],
  dependentsOf: ['dependencies', (edge) => [edge.dependsOn]],
  convoysByBead: ['convoys', (convoy) => convoy.beads],
  convoysByState: ['convoys', (convoy) => [convoy.state]],
  agentsByRig: ['agents', (agent) => [agent.rig]],
  agentsByBead: ['agents', (agent) => (agent.bead === undefined ? [] : [agent.bead])],
  sessionsByAgent: ['sessions', (session) => [session.agent]],
  agentsByState: ['agents', (agent) => [agent.state]],
  messagesByAgent: ['messages', (message) => [message.to]],
  escalationsByState: ['escalations', (escalation) => [escalation.state]],
  handoffsOf: ['handoffs', (handoff) => [handoff.bead ?? handoff.agent]],
  archivesByRig: ['archives', (archive) => [archive.rig]],
  archivesByBead: ['archives', (archive) => (archive.bead === undefined ? [] : [archive.bead])],
  archivesByAgent: ['archives', (archive) => [archive.agent]],
  pluginRunsByPlugin: ['pluginRuns', (run) => [run.plugin]],
  pluginTroubles: ['pluginRuns', (run) => (run.trouble ? [''] : [])],
  episodesByRig: ['episodes', (episode) => [episode.rig]],
  sessionsByState: ['sessions', (session) => [session.state]],
  sessionsByDay: ['sessions', (session) => [session.createdAt.slice(0, 10)]],
  sessionsByEndDay: ['sessions', ({ endedAt }) => (endedAt === undefined ? [] : [endedAt.slice(0, 10)])],
  sessionsKept: ['sessions', ({ kept }) => (kept && kept.goneAt === undefined ? [''] : [])],
  dispatchesByState: ['dispatches', (dispatch) => [dispatch.state]],
  mergeRequestsByBead: ['mergeRequests', (request) => [request.bead]],
  mergeRequestsByState: ['mergeRequests', (request) => [request.state]],
  mergeRequestsByRig: ['mergeRequests', (request) => [request.rig]],
  mergeRequestsByBlocker: ['mergeRequests', (request) => [request.blockedBy ?? []].flat()],
};

const indexNames = Object.keys(keys) as IndexName[];

/** A view that finds by looking at everything. */
function naiveView(records: RecordMaps): View {
  const view: View = {
    get: (collection, id) => records[collection].get(id) as never,
    all: (collection) => sorted([...records[collection].values()], byId) as never,
    find: (index, key, after) => {
      const [collection, keysOf] = keys[index];
      const found = [...records[collection].values()].filter((record) =>
        keysOf(record as never, view).includes(key),
      );
      const inOrder = sorted(found, orderOf(collection));
      return inOrder.slice(inOrder.findIndex(({ id }) => id === after) + 1) as never;
    },
    count: (index, key) => [...view.find(index, key)].length,
    lists: (index, key, id) => [...view.find(index, key)].some((record) => record.id === id),
  };
  return view;
}

/** Every index as `index key` → ids in their order. */
export function indexContents(records: RecordMaps): Map<string, string[]> {
  const view = naiveView(records);
  const contents = new Map<string, string[]>();
  for (const index of indexNames) {
    const [collection, keysOf] = keys[index];
    const inOrder = sorted([...records[collection].values()], orderOf(collection));
    for (const record of inOrder)
      for (const key of new Set(keysOf(record as never, view))) {
        const place = `${index} ${key}`;
        contents.set(place, [...(contents.get(place) ?? []), record.id]);
      }
  }
  return contents;
}

function rigAndTown(bead: Bead): string[] {
  return bead.rig === undefined ? [''] : [bead.rig, ''];
}

function sorted(records: AnyRecord[], order: (a: AnyRecord, b: AnyRecord) => number): AnyRecord[] {
  return records.toSorted(order);
}

function orderOf(collection: Collection): (a: AnyRecord, b: AnyRecord) => number {
  if (collection === 'dispatches') return byTurn;
  return collection === 'beads' ? byPriority : byAge;
}

function byTurn(a: AnyRecord, b: AnyRecord): number {
  const [one, other] = [a as Dispatch, b as Dispatch];
  return one.priority - other.priority || text(one.queuedAt, other.queuedAt) || byId(a, b);
}

function byPriority(a: AnyRecord, b: AnyRecord): number {
  const [one, other] = [a as Bead, b as Bead];
  return one.priority - other.priority || text(other.createdAt, one.createdAt) || byId(a, b);
}

function byAge(a: AnyRecord, b: AnyRecord): number {
  return text(ageOf(a), ageOf(b)) || byId(a, b);
}

function ageOf(record: AnyRecord): string {
  if ('submittedAt' in record) return record.submittedAt;
  return 'createdAt' in record ? record.createdAt : '';
}

function byId(a: AnyRecord, b: AnyRecord): number {
  return text(a.id, b.id);
}

function text(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
