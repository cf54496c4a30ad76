import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Timestamp } from '../../server/domain/ids.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { problemsOf } from './invariants.ts';
import { Agent, TestTown } from './support.ts';

const minute = 60_000;

interface Timed {
  readonly town: TestTown;
  readonly clock: FakeClock;
  readonly pass: (minutes: number) => Promise<void>;
}

async function timedTown(t: Parameters<typeof TestTown.open>[0]): Promise<Timed> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, {
    now: clock.date,
    sleep: clock.sleep,
    // A machine with much to do is no start that fails.
    waits: { startMs: 30_000 },
  });
  return { town, clock, pass: (minutes) => clock.pass(minutes * minute, () => town.settle()) };
}

/** The beads that polecats have, in the order they were started. */
function worked(town: TestTown): string[] {
  return [...town.view.all('agents')]
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
    .flatMap(({ bead }) => bead ?? []);
}

function agentOn(town: TestTown, bead: string): Agent {
  const [polecat] = town.view.find('agentsByBead', bead);
  assert.ok(polecat, `nobody has ${bead}`);
  return new Agent(town, { ...polecat, agent: polecat.id } as never);
}

/** Nothing to land: the bead is closed and its polecat gone. */
async function finish(town: TestTown, bead: string): Promise<void> {
  const agent = agentOn(town, bead);
  await agent.done({ noChanges: true });
  await agent.exit({ end: 'done' });
  await town.settle();
}

async function queue(town: TestTown, beads: readonly string[]): Promise<string[]> {
  const { queued = [], refused } = await town.ask('work/sling', { beads, queue: true });
  assert.deepEqual(refused, []);
  return queued.map(({ bead }) => bead);
}

async function explained(town: TestTown, bead: string): Promise<string> {
  const { reason } = await town.ask('bead/explain', { bead });
  return reason;
}

describe('the queue of slings', () => {
  test('takes what finds no place, and starts it as places get free: urgent ones first, then the oldest', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig({ settings: { maxPolecats: ['1'] } });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    assert.equal((await town.refusedSling(second)).code, 'capacity');
    assert.deepEqual(await queue(town, [second]), [second]);
    await pass(1);
    const urgent = await town.bead('Leak work', 'backend', { priority: 0 });
    assert.deepEqual(await queue(town, [urgent]), [urgent]);
    assert.deepEqual(await queue(town, [second]), [second], 'once more: as it is');
    assert.equal([...town.view.all('dispatches')].length, 2);
    assert.equal(await explained(town, second), 'capacity');

    await finish(town, first);
    assert.deepEqual(worked(town), [urgent]);
    await finish(town, urgent);
    assert.deepEqual(worked(town), [second]);
    assert.deepEqual([...town.view.all('dispatches')], []);
    assert.deepEqual(problemsOf(town), []);
  });

  test('that cannot take one bead says so of it, and of what was slung beside it', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { maxPolecats: ['1'] } });
    await town.addRig({ name: 'frontend' });
    const dead = await town.worker('Auth work');
    await dead.exit({ end: 'failed', code: 1 });
    await town.settle();
    await town.worker('Docs work');
    const page = await town.bead('Page work', 'frontend');
    const wish = { beads: [page, dead.bead], force: true, queue: true };
    const { slung, refused, queued } = await town.ask('work/sling', wish);
    assert.deepEqual([slung.map(({ bead }) => bead), queued], [[page], undefined]);
    const [only] = refused;
    assert.deepEqual([refused.length, only?.bead, only?.refusal.code], [1, dead.bead, 'held']);
    assert.match(only?.message ?? '', /1 of 1 polecats work .* is on the hook of backend/);
    assert.match(
      only?.refusal.next ?? '',
      new RegExp(`gt session run ${dead.id} .*gt sling ${dead.bead} --queue`),
    );
    assert.equal(dead.isGone, false, 'its work is where it was');
    assert.deepEqual(problemsOf(town), []);
  });

  test('with scheduler auto every sling that finds no place is queued, and what is blocked is refused as ever', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { maxPolecats: ['1'] } });
    await town.ask('town/configure', { key: 'scheduler', words: ['auto'] });
    const [first, second, third] = [
      await town.bead('Auth work'),
      await town.bead('Cache work'),
      await town.bead('Docs work'),
    ];
    await town.ask('dependency/add', { bead: third, dependsOn: first });
    const { slung, queued, refused } = await town.ask('work/sling', { beads: [first] });
    assert.deepEqual([slung.length, queued, refused], [1, undefined, []]);
    const next = await town.ask('work/sling', { beads: [second, third] });
    assert.deepEqual(
      next.queued?.map(({ bead }) => bead),
      [second],
    );
    assert.deepEqual(
      next.refused.map(({ refusal }) => refusal.code),
      ['blocked'],
    );
  });

  test('what is blocked waits in it for what blocks it', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig();
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.ask('dependency/add', { bead: second, dependsOn: first });
    assert.deepEqual(await queue(town, [second]), [second]);
    assert.equal(await explained(town, second), 'blocked');
    await town.sling(first);
    await town.settle();
    assert.deepEqual(worked(town), [first]);
    await finish(town, first);
    assert.deepEqual(worked(town), [second]);
  });

  test('starts so many at once, and waits between one batch and the next', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    for (const [key, word] of [
      ['scheduler.batch_size', '2'],
      ['scheduler.spawn_delay', '120s'],
    ] as const)
      await town.ask('town/configure', { key, words: [word] });
    const beads: string[] = [];
    for (const what of ['Auth', 'Cache', 'Docs', 'Login', 'Search'])
      beads.push(await town.bead(`${what} work`));
    assert.deepEqual(await queue(town, beads), beads);
    assert.equal(await explained(town, beads[0] ?? ''), 'parked');
    await town.configure('backend', 'state', 'active');
    await town.settle();
    assert.equal(worked(town).length, 2, JSON.stringify([[...town.view.all('dispatches')], town.log]));
    await pass(1);
    assert.equal(worked(town).length, 2);
    await pass(1);
    assert.equal(worked(town).length, 4);
    await pass(2);
    assert.equal(worked(town).length, 5);
  });

  test('a start that fails is tried again after longer and longer, and not a fourth time until a person says so', async (t) => {
    const { town, clock, pass } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const bead = await town.bead('Auth work');
    await queue(town, [bead]);
    town.host.fate = 'cannot-start';
    await town.configure('backend', 'state', 'active');
    await town.settle();
    const dispatch = () => town.view.get('dispatches', bead);
    assert.deepEqual([dispatch()?.failures, dispatch()?.state], [1, 'waiting']);
    assert.equal(dispatch()?.notBefore, '2026-11-26T08:01:00.000Z');
    assert.equal(await explained(town, bead), 'pausing');
    await pass(1);
    assert.deepEqual([dispatch()?.failures, clock.now()], [2, '2026-11-26T08:01:00.000Z']);
    await pass(2);
    assert.deepEqual([dispatch()?.failures, dispatch()?.state], [3, 'broken']);
    assert.equal(await explained(town, bead), 'breaker');
    assert.equal(town.status(bead), 'open');
    town.host.fate = 'starts';
    await pass(600);
    assert.deepEqual(worked(town), []);
    await town.ask('scheduler/retry', { bead });
    await town.settle();
    assert.deepEqual(worked(town), [bead]);
    assert.deepEqual(problemsOf(town), []);
  });

  test('where nobody can open a terminal it waits for that, and no failure is counted', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const bead = await town.bead('Auth work');
    await queue(town, [bead]);
    town.host.fate = 'refuses';
    await town.configure('backend', 'state', 'active');
    await town.settle();
    await pass(30);
    const waiting = town.view.get('dispatches', bead);
    assert.deepEqual(
      [waiting?.failures, waiting?.state, waiting?.lastFailure?.code],
      [0, 'waiting', 'no-host'],
    );
    assert.equal(await explained(town, bead), 'pausing');
    town.host.fate = 'starts';
    await pass(5);
    assert.deepEqual(worked(town), [bead]);
  });

  test('paused it starts nothing; a round by hand does; cleared it forgets', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await queue(town, [first, second]);
    const { paused } = await town.ask('scheduler/pause', { reason: 'a release' });
    assert.equal(paused?.by, 'overseer');
    await town.configure('backend', 'state', 'active');
    await town.settle();
    assert.deepEqual(worked(town), []);
    assert.equal(await explained(town, first), 'paused');
    assert.deepEqual(await town.ask('scheduler/run', { dryRun: true }), { started: [first], refused: [] });
    assert.deepEqual(await town.ask('scheduler/run', {}), { started: [first], refused: [] });
    assert.deepEqual(worked(town), [first]);
    assert.deepEqual(await town.ask('scheduler/clear', {}), { cleared: [second] });
    await town.ask('scheduler/resume', {});
    await town.settle();
    assert.deepEqual(worked(town), [first]);
    assert.equal(await explained(town, second), 'not-slung');
  });

  test('pausing while one is being started lets that one begin, and no other', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await queue(town, [first, second]);
    let paused: Promise<unknown> | undefined;
    town.host.onLaunch = () => void (paused ??= town.ask('scheduler/pause', {}));
    await town.configure('backend', 'state', 'active');
    await town.settle();
    await paused;
    assert.deepEqual(worked(town), [first]);
    assert.equal(town.view.get('dispatches', second)?.state, 'waiting');
  });

  test('a bead that somebody takes, or that closes, is not started; one that gets urgent comes first', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const beads: string[] = [];
    for (const what of ['Auth', 'Cache', 'Docs', 'Login']) beads.push(await town.bead(`${what} work`));
    const [taken = '', closed = '', plain = '', urgent = ''] = beads;
    await queue(town, beads);
    await town.ask('bead/update', { bead: taken, claim: true });
    await town.ask('bead/close', { bead: closed });
    await town.ask('bead/update', { bead: urgent, priority: 0 });
    await town.settle();
    const queued = await town.ask('scheduler/list', {});
    assert.deepEqual(
      queued.map(({ dispatch }) => dispatch.id),
      [urgent, plain],
    );
  });
});

describe('limits of the queue', () => {
  test('a runtime is parked while its quota is used up, by hand or as a polecat shows, and no longer', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig();
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    const agent = await town.sling(first);
    await town.parts.store.transact({ verb: 'polecat/rate-limited', by: 'town' }, (draft) => {
      const until = '2026-11-26T10:00:00.000Z' as Timestamp;
      draft.put('agents', { ...agent.polecat, state: 'rate-limited', until });
    });
    await town.settle();
    assert.equal((await town.refusedSling(second)).code, 'capacity');
    assert.deepEqual(await queue(town, [second]), [second]);
    assert.equal(await explained(town, second), 'quota');
    await pass(119);
    assert.deepEqual(worked(town), [first]);
    await pass(1);
    assert.deepEqual(worked(town), [first, second]);
    assert.deepEqual(await town.ask('quota/list', {}), []);

    await town.parts.store.transact({ verb: 'polecat/rate-limited', by: 'town' }, (draft) => {
      const until = '2026-11-26T20:00:00.000Z' as Timestamp;
      draft.put('agents', { ...agent.polecat, state: 'rate-limited', until });
    });
    await town.settle();
    assert.equal((await town.ask('quota/list', {}))[0]?.by, agent.id);
    await pass(1);
    await town.ask('bead/get', { bead: first }, agent.caller);
    await town.settle();
    assert.deepEqual(await town.ask('quota/list', {}), [], 'it works again');

    const parked = await town.ask('quota/park', { runtime: 'sim', until: '14:00', reason: 'weekly limit' });
    assert.equal(parked.until, '2026-11-26T14:00:00.000Z');
    const third = await town.bead('Docs work');
    await queue(town, [third]);
    await town.ask('quota/clear', { runtime: 'sim' });
    await town.settle();
    assert.deepEqual(worked(town), [first, second, third]);
  });

  test('a runtime whose account has no more credit is parked for an hour, or until its polecat works again', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig();
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    const agent = await town.sling(first);
    const log = town.view.get('sessions', agent.polecat.session ?? '')?.log ?? assert.fail('it has no log');
    town.host.output.set(log, ['insufficient_quota: You exceeded your current quota']);
    await agent.exit({ end: 'failed', code: 1 });
    await town.settle();
    assert.equal(agent.polecat.state, 'failed', 'nobody knows when it is over');
    assert.deepEqual(
      (await town.ask('quota/list', {})).map(({ id, until, by }) => [id, until, by]),
      [['sim', '2026-11-26T09:00:00.000Z', agent.id]],
    );
    assert.deepEqual(await queue(town, [second]), [second]);
    assert.equal(await explained(town, second), 'quota');
    await pass(59);
    assert.deepEqual(worked(town), [first]);
    await pass(1);
    assert.deepEqual(worked(town), [first, second]);
  });

  test('a budget stops what is new, lets work finish, and is there again the next day', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig({ settings: { budgetTurns: ['1'] } });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    const refused = await town.refusedSling(second);
    assert.match(refused.message, /The budget of backend is reached: 1 of 1 sessions were started today/);
    await queue(town, [second]);
    assert.equal(await explained(town, second), 'budget');
    await finish(town, first);
    await pass(60);
    assert.deepEqual(worked(town), []);
    await pass(15 * 60);
    assert.deepEqual(worked(town), [second]);
  });

  test('minutes of a day count wherever the session began, and cost is not told by any runtime', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig();
    await town.ask('town/configure', { key: 'scheduler.budget_minutes', words: ['90'] });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    await pass(60);
    const { budgets, costReported } = await town.ask('scheduler/status', {});
    assert.deepEqual(budgets, [{ minutes: 90, usedTurns: 1, usedMinutes: 60 }]);
    assert.deepEqual(costReported, []);
    await pass(30);
    assert.equal((await town.refusedSling(second)).code, 'capacity');
  });

  test('a runtime takes so many sessions, and the queue so many polecats', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig();
    await town.ask('town/configure', { key: 'runtime.sim.max_sessions', words: ['1'] });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    assert.match((await town.refusedSling(second)).message, /1 of 1 sessions run on sim already/);
    await town.ask('town/configure', { key: 'runtime.sim.max_sessions', words: ['none'] });
    await town.ask('town/configure', { key: 'scheduler.max_polecats', words: ['1'] });
    const { queued } = await town.ask('work/sling', { beads: [second] });
    assert.match(queued?.[0]?.message ?? '', /1 of 1 polecats of the scheduler work already/);
    await town.ask('town/configure', { key: 'scheduler.max_polecats', words: ['2'] });
    await town.settle();
    assert.deepEqual(worked(town), [first, second]);
  });
});

test('a bead that names files another has changed is held back where the rig wants that, until those have landed', async (t) => {
  const { town, pass } = await timedTown(t);
  await town.addRig({ settings: { maxPolecats: ['1'], holdCollisions: ['true'] } });
  const first = await town.worker('Auth work');
  first.commit({ 'src/auth.ts': 'changed\n' });
  const second = await town.bead('Cache work', 'backend', { description: 'Change src/auth.ts too.' });
  await queue(town, [second]);
  // The radar looks.
  await pass(5);
  await town.configure('backend', 'maxPolecats', '2');
  await town.settle();
  assert.deepEqual(worked(town), [first.bead]);
  const said = await town.ask('bead/explain', { bead: second });
  assert.equal(said.reason, 'collision', said.sentence);
  const { mergeRequest } = await first.done();
  await first.exit({ end: 'done' });
  await town.merge(mergeRequest?.id ?? '');
  await town.settle();
  assert.deepEqual(worked(town), [second]);
});

test('what waited when the town server ended goes on at its next start', async (t) => {
  const { town, clock, pass } = await timedTown(t);
  await town.addRig();
  const bead = await town.bead('Auth work');
  town.host.fate = 'cannot-start';
  await town.ask('scheduler/pause', {});
  await town.configure('backend', 'state', 'parked');
  await queue(town, [bead]);
  await town.configure('backend', 'state', 'active');
  await town.ask('scheduler/run', {});
  assert.equal(town.view.get('dispatches', bead)?.failures, 1);
  await town.ask('scheduler/resume', {});
  await town.settle();
  await town.reopen({ now: clock.date, sleep: clock.sleep });
  town.host.fate = 'starts';
  await town.settle();
  assert.deepEqual(worked(town), []);
  await pass(1);
  assert.deepEqual(worked(town), [bead]);
});

test('a restart of the town server does not forget when the last was started', async (t) => {
  const { town, clock, pass } = await timedTown(t);
  await town.addRig({ settings: { state: ['parked'] } });
  await town.ask('town/configure', { key: 'scheduler.spawn_delay', words: ['120s'] });
  const beads = [await town.bead('Auth work'), await town.bead('Cache work'), await town.bead('Docs work')];
  await queue(town, beads);
  await town.configure('backend', 'state', 'active');
  await town.settle();
  assert.equal(worked(town).length, 1);
  await pass(1);
  await town.reopen({ now: clock.date, sleep: clock.sleep, waits: { startMs: 30_000, reattachMs: 10 } });
  await town.settle();
  assert.equal(worked(town).length, 1);
  await pass(0.9);
  assert.equal(worked(town).length, 1);
  await pass(0.1);
  assert.equal(worked(town).length, 2);
  await pass(2);
  assert.equal(worked(town).length, 3);
});
