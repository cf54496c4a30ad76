import type { Bead } from './bead.ts';
import type { JournalEntry } from './journal.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { Polecat } from './polecat.ts';
import type { Collection, Records } from './records.ts';
import type { Session } from './session.ts';

/** What one polecat did with one bead, as the journal tells it. */
export interface Watched {
  readonly entries: readonly JournalEntry[];
  readonly bead: string;
  readonly agent: string;
  readonly session: string;
}

/** By a call of the agent's own: reading the hook, or claiming. */
export function entryThatBegan({ entries, bead, agent }: Watched): JournalEntry | undefined {
  return entries.find(
    (entry) =>
      entry.by === agent && recordsOf(entry, 'beads', bead).some(({ status }) => status === 'in_progress'),
  );
}

/** Of the agent itself, on its own bead. */
export function updateBy({ entries, bead, agent }: Watched): JournalEntry | undefined {
  return entries.find(
    ({ by, verb, subject }) =>
      by === agent && subject === bead && (verb === 'bead/update' || verb === 'bead/claim'),
  );
}

export const beadOf = (watched: Watched): Bead | undefined => newest(watched, 'beads', watched.bead);

export const sessionOf = (watched: Watched): Session | undefined =>
  newest(watched, 'sessions', watched.session);

/** As it last was, also where it was removed since. */
export const polecatOf = (watched: Watched): Polecat | undefined => newest(watched, 'agents', watched.agent);

export const isEnded = (watched: Watched): boolean => sessionOf(watched)?.state === 'ended';

/** The newest of the bead. */
export function requestOf({ entries, bead }: Watched): MergeRequest | undefined {
  const all = entries.flatMap((entry) => recordsOf(entry, 'mergeRequests'));
  return all.findLast((request) => request.bead === bead);
}

function newest<C extends Collection>(
  { entries }: Watched,
  collection: C,
  id: string,
): Records[C] | undefined {
  for (const entry of entries.toReversed()) {
    const [record] = recordsOf(entry, collection, id);
    if (record) return record;
  }
  return undefined;
}

function recordsOf<C extends Collection>(entry: JournalEntry, collection: C, id?: string): Records[C][] {
  return entry.changes.flatMap(([name, key, record]) =>
    name === collection && record !== null && (id === undefined || key === id) ? [record as Records[C]] : [],
  );
}

/** `bead/update by contract/nux at 12:00:03 UTC`, the time as the journal has it. */
export function told({ verb, by, at }: JournalEntry): string {
  return `${verb} by ${by} at ${at.slice(11, 19)} UTC`;
}
