import type { Bead } from '../server/domain/bead.ts';
import type { JournalEntry } from '../server/domain/journal.ts';
import { touchesOthers } from '../server/domain/readiness.ts';
import type { Collection, Records } from '../server/domain/records.ts';
import type { ConvoyBead } from '../server/protocol/convoy.ts';

/** What of the model has to be read again: lists, or the named ones of a list. */
export interface Stale {
  /** Rigs and the counts of the town. */
  rigs: boolean;
  polecats: boolean;
  crew: boolean;
  /** What needs a person. */
  attention: boolean;
  runtimes: boolean;
  convoys: 'all' | ReadonlySet<string>;
  /** By rig, '' for the town's own. */
  beads: 'all' | ReadonlySet<string>;
}

export const fresh: Stale = {
  rigs: false,
  polecats: false,
  crew: false,
  attention: false,
  runtimes: false,
  convoys: new Set(),
  beads: new Set(),
};

export const allStale: Stale = {
  rigs: true,
  polecats: true,
  crew: true,
  attention: true,
  runtimes: true,
  convoys: 'all',
  beads: 'all',
};

/** What the model has read so far. */
export interface Known {
  /** As it was last read; undefined where it is in no list. */
  bead(id: string): Bead | undefined;
  /** The ids of the convoys that hold such a bead. */
  convoysWith(test: (bead: ConvoyBead) => boolean): readonly string[];
  isPolecat(agent: string): boolean;
}

/**
 * What a committed transaction makes stale. A bead that is known and of which only its own texts are others makes nothing stale: it
 * comes whole with the change and can be put in place.
 */
export function staleAfter(entry: JournalEntry, known: Known): Stale {
  return entry.changes.map((change) => staleBy(change, known)).reduce(union, fresh);
}

export function union(a: Stale, b: Stale): Stale {
  return {
    rigs: a.rigs || b.rigs,
    polecats: a.polecats || b.polecats,
    crew: a.crew || b.crew,
    attention: a.attention || b.attention,
    runtimes: a.runtimes || b.runtimes,
    convoys: joined(a.convoys, b.convoys),
    beads: joined(a.beads, b.beads),
  };
}

export function isFresh({ convoys, beads, ...lists }: Stale): boolean {
  if (Object.values(lists).some((stale) => stale)) return false;
  return convoys !== 'all' && convoys.size === 0 && beads !== 'all' && beads.size === 0;
}

/** Whether the changed bead can be put in the place of the known one, since nothing else follows from the change. */
export function onlyItself(before: Bead | undefined, after: Bead | null): after is Bead {
  return (
    before !== undefined &&
    after !== null &&
    !touchesOthers(before, after) &&
    before.priority === after.priority &&
    before.rig === after.rig &&
    before.assignee === after.assignee
  );
}

type By = {
  readonly [C in Collection]: (id: string, record: Records[C] | null, known: Known) => Stale;
};

const by: By = {
  town: () => allStale,
  rigs: () => allStale,
  runtimes: () => allStale,
  beads: (id, record, known) => (onlyItself(known.bead(id), record) ? fresh : staleByBead(id, known)),
  dependencies: (_id, _record, known) => ({
    ...fresh,
    rigs: true,
    convoys: idsOf(known, isWaiting),
    beads: 'all',
  }),
  convoys: (id) => ({ ...fresh, convoys: new Set([id]) }),
  agents: (id, record, known) =>
    staleByWork(idsOf(known, (each) => each.agent === id || each.id === record?.bead)),
  workplaces: () => ({ ...fresh, crew: true }),
  sessions: (_id, record, known) => ({
    ...fresh,
    polecats: true,
    attention: true,
    crew: !record || !known.isPolecat(record.agent),
  }),
  mergeRequests: (id, record, known) =>
    staleByWork(idsOf(known, (each) => each.mergeRequest?.id === id || each.id === record?.bead)),
  intents: () => fresh,
  messages: (_id, record) => (record?.to === 'overseer' ? { ...fresh, attention: true } : fresh),
  handoffs: () => fresh,
  escalations: () => ({ ...fresh, attention: true }),
  archives: () => ({ ...fresh, rigs: true }),
  pluginRuns: () => ({ ...fresh, attention: true }),
  dispatches: () => ({ ...fresh, attention: true }),
  quotas: () => fresh,
  tries: () => ({ ...fresh, attention: true }),
  episodes: () => ({ ...fresh, polecats: true, attention: true }),
  destinations: () => fresh,
};

function staleBy<C extends Collection>(
  [collection, id, record]: readonly [C, string, Records[C] | null],
  known: Known,
): Stale {
  return by[collection](id, record, known);
}

function staleByBead(id: string, known: Known): Stale {
  const held = idsOf(known, (each) => each.id === id || isWaiting(each));
  return { ...fresh, rigs: true, polecats: true, attention: true, convoys: held, beads: 'all' };
}

function staleByWork(held: ReadonlySet<string>): Stale {
  return { ...fresh, rigs: true, polecats: true, attention: true, convoys: held };
}

function idsOf(known: Known, test: (bead: ConvoyBead) => boolean): ReadonlySet<string> {
  return new Set(known.convoysWith(test));
}

/** Its word may turn with another bead: from blocked to ready, or back. */
function isWaiting({ state }: ConvoyBead): boolean {
  return state === 'ready' || state === 'blocked' || state === 'open';
}

function joined(a: 'all' | ReadonlySet<string>, b: 'all' | ReadonlySet<string>): 'all' | ReadonlySet<string> {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}
