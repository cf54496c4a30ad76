import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import type { TestTown } from './support.ts';
import { explained, finish, queue, timedTown, worked } from './timedTown.ts';

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

  test('keeps its place where it is slung again, and takes the last wish', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { maxPolecats: ['1'] } });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    await queue(town, [second]);
    const before = town.view.get('dispatches', second);
    const { seq } = town.parts.store;
    await queue(town, [second]);
    assert.deepEqual([town.view.get('dispatches', second), town.parts.store.seq], [before, seq]);
    const wish = { runtime: 'sim', instructions: 'Only the cache.' };
    await town.ask('work/sling', { beads: [second], queue: true, ...wish });
    assert.deepEqual(town.view.get('dispatches', second), { ...before, ...wish });
    await finish(town, first);
    assert.deepEqual(worked(town), [second]);
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

test('a bead that names files another has changed is held back where the rig wants that, until those have landed', async (t) => {
  const { town, clock, pass } = await timedTown(t);
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
  await town.reopen({ now: clock.date, sleep: clock.sleep });
  await town.settle();
  assert.deepEqual(worked(town), [first.bead], 'nor before the radar has looked again');
  await pass(1);
  assert.deepEqual(worked(town), [first.bead]);
  const { mergeRequest } = await first.done();
  await first.exit({ end: 'done' });
  await town.merge(mergeRequest?.id ?? '');
  await town.settle();
  assert.deepEqual(worked(town), [second]);
});

for (const [what, clear] of [
  ['cleared', (town) => town.ask('scheduler/clear', {})],
  ['cleared by its name', (town, bead) => town.ask('scheduler/clear', { bead })],
  ['given up with its convoy', (town, _, convoy) => town.ask('convoy/close', { convoy, force: true })],
] as const satisfies readonly (readonly [
  string,
  (town: TestTown, bead: string, convoy: string) => Promise<unknown>,
])[])
  test(`what is ${what} while it is being started does not come back when that fails`, async (t) => {
    const { town } = await timedTown(t);
    await town.addRig({ settings: { state: ['parked'] } });
    const bead = await town.bead('Auth work');
    const { convoy } = await town.ask('convoy/create', { title: 'Auth', beads: [bead] });
    await town.ask('convoy/launch', { convoy: convoy.id, force: true });
    await town.settle();
    assert.equal(town.view.get('dispatches', bead)?.state, 'waiting');
    const cleared: Promise<unknown>[] = [];
    town.host.fate = 'cannot-start';
    town.host.onLaunch = () => {
      assert.equal(town.view.get('dispatches', bead), undefined);
      cleared.push(clear(town, bead, convoy.id));
    };
    await town.configure('backend', 'state', 'active');
    await town.settle();
    assert.equal(cleared.length, 1);
    await Promise.all(cleared);
    assert.deepEqual([town.status(bead), town.view.get('dispatches', bead)], ['open', undefined]);
    assert.deepEqual(problemsOf(town), []);
  });

test('what is held back goes on when the radar sees that nothing is in its way any more', async (t) => {
  const { town, pass } = await timedTown(t);
  await town.addRig({ settings: { holdCollisions: ['true'] } });
  const first = await town.worker('Auth work');
  town.write(first.worktree, { 'README.md': 'changed\n' });
  await pass(1);
  const second = await town.bead('Cache work', 'backend', { description: 'Change README.md too.' });
  await town.ask('scheduler/pause', {});
  await town.configure('backend', 'maxPolecats', '1');
  await queue(town, [second]);
  await town.configure('backend', 'maxPolecats', '2');
  await town.ask('scheduler/resume', {});
  await town.settle();
  assert.deepEqual(worked(town), [first.bead]);
  git(first.worktree, 'checkout', '--', 'README.md');
  await pass(240);
  assert.deepEqual(worked(town), [first.bead, second]);
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
