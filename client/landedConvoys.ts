import type { JournalEntry } from '../server/domain/journal.ts';
import { displayText } from '../server/domain/text.ts';
import { run } from './commandNames.ts';
import { inform } from './messages.ts';

/** Says of each convoy that it has landed, once: the town tells of it in one entry of its own. */
export function tellLanded({ verb, changes }: JournalEntry): void {
  if (verb !== 'convoy/landed') return;
  for (const [collection, , convoy] of changes) {
    if (collection !== 'convoys' || convoy?.state !== 'landed') continue;
    const title = displayText(convoy.title, 80);
    inform(`The convoy "${title}" has landed, all ${convoy.beads.length} beads of it.`, {
      label: 'Copy ID',
      run: () => run('copyId', { kind: 'convoy', convoy: convoy.id }),
    });
  }
}
