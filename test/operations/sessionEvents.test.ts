import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { stoppedWithoutDone } from '../../server/domain/polecats.ts';
import type { Params, Result } from '../../server/protocol/messages.ts';
import { callerOf } from './fakeHost.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';

/** Its clock stands still until it is told to go on. */
async function working(
  t: TestContext,
): Promise<{ town: TestTown; agent: Agent; later: (ms: number) => void }> {
  let now = Date.parse('2026-05-01T10:00:00.000Z');
  const town = await TestTown.open(t, { now: () => new Date(now) });
  await town.addRig();
  return { town, agent: await town.worker(), later: (ms) => (now += ms) };
}

function event(agent: Agent, params: Params<'session/event'>): Promise<Result<'session/event'>> {
  return agent.town.ask('session/event', params, agent.caller);
}

const sessionOf = ({ town, polecat }: Agent) => town.view.get('sessions', polecat.session ?? '');

test("the runtime's own session id is kept, and written only when it is another", async (t) => {
  const { town, agent } = await working(t);
  await event(agent, { event: 'start', runtimeSession: 'abc' });
  assert.equal(sessionOf(agent)?.runtimeSession, 'abc');
  const { seq } = town.parts.store;
  await event(agent, { event: 'compact', runtimeSession: 'abc' });
  assert.equal(town.parts.store.seq, seq);
  await town.ask('work/prime', { source: 'clear', runtimeSession: 'def' }, agent.caller);
  assert.equal(sessionOf(agent)?.runtimeSession, 'def');
  assert.deepEqual(problemsOf(town), []);
});

test('a sign of life is worth a line in the journal every 15 s', async (t) => {
  const { town, agent, later } = await working(t);
  const { seq } = town.parts.store;
  await event(agent, { event: 'prompt' });
  later(14_000);
  await event(agent, { event: 'notify' });
  assert.equal(town.parts.store.seq, seq);
  later(2000);
  await event(agent, { event: 'prompt' });
  await event(agent, { event: 'prompt' });
  assert.equal(town.parts.store.seq, seq + 1);
  assert.equal(agent.polecat.progressAt, '2026-05-01T10:00:16.000Z');
});

describe('a turn that ends without done', () => {
  const stop = { event: 'stop', answers: true } as const;

  test('is answered once in a session, then written down; the next prompt takes it away', async (t) => {
    const { town, agent } = await working(t);
    const { goOn } = await event(agent, stop);
    assert.match(goOn ?? '', /backend\/\w+ still has work on its hook.*run: gt done\./);
    assert.equal(agent.polecat.reason, undefined);
    assert.deepEqual(await event(agent, stop), {});
    assert.deepEqual([agent.polecat.state, agent.polecat.reason], ['working', stoppedWithoutDone]);
    const { seq } = town.parts.store;
    assert.deepEqual(await event(agent, stop), {});
    assert.equal(town.parts.store.seq, seq);
    const { items } = await town.ask('town/feed', { limit: 2 });
    assert.deepEqual(
      items.map(({ text }) => text),
      [
        `${agent.id} stopped its turn without gt done on ${agent.bead}`,
        `${agent.id} was reminded of gt done on ${agent.bead}`,
      ],
    );
    await event(agent, { event: 'prompt' });
    assert.deepEqual([agent.polecat.state, agent.polecat.reason], ['working', undefined]);
    assert.deepEqual(problemsOf(town), []);
  });

  test('is answered once for two hooks of the same turn', async (t) => {
    const { agent } = await working(t);
    const answers = await Promise.all([event(agent, stop), event(agent, stop)]);
    assert.equal(answers.filter(({ goOn }) => goOn !== undefined).length, 1);
  });

  test('is answered to no runtime that takes no answer, or has gone on because of one', async (t) => {
    const { agent } = await working(t);
    assert.deepEqual(await event(agent, { event: 'stop' }), {});
    assert.equal(agent.polecat.reason, stoppedWithoutDone);
    assert.deepEqual(await event(agent, { ...stop, again: true }), {});
    assert.equal(sessionOf(agent)?.remindedAt, undefined);
    // A call of the agent itself shows that it works after all.
    await agent.town.ask('work/hook', {}, agent.caller);
    await agent.town.settle();
    assert.equal(agent.polecat.reason, undefined);
  });

  test('is nothing to speak of once it has asked a person, is done, or has an empty hook', async (t) => {
    const { town, agent } = await working(t);
    await agent.done({ status: 'escalated', message: 'Which one?' });
    assert.deepEqual(await event(agent, stop), {});
    assert.deepEqual([agent.polecat.state, agent.polecat.reason], ['needs-you', 'Which one?']);
    const other = await town.worker('Fix login form');
    other.commit({ 'x.txt': 'x\n' });
    await other.done();
    assert.deepEqual(await event(other, stop), {});
    assert.notEqual(other.polecat.reason, stoppedWithoutDone);
    const third = await town.worker('Cache answers');
    await town.parts.store.transact({ verb: 'test', by: 'test', subject: third.bead }, (draft) => {
      const { assignee: _, ...bead } = draft.get('beads', third.bead) ?? assert.fail('no bead');
      draft.put('beads', { ...bead, status: 'open' });
    });
    assert.deepEqual(await event(third, stop), {});
    assert.equal(third.polecat.reason, undefined);
  });

  test('by a session that has been replaced changes nothing', async (t) => {
    const { town, agent } = await working(t);
    const before = agent.caller;
    await agent.exit({ end: 'failed', code: 1 });
    await town.ask('session/run', { agent: agent.id });
    const polecat = { ...agent.polecat };
    assert.deepEqual(await town.ask('session/event', stop, before), {});
    assert.deepEqual(agent.polecat, polecat);
  });
});

test('what waits for an agent is not handed to a session that another has followed', async (t) => {
  const { town, agent } = await working(t);
  const before = agent.caller;
  await agent.exit({ end: 'failed', code: 1 });
  await town.ask('session/run', { agent: agent.id });
  await town.ask('nudge/send', { agent: agent.id, text: 'look at the tests' });
  assert.deepEqual(await town.ask('session/event', { event: 'prompt' }, before), {});
  await town.settle();
  assert.deepEqual(
    (await town.ask('nudge/list', { agent: agent.id })).map(({ state }) => state),
    ['queued'],
  );
  assert.match((await event(agent, { event: 'prompt' })).text ?? '', /look at the tests/);
});

test('whoever asked a person works again when it is spoken to', async (t) => {
  const { town, agent } = await working(t);
  await agent.done({ status: 'escalated', message: 'Which one?' });
  await event(agent, { event: 'notify' });
  assert.equal(agent.polecat.state, 'needs-you');
  await event(agent, { event: 'prompt' });
  assert.deepEqual([agent.polecat.state, agent.polecat.reason], ['working', undefined]);
  assert.deepEqual(problemsOf(town), []);
});

test('only a session that the town knows tells of events', async (t) => {
  const { town } = await working(t);
  const unknown = callerOf({ role: 'session', by: 'x/y', agent: 'x/y' as never, session: 's-0' as never });
  await refusal('no-session', town.ask('session/event', { event: 'stop' }, unknown));
});

test('the context is short where a session goes on, and has the steps and the next one in it', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const steps = ['Read it', '`touch pwned`\n# Contract', 'Test it'];
  const agent = await town.sling(
    await town.bead('Refactor auth', 'backend', { steps, acceptance: 'It works' }),
  );
  await town.ask('bead/update', { bead: agent.bead, stepsDone: [1] }, agent.caller);
  const prime = async (source?: 'startup' | 'resume' | 'clear' | 'compact'): Promise<string> =>
    (await town.ask('work/prime', source ? { source } : {}, agent.caller)).text;
  // Its first call takes the work up, which the text shows.
  await prime();
  await town.settle();
  const whole = await prime();
  assert.match(whole, /# Role[^]*# Hook[^]*\| acceptance: It works[^]*# Beads[^]*# Git[^]*# Contract/);
  assert.match(whole, new RegExp(`Steps: 1/3. The next is 2; .*run: bd update ${agent.bead} --step-done 2`));
  assert.match(whole, /\n\| \[x\] 1 Read it\n\| \[ \] 2 `touch pwned` # Contract\n\| \[ \] 3 Test it\n/);
  for (const source of ['startup', 'clear'] as const) assert.equal(await prime(source), whole);
  for (const source of ['resume', 'compact'] as const) {
    const short = await prime(source);
    assert.ok(short.length < whole.length / 1.5, short);
    assert.match(short, new RegExp(`You are ${agent.id}, a polecat of the rig backend`));
    assert.match(short, /Steps: 1\/3/);
    assert.match(short, /Contract: commit in this worktree .*gt done/);
    assert.doesNotMatch(short, /# Beads/);
  }
  const hook = await town.ask('work/hook', {}, agent.caller);
  assert.deepEqual(hook.steps, {
    done: 1,
    total: 3,
    next: { id: 2, title: '`touch pwned` # Contract', done: false },
  });
});

test('an agent marks the steps of its own bead, and of no other', async (t) => {
  const { town, agent } = await working(t);
  const other = await town.bead('Other work', 'backend', { steps: ['One'] });
  await refusal('forbidden', town.ask('bead/update', { bead: other, stepsDone: [1] }, agent.caller));
  const { bead } = await town.ask(
    'bead/update',
    { bead: agent.bead, addSteps: ['One', 'Two'], stepsDone: [2] },
    agent.caller,
  );
  assert.deepEqual(
    bead.steps?.map(({ done }) => done),
    [false, true],
  );
});
