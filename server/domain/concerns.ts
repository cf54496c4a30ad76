import type { JournalEntry } from './journal.ts';
import type { Collection } from './records.ts';

/** Collections whose ids are words of people: beads, agents, convoys, rigs, merge requests. */
const named: ReadonlySet<Collection> = new Set([
  'beads',
  'agents',
  'workplaces',
  'convoys',
  'mergeRequests',
  'rigs',
]);

/** Fields of records that name another. */
const naming = ['bead', 'agent', 'rig', 'dependsOn', 'to'] as const;

/** Every id that an entry is about: what was done to whom, by whom, and whatever the changed records belong to. */
export function idsIn({ by, subject, changes }: JournalEntry): ReadonlySet<string> {
  const ids = new Set<string>();
  if (subject !== undefined) ids.add(subject);
  // Of people and the town there is too much to be worth a list.
  if (by.includes('/')) ids.add(by);
  for (const [collection, id, record] of changes) {
    if (named.has(collection)) ids.add(id);
    if (record === null) continue;
    const fields = record as unknown as Readonly<Record<string, unknown>>;
    for (const field of naming) {
      const value = fields[field];
      if (typeof value === 'string') ids.add(value);
    }
  }
  return ids;
}
