import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TownClient } from '../../server/rpc/client.ts';
import { randomOf } from '../support/random.ts';
import { connect } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { isAlive, openTerminal } from './terminal.ts';

/** The store alone is killed two hundred times (test/store/kill.test.ts); this is the whole town server, through its socket. */
const rounds = 10;
const callers = 4;

test('a town server that is killed among writers comes back with everything that it acknowledged', async (t) => {
  const seed = Date.now() % 100_000;
  const random = randomOf(seed);
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const made = new Set<string>();
  const closed = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    await terminal.must('gt', 'status');
    const clients = await Promise.all(Array.from({ length: callers }, () => connect(t, terminal)));
    const enough = 1 + random.below(120);
    let answers = 0;
    const pid = terminal.serverPid();
    assert.ok(pid !== undefined && isAlive(pid), 'a town server runs');
    const noted = (kept: Set<string>, id: string): void => {
      kept.add(id);
      answers += 1;
      if (answers === enough) process.kill(pid, 'SIGKILL');
    };
    await Promise.all(
      clients.map((client, index) => write(client, `${round}-${index}`, made, closed, noted)),
    );
  }
  await terminal.must('gt', 'status');
  const last = await connect(t, terminal);
  for (const id of made) {
    const { bead } = await last.request('bead/get', { bead: id });
    if (closed.has(id)) assert.equal(bead.status, 'closed', `${id} (seed ${seed})`);
  }
  assert.ok(made.size > rounds && closed.size > 0, `${made.size} made, ${closed.size} closed`);
});

/** Makes beads and closes every other one, until the connection is gone. */
async function write(
  client: TownClient,
  name: string,
  ...[made, closed, noted]: readonly [Set<string>, Set<string>, (kept: Set<string>, id: string) => void]
): Promise<void> {
  try {
    for (let count = 0; ; count += 1) {
      const { bead } = await client.request('bead/create', { title: 'Work', id: `hq-p${name}-${count}` });
      noted(made, bead.id);
      if (count % 2 === 0) continue;
      await client.request('bead/close', { bead: bead.id });
      noted(closed, bead.id);
    }
  } catch {
    client.close();
  }
}
