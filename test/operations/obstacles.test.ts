import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { FakeClock } from '../support/fakeClock.ts';
import type { TownOptions } from './openTown.ts';
import { problemsOf } from './invariants.ts';
import { TestTown } from './support.ts';

const minutes = 60_000;
const hours = 60 * minutes;

/** A remote that is there or not. */
class Remote {
  away = false;

  readonly git: NonNullable<TownOptions['git']> = (real) => ({
    ...real,
    fetch: async (rig) => {
      if (this.away) throw new Refusal('git', 'The remote is away.');
      await real.fetch(rig);
    },
  });
}

const requestOf = (town: TestTown, id: string): MergeRequest => {
  const request = town.view.get('mergeRequests', id);
  assert.ok(request);
  return request;
};

/** Lets time pass, and fails where the town is woken without end. */
async function pass(clock: FakeClock, town: TestTown, ms: number): Promise<void> {
  let turns = 0;
  await clock.pass(ms, async () => {
    turns += 1;
    assert.ok(turns < 1000, 'The town is woken again and again.');
    await town.settle();
  });
}

test('what is held after an obstacle wakes nobody before it is released', async (t) => {
  const [clock, remote] = [new FakeClock(), new Remote()];
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, git: remote.git });
  await town.addRig({ kind: 'url', settings: { merge: ['auto'] } });
  const agent = await town.worker('Auth work');
  remote.away = true;
  const id = await agent.submit();
  await town.settle();
  assert.equal(requestOf(town, id).failures, 1);
  await town.ask('refinery/claim', { mergeRequest: id, reason: 'a look' });
  await pass(clock, town, 2 * minutes);
  assert.deepEqual([requestOf(town, id).state, requestOf(town, id).failures], ['submitted', 1]);
  remote.away = false;
  await town.ask('refinery/release', { mergeRequest: id });
  await town.settle();
  assert.equal(requestOf(town, id).state, 'verified');
  assert.deepEqual(problemsOf(town), []);
});

test('what waits for a person after an obstacle wakes nobody', async (t) => {
  const [clock, remote] = [new FakeClock(), new Remote()];
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, git: remote.git });
  await town.addRig({ kind: 'url', settings: { merge: ['auto'] } });
  const agent = await town.worker('Auth work');
  remote.away = true;
  const id = await agent.submit();
  await town.settle();
  await town.configure('backend', 'merge', 'review');
  await pass(clock, town, 2 * minutes);
  assert.deepEqual([requestOf(town, id).state, requestOf(town, id).failures], ['submitted', 1]);
});

test('what is on the target and cannot be proven there is told, and the rest goes on', async (t) => {
  const [clock, remote] = [new FakeClock(), new Remote()];
  let landings = 0;
  const town = await TestTown.open(t, {
    now: clock.date,
    sleep: clock.sleep,
    git: remote.git,
    checkpoint: (step) => {
      if (step === 'land:merged') remote.away = (landings += 1) === 1;
      return Promise.resolve();
    },
  });
  await town.addRig({ kind: 'url', settings: { merge: ['auto'] } });
  const [first, second] = [await town.worker('Auth work'), await town.worker('Cache work')];
  const one = await first.submit();
  await town.settle();
  assert.match(
    requestOf(town, one).reason ?? '',
    /^It is on main as [0-9a-f]{7}, and could not be proven there yet: The remote is away\.$/,
  );
  const two = await second.submit();
  await pass(clock, town, 12 * hours);
  assert.deepEqual([requestOf(town, one).state, requestOf(town, two).state], ['merged', 'submitted']);
  assert.ok((requestOf(town, two).failures ?? 0) >= 3, 'the other was tried too');
  const { items } = await town.ask('attention/list', {});
  assert.deepEqual(items.map(({ bead, action }) => [bead, action.command]).toSorted(), [
    [first.bead, `gt mq merge ${first.bead}`],
    [second.bead, `gt mq show ${second.bead}`],
  ]);
  assert.deepEqual(problemsOf(town), [`${one} is moved, and not proven.`]);
  remote.away = false;
  await town.merge(one);
  await town.settle();
  assert.equal(requestOf(town, one).state, 'verified');
  await pass(clock, town, hours);
  assert.equal(requestOf(town, two).state, 'verified');
  assert.deepEqual(problemsOf(town), []);
});

/** Killed where the landing of the request has its scratch worktree, and started again: the claim and the folder are left. */
async function killedInLanding(
  t: TestContext,
  options: TownOptions,
): Promise<{ town: TestTown; id: string }> {
  let reached = (): void => undefined;
  const killed = new Promise<void>((resolve) => (reached = resolve));
  const town = await TestTown.open(t, {
    ...options,
    checkpoint: async (step) => {
      if (step !== 'land:scratch') return;
      reached();
      await new Promise(() => undefined);
    },
  });
  await town.addRig({ settings: { merge: ['auto'] } });
  const id = await (await town.worker('Auth work')).submit();
  await killed;
  assert.ok(requestOf(town, id).claim);
  return { town, id };
}

test('a claim that a killed server left goes, also where its scratch worktree cannot go yet', async (t) => {
  const clock = new FakeClock();
  const options = { now: clock.date, sleep: clock.sleep };
  const { town, id } = await killedInLanding(t, options);
  let mounted = false;
  await town.reopen({
    ...options,
    git: (real) => ({
      ...real,
      removeScratch: async (...words) => {
        if (!mounted) throw new Refusal('git', 'The disk is not mounted.');
        await real.removeScratch(...words);
      },
    }),
  });
  await town.settle();
  assert.deepEqual([requestOf(town, id).claim, requestOf(town, id).failures], [undefined, 1]);
  await pass(clock, town, 4 * hours);
  const { items } = await town.ask('attention/list', {});
  assert.deepEqual(
    items.map(({ bead, reason }) => [bead, reason]),
    [[requestOf(town, id).bead, 'It could not be landed yet: The disk is not mounted.']],
  );
  mounted = true;
  await pass(clock, town, 2 * hours);
  assert.equal(requestOf(town, id).state, 'verified');
  assert.deepEqual(problemsOf(town), []);
});
