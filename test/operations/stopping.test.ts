import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { clearStopped } from '../../server/rpc/stopped.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';

const minute = 60_000;

interface Scene {
  readonly town: TestTown;
  readonly beads: readonly string[];
  readonly pass: (minutes: number) => Promise<void>;
  /** The beads that somebody has. */
  readonly held: () => string[];
}

/** One polecat at work, and three beads that wait for its place. */
async function scene(
  t: TestContext,
  checkpoint: (step: string) => Promise<void> = () => Promise.resolve(),
): Promise<Scene> {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, checkpoint });
  await town.addRig({ settings: { maxPolecats: ['1'] } });
  const first = await town.worker();
  const beads: string[] = [];
  for (const what of ['Cache', 'Docs', 'Leak']) beads.push(await town.bead(`${what} work`));
  const { queued = [] } = await town.ask('work/sling', { beads, queue: true });
  assert.equal(queued.length, 3);
  return {
    town,
    beads: [first.bead, ...beads],
    pass: (minutes) => clock.pass(minutes * minute, () => town.settle()),
    held: () => [...town.view.all('agents')].flatMap(({ bead }) => bead ?? []).toSorted(),
  };
}

describe('while a town is stopped', () => {
  test('nothing of its queue starts, and all of it afterwards', async (t) => {
    const { town, beads, pass, held } = await scene(t);
    const [first = ''] = beads;
    const { ended } = await town.ask('town/down', { stop: true });
    assert.equal(ended.length, 1);
    await town.settle();
    await pass(60);
    assert.deepEqual(held(), [first]);
    assert.equal(town.host.launched.size, 0);
    // A place gets free, and a bead more urgent.
    await town.configure('backend', 'maxPolecats', '5');
    await town.ask('bead/update', { bead: beads[1] ?? '', priority: 0 });
    await pass(60);
    assert.deepEqual(held(), [first]);
    await refusal(
      'unavailable',
      town.ask('session/run', { agent: [...town.view.all('agents')][0]?.id ?? '' }),
    );

    // A server that is started to look for what is left starts nothing either.
    await town.reopen();
    await town.settle();
    assert.deepEqual(held(), [first]);
    const dispatches = [...town.view.all('dispatches')];
    assert.deepEqual(
      dispatches.map(({ state, failures }) => [state, failures]),
      [1, 2, 3].map(() => ['waiting', 0]),
    );

    clearStopped(town.parts.paths);
    await town.reopen();
    await town.settle();
    assert.deepEqual(held(), beads.toSorted());
    assert.deepEqual(problemsOf(town), []);
  });

  test('what was being started is undone and waits on, without having failed', async (t) => {
    let stop = (): void => undefined;
    let go = (): void => undefined;
    const reached = new Promise<void>((resolve) => (stop = resolve));
    const held = new Promise<void>((resolve) => (go = resolve));
    let armed = false;
    const { town, beads } = await scene(t, async (step) => {
      if (!armed || step !== 'sling:convoy') return;
      stop();
      await held;
    });
    armed = true;
    await town.configure('backend', 'maxPolecats', '2');
    await reached;
    const down = town.ask('town/down', { stop: true });
    await down;
    go();
    await town.settle();
    assert.equal(town.host.launched.size, 0);
    const waiting = [...town.view.all('dispatches')].map(({ id, failures }) => `${id} ${failures}`);
    assert.deepEqual(
      waiting.toSorted(),
      beads
        .slice(1)
        .map((bead) => `${bead} 0`)
        .toSorted(),
    );
    assert.equal([...town.view.all('agents')].length, 1);
    assert.deepEqual(problemsOf(town), []);
  });

  test('and of one whose end was refused, it goes on', async (t) => {
    const { town, beads, held } = await scene(t);
    await refusal('in-use', town.ask('town/down', {}));
    await town.configure('backend', 'maxPolecats', '5');
    await town.settle();
    assert.deepEqual(held(), beads.toSorted());
  });
});

test('a convoy in a rig that is parked or docked is fed, and started only when the rig is active again', async (t) => {
  const { town, beads, held } = await scene(t);
  await town.configure('backend', 'maxPolecats', '9');
  await town.settle();
  assert.equal(held().length, beads.length);
  const [now, later, last] = [await town.bead('Login'), await town.bead('Auth'), await town.bead('Search')];
  await town.ask('dependency/add', { bead: later, dependsOn: now });
  await town.ask('dependency/add', { bead: last, dependsOn: now });
  const { view } = await town.ask('convoy/stage', { beads: [now, later, last], title: 'Waves' });
  await town.ask('convoy/launch', { convoy: view?.convoy.id ?? '' });
  await town.settle();
  assert.ok(held().includes(now));
  await town.ask('rig/move', { rigs: ['backend'], move: 'park' });
  await town.ask('bead/close', { bead: now, force: true });
  await town.settle();
  const waiting = (): string[] => [...town.view.all('dispatches')].map(({ id }) => id).toSorted();
  assert.deepEqual(waiting(), [later, last].toSorted());
  await town.ask('rig/move', { rigs: ['backend'], move: 'dock', force: true });
  await town.configure('backend', 'maxPolecats', '20');
  await town.settle();
  assert.deepEqual(waiting(), [later, last].toSorted());
  assert.equal(town.host.launched.size, 0);
  await town.ask('rig/move', { rigs: ['backend'], move: 'undock' });
  await town.settle();
  assert.deepEqual(waiting(), [later, last].toSorted(), 'it is still parked');
  await town.ask('rig/move', { rigs: ['backend'], move: 'unpark' });
  await town.settle();
  assert.deepEqual(waiting(), []);
  assert.ok(held().includes(later) && held().includes(last));
  assert.deepEqual(problemsOf(town), []);
});

test('a start that a rig is stopped in the midst of is undone, and waits for the rig', async (t) => {
  let armed = false;
  let move = (): Promise<unknown> => Promise.resolve();
  const { town, beads, held } = await scene(t, async (step) => {
    if (!armed || step !== 'sling:convoy') return;
    armed = false;
    await move();
  });
  move = () => town.ask('rig/move', { rigs: ['backend'], move: 'stop', force: true });
  armed = true;
  await town.configure('backend', 'maxPolecats', '2');
  await town.settle();
  assert.deepEqual(held(), beads.slice(0, 1));
  assert.equal(town.host.launched.size, 0);
  assert.deepEqual(
    [...town.view.all('dispatches')].map(({ failures }) => failures),
    [0, 0, 0],
  );
  assert.deepEqual(problemsOf(town), []);
});
