import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { FakeClock } from '../support/fakeClock.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';

const minute = 60_000;

interface Scene {
  readonly town: TestTown;
  readonly pass: (minutes: number) => Promise<void>;
  readonly attention: () => Promise<string[]>;
}

async function scene(
  t: TestContext,
  settings: Readonly<Record<string, readonly string[]>> = {},
): Promise<Scene> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, waits: { startMs: 30_000 } });
  await town.addRig({ settings: { remedy: ['restart'], ...settings } });
  return {
    town,
    pass: (minutes) => clock.pass(minutes * minute, () => town.settle()),
    attention: async () => {
      const { items } = await town.ask('attention/list', {});
      return items.map(({ subject, reason, action }) => `${subject} | ${reason} | ${action.command}`);
    },
  };
}

async function crash(agent: Agent, pass: Scene['pass'], code = 1): Promise<void> {
  await agent.exit({ end: 'failed', code });
  await agent.town.settle();
  await pass(6);
}

const failures = ({ town, bead }: Agent): number | undefined => town.view.get('tries', bead)?.failures;

describe('work that is begun and fails again and again', () => {
  test('is not begun a third time without a commit: a person is told with what it failed of, and begins it again', async (t) => {
    const { town, pass, attention } = await scene(t);
    const agent = await town.worker();
    await crash(agent, pass);
    await crash(agent, pass);
    assert.deepEqual([failures(agent), agent.polecat.state, await attention()], [2, 'working', []]);
    const { session } = agent.polecat;
    await crash(agent, pass, 7);
    await pass(120);
    assert.deepEqual([failures(agent), agent.polecat.session], [3, session]);
    const said = await town.ask('bead/explain', { bead: agent.bead });
    assert.deepEqual(
      [said.reason, said.place, said.next],
      ['breaker', 'attention', `gt scheduler retry ${agent.bead}`],
    );
    assert.match(said.sentence, /failed 3 times in a row without a commit .* code 7/);
    const [item = '', ...more] = await attention();
    assert.deepEqual(more, []);
    assert.match(item, /^be-auth \| be-auth failed 3 times .*code 7.* \| gt scheduler retry be-auth$/);
    assert.deepEqual(problemsOf(town), []);

    assert.equal((await town.ask('scheduler/status', {})).broken, 1);
    const again = await town.ask('scheduler/retry', { bead: agent.bead });
    assert.deepEqual([again.explanation.reason, again.dispatch], ['running', undefined]);
    assert.notEqual(agent.polecat.session, session);
    assert.deepEqual([failures(agent), await attention()], [undefined, []]);
    await crash(agent, pass);
    assert.deepEqual([failures(agent), agent.polecat.state], [1, 'working']);
    assert.deepEqual(problemsOf(town), []);
  });

  test('is counted from the beginning after a commit, and each run once', async (t) => {
    const { town, pass } = await scene(t, { tries: ['2'] });
    const agent = await town.worker();
    await crash(agent, pass);
    assert.equal(failures(agent), 1);
    agent.commit({ 'a.txt': 'a\n' });
    await crash(agent, pass);
    assert.deepEqual([failures(agent), agent.polecat.state], [0, 'working']);
    await crash(agent, pass);
    assert.deepEqual([failures(agent), agent.polecat.state], [1, 'working']);
    await town.ask('patrol/scan', {});
    await pass(10);
    assert.equal(failures(agent), 1);
    await crash(agent, pass);
    assert.deepEqual([failures(agent), agent.polecat.state], [2, 'failed']);
  });

  test('is not what a person stopped, nor a limit, nor a terminal that was closed', async (t) => {
    const { town, pass } = await scene(t);
    const agent = await town.worker();
    await town.ask('session/stop', { session: agent.polecat.session ?? '' });
    await pass(1);
    const other = await town.worker('Cache work');
    const log = town.view.get('sessions', other.polecat.session ?? '')?.log ?? '';
    town.host.output.set(log, ['429 Too Many Requests: rate limit exceeded']);
    await other.exit({ end: 'failed', code: 1 });
    await pass(1);
    assert.deepEqual([failures(agent), failures(other)], [undefined, undefined]);
  });

  test('is handed back without a commit: that counts too, and is over when the bead is closed', async (t) => {
    const { town, pass } = await scene(t, { tries: ['1'] });
    const agent = await town.worker();
    await agent.done({ status: 'deferred', message: 'I cannot.' });
    await agent.exit({ end: 'failed', code: 0 });
    await pass(1);
    assert.equal(failures(agent), 1);
    const said = await town.ask('bead/explain', { bead: agent.bead });
    assert.match(said.sentence, /failed once without a commit .*I cannot/);
    await town.ask('bead/close', { bead: agent.bead, force: true });
    await town.settle();
    assert.equal(failures(agent), undefined);
  });

  test('is not begun by an agent that slings it over and over, once nobody has it; by a person it is', async (t) => {
    const { town, pass, attention } = await scene(t, { tries: ['1'] });
    const agent = await town.worker();
    const other = await town.worker('Cache work');
    await crash(agent, pass);
    await town.ask('work/unsling', { bead: agent.bead });
    const byAgent = await town.ask('work/sling', { beads: [agent.bead] }, other.caller);
    assert.match(byAgent.refused[0]?.message ?? '', /failed once without a commit/);
    await town.ask('work/sling', { beads: [agent.bead], queue: true }, other.caller);
    const again = await town.sling(agent.bead);
    assert.equal(failures(again), undefined);
    assert.deepEqual(await attention(), []);
    assert.deepEqual(problemsOf(town), []);
  });

  test('or cannot even be started is begun by no agent, with a queue or without; by a person it is', async (t) => {
    const { town, pass } = await scene(t, { tries: ['2'], maxPolecats: ['2'] });
    const agent = await town.worker('Cache work');
    const bead = await town.bead('Auth work');
    town.host.fate = 'cannot-start';
    await town.ask('scheduler/pause', {});
    await town.configure('backend', 'maxPolecats', '1');
    await town.ask('work/sling', { beads: [bead], queue: true });
    await town.configure('backend', 'maxPolecats', '2');
    await town.ask('scheduler/resume', {});
    await town.settle();
    await pass(10);
    const state = (): string => {
      const { state: now = 'none', failures: many = 0 } = town.view.get('dispatches', bead) ?? {};
      return `${now} ${many}`;
    };
    assert.equal(state(), 'broken 2');
    for (const queue of [false, true])
      for (const maxPolecats of ['2', '1']) {
        await town.configure('backend', 'maxPolecats', maxPolecats);
        const { refused, queued } = await town.ask('work/sling', { beads: [bead], queue }, agent.caller);
        assert.equal(queued, undefined);
        assert.equal(refused.length, 1);
        if (queue || maxPolecats === '2')
          assert.match(refused[0]?.message ?? '', /could not be started 2 times: /);
        await town.settle();
        assert.equal(state(), 'broken 2');
      }
    await town.ask('work/sling', { beads: [bead], queue: true });
    assert.equal(state(), 'waiting 0');
    assert.deepEqual(problemsOf(town), []);
  });

  test('waits in the queue for a person, whoever put it there', async (t) => {
    const { town, pass, attention } = await scene(t, { tries: ['1'], maxPolecats: ['2'] });
    const agent = await town.worker();
    await crash(agent, pass);
    const mayor = { ...agent.caller, by: 'mayor' };
    await town.ask('work/unsling', { bead: agent.bead });
    const { convoy } = await town.ask('convoy/create', { title: 'All', beads: [agent.bead] });
    await town.ask('convoy/launch', { convoy: convoy.id });
    await town.settle();
    assert.equal(town.view.get('dispatches', agent.bead)?.state, 'broken');
    assert.match((await attention())[0] ?? '', /failed once without a commit/);
    await refusal('forbidden', town.ask('scheduler/retry', { bead: agent.bead }, mayor));
    await town.ask('scheduler/retry', { bead: agent.bead });
    await town.settle();
    assert.equal([...town.view.find('agentsByBead', agent.bead)].length, 1);
    await refusal('not-found', town.ask('scheduler/retry', { bead: agent.bead }));
    assert.deepEqual(problemsOf(town), []);
  });
});
