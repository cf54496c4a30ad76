import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { clearStopped } from '../../server/rpc/stopped.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { page, script, writePlugin } from '../support/plugins.ts';
import { eventually } from '../support/wait.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, targetOf, type TestRig, TestTown } from './support.ts';

const minute = 60_000;

interface Scene {
  readonly town: TestTown;
  readonly rig: TestRig;
  readonly agent: Agent;
  readonly request: () => {
    readonly state?: string;
    readonly failures?: number;
    readonly blockedBy?: string;
  };
  readonly pass: (minutes: number) => Promise<void>;
  readonly resume: () => Promise<void>;
}

/** A request that waits in a rig which lands by itself, and whose refinery is paused. */
async function waiting(t: TestContext): Promise<Scene> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  await town.ask('refinery/pause', { rig: rig.name });
  const agent = await town.worker();
  const id = await agent.submit();
  await town.settle();
  return {
    town,
    rig,
    agent,
    request: () => town.view.get('mergeRequests', id) ?? {},
    pass: (minutes) => clock.pass(minutes * minute, () => town.settle()),
    resume: async () => void (await town.ask('refinery/resume', { rig: rig.name })),
  };
}

/** A gate that says when it runs, and ends as it is told. */
function heldGate(town: TestTown): { readonly command: string[]; runs(): boolean; end(code: number): void } {
  const [began, end] = [join(town.folder, 'began'), join(town.folder, 'end')];
  const code = `const fs = require('fs');
fs.writeFileSync(${JSON.stringify(began)}, '');
setInterval(() => {
  if (fs.existsSync(${JSON.stringify(end)})) process.exit(Number(fs.readFileSync(${JSON.stringify(end)}, 'utf8') || 9));
}, 20);`;
  return {
    command: ['node', '-e', code],
    runs: () => existsSync(began),
    end: (exit) => writeFileSync(end, String(exit)),
  };
}

describe('while a town is stopped', () => {
  test('nothing lands, and all of it afterwards', async (t) => {
    const { town, rig, request, pass, resume } = await waiting(t);
    const before = targetOf(rig);
    await town.ask('town/down', { stop: true });
    await resume();
    await town.settle();
    await pass(180);
    assert.deepEqual([request().state, request().failures, targetOf(rig)], ['submitted', undefined, before]);
    const { id = '' } = [...town.view.all('mergeRequests')][0] ?? {};
    await refusal('unavailable', town.ask('mergeRequest/merge', { mergeRequest: id }));

    // A server that is started to look for what is left lands nothing either.
    await town.reopen();
    await town.settle();
    assert.equal(request().state, 'submitted');

    clearStopped(town.parts.paths);
    await town.reopen();
    await town.settle();
    assert.equal(request().state, 'verified');
    assert.deepEqual(problemsOf(town), []);
  });

  for (const [how, code] of [
    ['fails', 1],
    ['passes', 0],
  ] as const)
    test(`a gate that ${how} then has rejected nothing, and nothing is moved`, async (t) => {
      const { town, rig, request, resume } = await waiting(t);
      const before = targetOf(rig);
      const gate = heldGate(town);
      await town.configure('backend', 'gate.unit', ...gate.command);
      await resume();
      await eventually('the gate runs', () => gate.runs());
      await town.ask('town/down', { stop: true });
      gate.end(code);
      await town.settle();
      const { state, failures, blockedBy } = request();
      assert.deepEqual([state, failures, blockedBy], ['submitted', undefined, undefined]);
      assert.equal(targetOf(rig), before);
      assert.deepEqual(problemsOf(town), []);
      gate.end(0);
      clearStopped(town.parts.paths);
      await town.reopen();
      await town.settle();
      assert.equal(request().state, 'verified');
    });

  test('and of one whose end was refused, landing goes on', async (t) => {
    const { town, request, pass, resume } = await waiting(t);
    await town.worker('Cache work');
    await Promise.all([refusal('in-use', town.ask('town/down', {})), resume()]);
    await town.settle();
    await pass(2);
    assert.equal(request().state, 'verified');
    assert.deepEqual(problemsOf(town), []);
  });

  test('no periodic plugin runs, and it does afterwards', async (t) => {
    const clock = new FakeClock();
    const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
    await town.addRig();
    const book = join(town.folder, 'book');
    const folder = join(town.parts.paths.town, 'backend', 'plugins');
    const count = (): number => (existsSync(book) ? readFileSync(book, 'utf8').length : 0);
    writePlugin(folder, 'sweep/plugin.md', page('name = "sweep"\n[gate]\ntype = "cooldown"'));
    writePlugin(
      folder,
      'sweep/run.sh',
      script(`require('fs').appendFileSync(${JSON.stringify(book)}, 'x');`),
    );
    const { id, hash = '' } = await town.ask('plugin/get', { plugin: 'sweep' });
    await town.ask('plugin/approve', { plugin: id, hash });
    await town.settle();
    await clock.pass(minute, () => town.settle());
    assert.equal(count(), 1);
    await town.ask('town/down', { stop: true });
    await clock.pass(300 * minute, () => town.settle());
    assert.equal(count(), 1);
    await refusal('unavailable', town.ask('plugin/run', { plugin: id, force: true }));
    clearStopped(town.parts.paths);
    const next = new FakeClock(clock.now());
    await town.reopen({ now: next.date, sleep: next.sleep });
    await town.settle();
    await next.pass(minute, () => town.settle());
    assert.equal(count(), 2);
  });
});

/** A handoff in the midst of which something else is done. */
async function interruptedHandoff(
  t: TestContext,
  at: string,
  meanwhile: (town: TestTown) => Promise<unknown>,
): Promise<{ readonly town: TestTown; readonly agent: Agent; readonly refused: Promise<unknown> }> {
  let armed = false;
  const town: TestTown = await TestTown.open(t, {
    async checkpoint(step) {
      if (!armed || step !== at) return;
      armed = false;
      await meanwhile(town);
    },
  });
  await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'begun.txt': 'begun\n' });
  armed = true;
  const words = { text: 'the tests are left' };
  const given = town.ask('session/handoff', { agent: agent.id, words });
  return { town, agent, refused: given.catch((error: unknown) => error) };
}

describe('a handoff begins no session any more', () => {
  for (const at of ['handoff:stopped', 'handoff:noted', 'session:created'])
    test(`where its rig is stopped at ${at}; the next start has the packet`, async (t) => {
      const stop = (town: TestTown): Promise<unknown> =>
        town.ask('rig/move', { rigs: ['backend'], move: 'stop', force: true });
      const { town, agent, refused } = await interruptedHandoff(t, at, stop);
      const said = await refusal('parked', Promise.reject(await refused));
      assert.match(said.message, new RegExp(`kept with ${agent.bead}`));
      await town.settle();
      assert.equal(town.host.launched.size, 0);
      assert.equal(agent.polecat.state, 'interrupted');
      assert.equal(town.view.count('handoffsOf', agent.bead), 1);
      assert.deepEqual(problemsOf(town), []);

      const { done } = await town.ask('rig/move', { rigs: ['backend'], move: 'start' });
      assert.deepEqual([done[0]?.resumed, done[0]?.notes], [[agent.id], []]);
      assert.match((await town.ask('work/prime', {}, agent.caller)).text, /the tests are left/);
      assert.deepEqual(problemsOf(town), []);
    });

  for (const at of ['handoff:stopped', 'session:created'])
    test(`where the town is stopped at ${at}; the next start has the packet`, async (t) => {
      const stop = (town: TestTown): Promise<unknown> => town.ask('town/down', { stop: true });
      const { town, agent, refused } = await interruptedHandoff(t, at, stop);
      await refusal('unavailable', Promise.reject(await refused));
      await town.settle();
      assert.equal(town.host.launched.size, 0);
      clearStopped(town.parts.paths);
      await town.reopen();
      await town.settle();
      await town.ask('session/run', { agent: agent.id });
      assert.match((await town.ask('work/prime', {}, agent.caller)).text, /the tests are left/);
      assert.deepEqual(problemsOf(town), []);
    });

  test('and goes on where the rig is only parked, which lets polecats finish', async (t) => {
    const park = (town: TestTown): Promise<unknown> =>
      town.ask('rig/move', { rigs: ['backend'], move: 'park' });
    const { town, agent, refused } = await interruptedHandoff(t, 'handoff:noted', park);
    await refused;
    assert.equal(agent.polecat.state, 'working');
    assert.equal(town.host.launched.size, 1);
    assert.deepEqual(problemsOf(town), []);
  });
});
