/**
 * Writes into the town of its first argument until it is killed: each transaction puts a bead of its own and counts it in another one.
 * What is acknowledged goes to the standard output at once. The second argument goes into the beads' names.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../server/store/store.ts';
import { bead } from '../support/beads.ts';

const [directory = '', round = ''] = process.argv.slice(2);
const store = await openStore({ directory, now: () => new Date(), segmentBytes: 6_000, snapshotEvery: 12 });
let made = 0;

async function write(): Promise<never> {
  for (;;) {
    const id = `b-${round}-${made++}`;
    const { seq } = await store.transact({ verb: 'bead/create', by: 'me', subject: id }, (draft) => {
      draft.put('beads', bead({ id, notes: 'x'.repeat(made % 300) }));
      draft.put(
        'beads',
        bead({ id: 'count', notes: String(Number(draft.get('beads', 'count')?.notes ?? '0') + 1) }),
      );
    });
    writeSync(1, `${seq} ${id}\n`);
  }
}

writeSync(1, 'ready\n');
await Promise.all([write(), write(), write(), write()]);
