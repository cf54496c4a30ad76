import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Agent, refusal, TestTown } from '../operations/support.ts';

/** The launcher of a polecat was killed, and its runtime goes on without it. */
async function orphan(t: TestContext): Promise<{ town: TestTown; agent: Agent; pid: number }> {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const { pid } = town.host.launchedOf(agent.caller.session ?? '');
  town.host.crash(agent.caller.session ?? '');
  town.host.alive.add(pid);
  await town.settle();
  assert.match(agent.polecat.reason ?? '', /still runs, without its terminal/);
  return { town, agent, pid };
}

test('a runtime without its launcher is ended before its worktree goes', async (t) => {
  const { town, agent, pid } = await orphan(t);
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.deepEqual(town.host.ended, [pid]);
});

test('gt down names a runtime without its launcher, and ends it with force', async (t) => {
  const { town, agent, pid } = await orphan(t);
  await refusal('in-use', town.ask('town/down', {}));
  assert.deepEqual(town.host.ended, []);
  assert.deepEqual(await town.ask('town/down', { force: true }), { ended: [agent.id] });
  assert.deepEqual(town.host.ended, [pid]);
});
