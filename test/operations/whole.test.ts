import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { filesAt, targetOf, TestTown } from './support.ts';

for (const kind of ['path', 'url'] as const) {
  test(`sling, done and land over a ${kind}`, async (t) => {
    const town = await TestTown.open(t);
    const rig = await town.addRig({ kind });
    const agent = await town.worker();
    assert.equal(agent.bead, 'be-auth');
    assert.equal(agent.polecat.state, 'working');
    assert.equal(town.status('be-auth'), 'hooked');

    const request = await agent.submit({ 'auth.txt': 'done\n' });
    assert.equal(agent.polecat.state, 'done');
    const { mergeRequest } = await town.ask('mergeRequest/merge', { mergeRequest: request });
    assert.equal(mergeRequest.state, 'verified');
    assert.equal(mergeRequest.landed, targetOf(rig));
    assert.deepEqual(filesAt(rig), ['README.md', 'auth.txt']);
    assert.equal(town.status('be-auth'), 'closed');

    await town.settle();
    assert.ok(agent.isGone);
    assert.ok(!existsSync(agent.worktree));
  });
}
