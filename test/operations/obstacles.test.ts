import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { FakeClock } from '../support/fakeClock.ts';
import type { TownOptions } from './openTown.ts';
import { problemsOf } from './invariants.ts';
import { filesAt, refusal, targetOf, TestTown } from './support.ts';

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

/** A landing was tried once, with the remote away. */
async function obstructed(t: TestContext) {
  const [clock, remote] = [new FakeClock(), new Remote()];
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep, git: remote.git });
  await town.addRig({ kind: 'url', settings: { merge: ['auto'] } });
  const agent = await town.worker('Auth work');
  remote.away = true;
  const id = await agent.submit();
  await town.settle();
  assert.equal(requestOf(town, id).failures, 1);
  return { clock, remote, town, id };
}

test('what is held after an obstacle wakes nobody before it is released', async (t) => {
  const { clock, remote, town, id } = await obstructed(t);
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
  const { clock, town, id } = await obstructed(t);
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
  assert.deepEqual(
    new Set(items.map(({ action }) => action.command)),
    new Set([`gt mq merge ${first.bead}`, `gt mq show ${second.bead}`]),
  );
  assert.deepEqual(problemsOf(town), [`${one} is moved, and not proven.`]);
  remote.away = false;
  await town.merge(one);
  await town.settle();
  assert.equal(requestOf(town, one).state, 'verified');
  await pass(clock, town, hours);
  assert.equal(requestOf(town, two).state, 'verified');
  assert.deepEqual(problemsOf(town), []);
});

test('one with which git fails holds nobody else up, whatever its place in the batch', async (t) => {
  const clock = new FakeClock();
  let bad: string | undefined;
  const town = await TestTown.open(t, {
    now: clock.date,
    sleep: clock.sleep,
    git: (real) => ({
      ...real,
      rebaseOnto: async (rig, scratch, work) => {
        if (work.tip === bad) throw new Refusal('git', 'git rebase failed: a broken object.');
        return await real.rebaseOnto(rig, scratch, work);
      },
    }),
  });
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  await town.ask('refinery/pause', { rig: rig.name });
  const ids: string[] = [];
  for (const title of ['Auth work', 'Cache work', 'Queue work'])
    ids.push(await (await town.worker(title)).submit());
  await town.settle();
  const [one = '', two = '', three = ''] = ids;
  bad = requestOf(town, two).tip;
  await town.ask('refinery/resume', { rig: rig.name });
  await town.settle();
  const states = (): string[] => [one, two, three].map((id) => requestOf(town, id).state);
  assert.deepEqual(states(), ['verified', 'submitted', 'verified']);
  assert.equal(
    requestOf(town, two).reason,
    'It could not be landed yet: git rebase failed: a broken object.',
  );
  await pass(clock, town, 4 * hours);
  const { items } = await town.ask('attention/list', {});
  assert.deepEqual(
    items.map(({ bead }) => bead),
    [requestOf(town, two).bead],
  );
  bad = undefined;
  await pass(clock, town, 2 * hours);
  assert.deepEqual(states(), ['verified', 'verified', 'verified']);
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

test('what is being put on its target is neither rejected nor held any more', async (t) => {
  let tried = 0;
  const town = await TestTown.open(t, {
    checkpoint: async (step) => {
      if (step !== 'land:prepared') return;
      tried += 1;
      const mergeRequest = agent.bead;
      const { message } = await refusal(
        'in-use',
        town.ask('mergeRequest/reject', { mergeRequest, reason: 'no' }),
      );
      assert.match(message, /^mr-\S+ is being put on main at this moment\.$/);
      await refusal('in-use', town.ask('refinery/claim', { mergeRequest }));
    },
  });
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  const agent = await town.worker('Auth work');
  const id = await agent.submit({ 'auth.txt': 'work\n' });
  await town.settle();
  assert.deepEqual([tried, requestOf(town, id).state], [1, 'verified']);
  assert.ok(filesAt(rig).includes('auth.txt'));
  assert.deepEqual(problemsOf(town), []);
});

test('what is rejected in the last moment before that moves nothing', async (t) => {
  let bead = '';
  const town = await TestTown.open(t, {
    git: (real) => ({
      ...real,
      updateRef: async (rig, ref, move) => {
        await real.updateRef(rig, ref, move);
        if (ref.startsWith('refs/gastown/landed/'))
          await town.ask('mergeRequest/reject', { mergeRequest: bead, reason: 'no' });
      },
    }),
  });
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  const base = targetOf(rig);
  const agent = await town.worker('Auth work');
  ({ bead } = agent);
  const id = await agent.submit();
  await town.settle();
  assert.deepEqual(
    [requestOf(town, id).state, targetOf(rig), town.status(bead)],
    ['rejected', base, 'hooked'],
  );
  assert.deepEqual(problemsOf(town), []);
});

test('what a killed server had put on its target is proven, though its author was removed meanwhile', async (t) => {
  let reached = (): void => undefined;
  const killed = new Promise<void>((resolve) => (reached = resolve));
  const town = await TestTown.open(t, {
    checkpoint: async (step) => {
      if (step === 'land:prepared') await town.ask('polecat/remove', { agent: agent.id, force: true });
      if (step !== 'land:moved') return;
      reached();
      await new Promise(() => undefined);
    },
  });
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  const agent = await town.worker('Auth work');
  const id = await agent.submit({ 'auth.txt': 'work\n' });
  await killed;
  assert.equal(requestOf(town, id).state, 'rejected');
  await town.reopen();
  await town.settle();
  assert.deepEqual([requestOf(town, id).state, town.status(agent.bead)], ['verified', 'closed']);
  assert.ok(filesAt(rig).includes('auth.txt'));
  assert.deepEqual(problemsOf(town), []);
});

test('what is given back is not being landed, though its scratch worktree is left; an approval takes that away', async (t) => {
  let calls = 0;
  let stays = true;
  const town = await TestTown.open(t, {
    git: (real) => ({
      ...real,
      removeScratch: async (...words) => {
        calls += 1;
        if (stays && calls > 1) throw new Refusal('git', 'Its files are of another user.');
        await real.removeScratch(...words);
      },
    }),
  });
  const { name } = await town.addRig();
  await town.configure(name, 'gate.unit', 'node', '-e', 'process.exit(1)');
  await town.configure(name, 'gate.unit.retries', '0');
  const agent = await town.worker('Auth work');
  const id = await agent.submit();
  assert.equal((await town.merge(id)).state, 'rejected');
  await town.settle();
  assert.equal([...town.view.all('intents')].length, 1, 'its scratch worktree is left');
  const explained = await town.ask('bead/explain', { bead: agent.bead });
  assert.equal(explained.reason, 'not-landed', explained.sentence);
  stays = false;
  const { details } = await refusal('stale', town.ask('rig/approve', { rig: name, hash: 'none' }));
  const { hash } = details.facts as { hash: string };
  await town.ask('rig/approve', { rig: name, hash });
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});
