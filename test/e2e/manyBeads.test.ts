import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model } from '../../client/model.ts';
import { BeadRows } from '../../client/views/beads.ts';
import { RowTree } from '../../client/views/tree.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { connect } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { openTerminal } from './terminal.ts';

const many = 5000;
const bars = { treeMs: 300, changeMs: 50 };
/** A busy machine is slow at times; one of these must be quick. */
const tries = 10;

test('of 5,000 beads the tree is there in 300 ms, and a change is made and told of in 50', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const client = await connect(t, terminal);
  const numbers = Array.from({ length: many }, (_, index) => index);
  const create = (index: number): Promise<unknown> =>
    client.request('bead/create', { title: `Part ${index}`, rig: 'backend', id: `be-p${index}` });
  await Promise.all(numbers.map(create));

  const read = await quickest(async () => {
    const { tree, rows, close } = await openTree(client);
    const [group] = await tree.getChildren();
    assert.equal(group && tree.getTreeItem(group).description, `${many} open`);
    await tree.getChildren(group);
    const [row] = rows.rows() ?? [];
    assert.ok(row && (rows.rows(row)?.length ?? 0) > 100);
    close();
  });
  assert.ok(read < bars.treeMs, `the tree took ${read} ms`);

  await client.request('town/subscribe', {});
  let told: (title: string) => void = () => undefined;
  client.onNotification('town/changed', ({ changes }) => {
    for (const [collection, , record] of changes)
      if (collection === 'beads' && record && 'title' in record) told(record.title);
  });
  let count = 0;
  const changed = await quickest(async () => {
    count += 1;
    const title = `Title ${count}`;
    const heard = new Promise<void>((resolve) => {
      told = (each) => void (each === title && resolve());
    });
    await client.request('bead/update', { bead: `be-p${many / 2}`, title });
    await heard;
  });
  assert.ok(changed < bars.changeMs, `a change took ${changed} ms`);
});

async function openTree(client: TownClient) {
  const model = new Model(
    (method, params) => client.request(method, params),
    () => undefined,
  );
  await model.refresh();
  const rows = new BeadRows(model);
  return { rows, tree: new RowTree(rows), close: () => model.dispose() };
}

async function quickest(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < tries; count += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}
