import type { JournalEntry } from './journal.ts';
import type { Message } from './message.ts';

/** Who looks: a person sees everything, a session what is not the mail of others. */
interface Onlooker {
  readonly role: 'person' | 'session';
  readonly agent?: string;
}

/** Whether a message is the onlooker's business: to it, from it, or said in a channel. */
export function maySee({ role, agent }: Onlooker, { to, from }: Pick<Message, 'to' | 'from'>): boolean {
  return role === 'person' || to === agent || from === agent || to.startsWith('channel:');
}

/** The entry without what others have written to one another. The same entry where nothing of it is hidden. */
export function visibleTo(onlooker: Onlooker, entry: JournalEntry): JournalEntry {
  if (onlooker.role === 'person') return entry;
  const changes = entry.changes.filter(
    ([collection, , record]) => collection !== 'messages' || record === null || maySee(onlooker, record),
  );
  return changes.length === entry.changes.length ? entry : { ...entry, changes };
}
