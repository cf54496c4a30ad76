import type { JournalEntry } from './journal.ts';

/** Who looks: a person sees everything, a session what is not the mail of others. */
interface Onlooker {
  readonly role: 'person' | 'session';
  readonly agent?: string;
}

/** The entry without what others have written to one another. The same entry where nothing of it is hidden. */
export function visibleTo({ role, agent }: Onlooker, entry: JournalEntry): JournalEntry {
  if (role === 'person') return entry;
  const changes = entry.changes.filter(
    ([collection, , record]) =>
      collection !== 'messages' || record === null || record.to === agent || record.from === agent,
  );
  return changes.length === entry.changes.length ? entry : { ...entry, changes };
}
