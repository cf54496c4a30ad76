import type { Bead } from '../domain/bead.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Collection, Records } from '../domain/records.ts';
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
  agentsByRig: 'agents',
  agentsByBead: 'agents',
  sessionsByAgent: 'sessions',
  sessionsByState: 'sessions',
  mergeRequestsByBead: 'mergeRequests',
  mergeRequestsByState: 'mergeRequests',
  mergeRequestsByRig: 'mergeRequests',
} as const satisfies Record<IndexName, Collection>;

export const indexNames = Object.keys(collectionOf) as IndexName[];

const placesByCollection: { readonly [C in Collection]?: (record: Records[C]) => readonly Place[] } = {
  beads: placesOfBead,
  dependencies: (edge) => [
    ['dependenciesOf', edge.bead],
    ['dependentsOf', edge.dependsOn],
  ],
  convoys: (convoy) => Array.from(new Set(convoy.beads), (bead): Place => ['convoysByBead', bead]),
  agents: (agent) => [
    ['agentsByRig', agent.rig],
    ['agentsByBead', agent.bead],
  ],
  sessions: (session) => [
    ['sessionsByAgent', session.agent],
    ['sessionsByState', session.state],
  ],
  mergeRequests: (request) => [
    ['mergeRequestsByBead', request.bead],
    ['mergeRequestsByState', request.state],
    ['mergeRequestsByRig', request.rig],
  ],
};

/** Where a record stands by what it says itself; `beadsReady` and `beadsBlocked`, which depend on others, are not among them. */
export function placesOf<C extends Collection>(collection: C, record: Records[C]): readonly Place[] {
  return placesByCollection[collection]?.(record) ?? [];
}

/** The keys of the indexes that are kept for each rig and for the whole town. */
export function rigKeys(bead: Bead): readonly string[] {
  return bead.rig === undefined ? [''] : [bead.rig, ''];
}

const ranks: { readonly [C in Collection]?: (record: Records[C]) => string } = {
  beads: (bead) => newestFirst(bead.priority, bead.createdAt) + bead.id,
  dependencies: (edge) => oldestFirst(edge.createdAt) + edge.id,
  convoys: (convoy) => oldestFirst(convoy.createdAt) + convoy.id,
  agents: (agent) => oldestFirst(agent.createdAt) + agent.id,
  sessions: (session) => oldestFirst(session.createdAt) + session.id,
  mergeRequests: (request) => oldestFirst(request.submittedAt) + request.id,
};

/**
 * Its place under every key of its collection's indexes, in the order of UTF-16 code units: beads by priority, newest first, id; all
 * others oldest first, id.
 */
export function rankOf<C extends Collection>(collection: C, record: Records[C]): string {
  return ranks[collection]?.(record) ?? record.id;
}

function newestFirst(priority: number, at: Timestamp): string {
  return String.fromCharCode(priority) + digits(latest - milliseconds(at));
}

function oldestFirst(at: Timestamp): string {
  return digits(milliseconds(at));
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
