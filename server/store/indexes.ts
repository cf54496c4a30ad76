import type { Bead } from '../domain/bead.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Collection, Records } from '../domain/records.ts';
import type { Session } from '../domain/session.ts';
import type { IndexName } from '../domain/view.ts';

/** An index, and the key under which a record stands in it. */
export type Place = readonly [index: IndexName, key: string];

export const collectionOf = {
  beadsByRig: 'beads',
  beadsByStatus: 'beads',
  beadsByAssignee: 'beads',
  beadsReady: 'beads',
  beadsBlocked: 'beads',
  beadsOpen: 'beads',
  dependenciesOf: 'dependencies',
  dependentsOf: 'dependencies',
  convoysByBead: 'convoys',
  convoysByState: 'convoys',
  agentsByRig: 'agents',
  agentsByBead: 'agents',
  agentsByState: 'agents',
  sessionsByAgent: 'sessions',
  sessionsByState: 'sessions',
  sessionsByDay: 'sessions',
  sessionsByEndDay: 'sessions',
  sessionsKept: 'sessions',
  mergeRequestsByBead: 'mergeRequests',
  mergeRequestsByState: 'mergeRequests',
  mergeRequestsByRig: 'mergeRequests',
  mergeRequestsByBlocker: 'mergeRequests',
  messagesByAgent: 'messages',
  escalationsByState: 'escalations',
  handoffsOf: 'handoffs',
  archivesByRig: 'archives',
  archivesByBead: 'archives',
  archivesByAgent: 'archives',
  pluginRunsByPlugin: 'pluginRuns',
  pluginTroubles: 'pluginRuns',
  dispatchesByState: 'dispatches',
  episodesByRig: 'episodes',
} as const satisfies Record<IndexName, Collection>;

export const indexNames = Object.keys(collectionOf) as IndexName[];

const placesByCollection: { readonly [C in Collection]?: (record: Records[C]) => readonly Place[] } = {
  beads: placesOfBead,
  dependencies: (edge) => [
    ['dependenciesOf', edge.bead],
    ['dependentsOf', edge.dependsOn],
  ],
  convoys: (convoy) => [
    ['convoysByState', convoy.state],
    ...Array.from(new Set(convoy.beads), (bead): Place => ['convoysByBead', bead]),
  ],
  agents: ({ rig, bead, state }) => [
    ['agentsByRig', rig],
    ['agentsByState', state],
    ...(bead === undefined ? [] : [['agentsByBead', bead] as const]),
  ],
  sessions: (session) => [
    ['sessionsByAgent', session.agent],
    ['sessionsByState', session.state],
    ['sessionsByDay', session.createdAt.slice(0, 10)],
    ...(session.endedAt === undefined ? [] : [['sessionsByEndDay', session.endedAt.slice(0, 10)] as const]),
    ...(isKept(session) ? [['sessionsKept', ''] as const] : []),
  ],
  mergeRequests: (request) => [
    ['mergeRequestsByBead', request.bead],
    ['mergeRequestsByState', request.state],
    ['mergeRequestsByRig', request.rig],
    ...(request.blockedBy === undefined ? [] : [['mergeRequestsByBlocker', request.blockedBy] as const]),
  ],
  messages: (message) => [['messagesByAgent', message.to]],
  escalations: (escalation) => [['escalationsByState', escalation.state]],
  handoffs: (handoff) => [['handoffsOf', handoff.bead ?? handoff.agent]],
  archives: ({ rig, bead, agent }) => [
    ['archivesByRig', rig],
    ['archivesByAgent', agent],
    ...(bead === undefined ? [] : [['archivesByBead', bead] as const]),
  ],
  pluginRuns: (run) => [
    ['pluginRunsByPlugin', run.plugin],
    ...(run.trouble ? [['pluginTroubles', ''] as const] : []),
  ],
  dispatches: ({ state }) => [['dispatchesByState', state]],
  episodes: ({ rig }) => [['episodesByRig', rig]],
};

const isKept = ({ kept }: Session): boolean => kept !== undefined && kept.goneAt === undefined;

/** Where a record stands by what it says itself; `beadsReady` and `beadsBlocked`, which depend on others, are not among them. */
export function placesOf<C extends Collection>(collection: C, record: Records[C]): readonly Place[] {
  return placesByCollection[collection]?.(record) ?? [];
}

/** The keys of the indexes that are kept for each rig and for the whole town. */
export function rigKeys(bead: Bead): readonly string[] {
  return bead.rig === undefined ? [''] : [bead.rig, ''];
}

/** What is sorted by: first the major number, then the minor one, then the id. */
export interface Order {
  readonly major: number;
  readonly minor: number;
}

const orders: { readonly [C in Collection]?: (record: Records[C]) => Order } = {
  beads: (bead) => ({ major: bead.priority, minor: latest - milliseconds(bead.createdAt) }),
  dependencies: (edge) => oldestFirst(edge.createdAt),
  convoys: (convoy) => oldestFirst(convoy.createdAt),
  agents: (agent) => oldestFirst(agent.createdAt),
  sessions: (session) => oldestFirst(session.createdAt),
  mergeRequests: (request) => oldestFirst(request.submittedAt),
  messages: (message) => oldestFirst(message.createdAt),
  escalations: (escalation) => oldestFirst(escalation.createdAt),
  handoffs: (handoff) => oldestFirst(handoff.at),
  archives: (archive) => oldestFirst(archive.at),
  pluginRuns: (run) => oldestFirst(run.createdAt),
  dispatches: ({ priority, queuedAt }) => ({ major: priority, minor: milliseconds(queuedAt) }),
};

const unordered: Order = { major: 0, minor: 0 };

/** Under every key of its collection's indexes: beads by priority, newest first, id; dispatches by priority, oldest first, id; all others oldest first, id. */
export function orderOf<C extends Collection>(collection: C, record: Records[C]): Order {
  return orders[collection]?.(record) ?? unordered;
}

/** The order as text: sorted by UTF-16 code units it is the same order. */
export function rankText({ major, minor }: Order, id: string): string {
  return String.fromCharCode(major) + digits(minor) + id;
}

export function rankOf<C extends Collection>(collection: C, record: Records[C]): string {
  return rankText(orderOf(collection, record), record.id);
}

function oldestFirst(at: Timestamp): Order {
  return { major: 0, minor: milliseconds(at) };
}

/** The last moment that dates can tell; four digits hold it. */
const latest = 8.64e15;

function milliseconds(at: Timestamp): number {
  return Math.min(latest, Math.max(0, Date.parse(at) || 0));
}

const base = 2 ** 14;

/** Four code units for any time, so that the order as text is that of the numbers, in a quarter of the time that base 36 takes. */
function digits(value: number): string {
  const high = Math.floor(value / base ** 2);
  const low = value % base ** 2;
  return String.fromCharCode(Math.floor(high / base), high % base, Math.floor(low / base), low % base);
}

function placesOfBead(bead: Bead): Place[] {
  const places: Place[] = [
    ['beadsByRig', bead.rig ?? ''],
    ['beadsByStatus', bead.status],
  ];
  if (bead.assignee !== undefined) places.push(['beadsByAssignee', bead.assignee]);
  if (bead.status !== 'closed') for (const key of rigKeys(bead)) places.push(['beadsOpen', key]);
  return places;
}
