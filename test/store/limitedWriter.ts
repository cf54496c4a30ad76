/** Writes beads into the town of its first argument until it is refused, and tells what it had been promised and what it still sees. */
import { Refusal } from '../../server/domain/refusal.ts';
import { openStore } from '../../server/store/store.ts';
import { bead } from '../support/beads.ts';

const store = await openStore({ directory: process.argv[2] ?? '', now: () => new Date() });
const acknowledged: string[] = [];
for (;;) {
  const id = `b-${acknowledged.length}`;
  try {
    await store.transact({ verb: 'bead/create', by: 'me' }, (draft) =>
      draft.put('beads', bead({ id, notes: 'x'.repeat(200) })),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const readable = Array.from(store.view.all('beads'), (one) => one.id);
    process.stdout.write(
      JSON.stringify({ acknowledged, code: error.code, message: error.message, readable }),
    );
    break;
  }
  acknowledged.push(id);
}
