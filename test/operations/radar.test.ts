import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { RadarOutlook } from '../../server/protocol/radar.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { eventually } from '../support/wait.ts';
import { commit, git, write } from '../support/repository.ts';
import { type RigWish, targetOf, TestTown } from './support.ts';

const minute = 60_000;
const files = { 'src/auth.ts': 'one\n', 'src/cache.ts': 'one\n' };

async function open(t: TestContext, wish: RigWish = {}) {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const rig = await town.addRig({ files, ...wish });
  const pass = (ms: number): Promise<void> => clock.pass(ms, () => town.settle());
  const outlook = async (): Promise<RadarOutlook> => {
    const [only] = await town.ask('radar/get', { rig: rig.name });
    assert.ok(only);
    return only;
  };
  return { town, rig, pass, outlook };
}

/** `nux+slit: src/auth.ts`, with what the agents are called in the town. */
function shown({ collisions }: RadarOutlook): string[] {
  return collisions.map(({ agents, files: collide }) => `${agents.join('+')}: ${collide.join(' ')}`);
}

test('work of two polecats that collides is seen after a commit, told to subscribers, and over when it is over', async (t) => {
  const { town, pass, outlook } = await open(t);
  const [nux, slit] = [await town.worker('Auth work'), await town.worker('Cache work')];
  await town.ask('town/subscribe', {});
  await pass(11_000);
  assert.deepEqual(
    (await outlook()).agents.map(({ agent }) => agent).toSorted(),
    [nux.id, slit.id].toSorted(),
  );
  assert.deepEqual(shown(await outlook()), []);
  nux.commit({ 'src/auth.ts': 'nux\n' });
  slit.commit({ 'src/auth.ts': 'slit\n', 'src/cache.ts': 'slit\n' });
  // A call of its own is what tells that there may be more on its branch.
  await pass(minute / 2);
  await town.ask('work/hook', {}, nux.caller);
  await town.ask('work/hook', {}, slit.caller);
  await town.settle();
  await pass(15_000);
  const pair = [nux.id, slit.id].toSorted().join('+');
  assert.deepEqual(shown(await outlook()), [`${pair}: src/auth.ts`]);
  const told = (town.person as never as { told: { method: string; params: unknown }[] }).told;
  const last = told.findLast(({ method }) => method === 'radar/changed');
  assert.deepEqual(shown(last?.params as RadarOutlook), [`${pair}: src/auth.ts`]);
  const { seq } = town.parts.store;
  slit.commit({ 'src/auth.ts': 'nux\n' });
  await pass(3 * minute);
  assert.deepEqual(shown(await outlook()), []);
  assert.equal(town.parts.store.seq, seq, 'a look writes nothing to the journal');
});

test('a commit is seen when it is made, without a word of its agent and long before the next round', async (t) => {
  const { town, rig, pass, outlook } = await open(t);
  const [nux, slit] = [await town.worker('Auth work'), await town.worker('Cache work')];
  await town.configure(rig.name, 'radar', '1440');
  await pass(minute);
  const pair = [nux.id, slit.id].toSorted().join('+');
  nux.commit({ 'src/auth.ts': 'nux\n' });
  slit.commit({ 'src/auth.ts': 'slit\n' });
  await eventually('the collision is seen', async () => {
    await pass(15_000);
    return shown(await outlook()).join() === `${pair}: src/auth.ts`;
  });
  const ended = await outlook();
  slit.commit({ 'src/auth.ts': 'nux\n' });
  await eventually('it is over', async () => {
    await pass(15_000);
    return shown(await outlook()).length === 0;
  });
  assert.notDeepEqual(await outlook(), ended);
});

test('what is not committed counts, and the round finds it; each is held against the target as well', async (t) => {
  const { town, rig, pass, outlook } = await open(t, { away: true });
  const [nux, slit] = [await town.worker('Auth work'), await town.worker('Cache work')];
  write(nux.worktree, { 'src/auth.ts': 'nux\n' });
  write(slit.worktree, { 'src/auth.ts': 'slit\n' });
  await pass(3 * minute);
  const pair = [nux.id, slit.id].toSorted().join('+');
  assert.deepEqual(shown(await outlook()), [`${pair}: src/auth.ts`]);
  assert.deepEqual(
    (await outlook()).agents.map(({ uncommitted }) => uncommitted),
    [true, true],
  );
  git(rig.repository, 'checkout', '--quiet', 'main');
  write(rig.repository, { 'src/auth.ts': 'main\n' });
  git(rig.repository, 'commit', '--quiet', '-am', 'On the target');
  await pass(3 * minute);
  const all = [`${nux.id}: src/auth.ts`, `${pair}: src/auth.ts`, `${slit.id}: src/auth.ts`];
  assert.deepEqual(shown(await outlook()).toSorted(), all.toSorted());
  assert.deepEqual(
    (await outlook()).agents.map(({ changed }) => changed),
    [1, 1],
  );
});

test('a clone and a submitted polecat are looked at; a look leaves no object in the repository', async (t) => {
  const { town, rig, pass, outlook } = await open(t, { settings: { isolation: ['clone'] } });
  const [nux, slit] = [await town.worker('Auth work'), await town.worker('Cache work')];
  await nux.submit({ 'src/auth.ts': 'nux\n' });
  slit.commit({ 'src/auth.ts': 'slit\n' });
  write(slit.worktree, { 'src/cache.ts': 'not committed\n' });
  const objects = (): string => git(rig.repository, 'count-objects', '-v');
  const [before, target] = [objects(), targetOf(rig)];
  await pass(3 * minute);
  assert.deepEqual(shown(await outlook()), [`${[nux.id, slit.id].toSorted().join('+')}: src/auth.ts`]);
  assert.deepEqual([objects(), targetOf(rig)], [before, target]);
});

test('a rig whose radar is off is not looked at, and nothing of a look stays', async (t) => {
  const { town, rig, pass, outlook } = await open(t);
  const [nux, slit] = [await town.worker('Auth work'), await town.worker('Cache work')];
  nux.commit({ 'src/auth.ts': 'nux\n' });
  slit.commit({ 'src/auth.ts': 'slit\n' });
  await pass(3 * minute);
  const folder = join(town.parts.paths.state, 'radar', rig.name);
  assert.deepEqual([shown(await outlook()).length, existsSync(folder)], [1, true]);
  await town.configure(rig.name, 'radar', 'off');
  await pass(minute);
  const off = await outlook();
  assert.deepEqual([off.everyMinutes, off.agents, off.collisions], [undefined, [], []]);
  assert.equal(existsSync(folder), false);
  assert.deepEqual(await town.ask('radar/get', {}), [off]);
});

test('more pairs than one look tries are gone on with at once', async (t) => {
  const { town, pass, outlook } = await open(t, { settings: { maxPolecats: ['20'] } });
  const agents = [];
  for (let count = 0; count < 12; count++) agents.push(await town.worker(`Work number ${count}`));
  for (const agent of agents) agent.commit({ 'src/auth.ts': `${agent.id}\n` });
  await pass(3 * minute);
  const seen = await outlook();
  assert.deepEqual([seen.pending, seen.collisions.length], [0, (12 * 11) / 2]);
});

test('where git cannot be asked, that is said in place of what is not known', async (t) => {
  const { town, rig, pass, outlook } = await open(t);
  const [nux, slit] = [await town.worker('Auth work'), await town.worker('Cache work')];
  await pass(minute);
  git(rig.repository, 'config', 'core.sshCommand', 'evil');
  await pass(3 * minute);
  const seen = await outlook();
  assert.match(`${String(seen.problem)} ${JSON.stringify(seen.agents)}`, /approved|sshCommand/);
  git(rig.repository, 'config', '--unset', 'core.sshCommand');
  nux.commit({ 'src/auth.ts': 'nux\n' });
  slit.commit({ 'src/auth.ts': 'slit\n' });
  await town.ask('work/hook', {}, nux.caller);
  await pass(3 * minute);
  assert.equal(shown(await outlook()).length, 1);
});

/** The index of a worktree, to the byte and the nanosecond. */
function indexOf(worktree: string): string {
  const file = git(worktree, 'rev-parse', '--path-format=absolute', '--git-path', 'index');
  return `${statSync(file, { bigint: true }).mtimeNs} ${readFileSync(file).toString('hex')}`;
}

test('crew are looked at as well, on whatever branch they stand, and nobody is looked at who has left', async (t) => {
  const { town, pass, outlook } = await open(t);
  const dave = await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  await pass(minute);
  assert.deepEqual(
    (await outlook()).agents.map(({ agent, branch }) => [agent, branch]),
    [[dave.agent, 'crew/dave']],
  );
  const nux = await town.worker('Auth work');
  git(dave.directory, 'checkout', '--quiet', '-b', 'try');
  commit(dave.directory, { 'src/auth.ts': 'dave\n' });
  write(dave.directory, { 'src/cache.ts': 'dave, not committed\n' });
  nux.commit({ 'src/auth.ts': 'nux\n', 'src/cache.ts': 'nux\n' });
  const before = [dave.directory, nux.worktree].map(indexOf);
  await pass(3 * minute);
  const pair = [dave.agent, nux.id].toSorted().join('+');
  assert.deepEqual(shown(await outlook()), [`${pair}: src/auth.ts src/cache.ts`]);
  assert.equal((await outlook()).agents.find(({ agent }) => agent === dave.agent)?.branch, 'try');
  assert.deepEqual([dave.directory, nux.worktree].map(indexOf), before);
  await town.ask('crew/remove', { agent: dave.agent, force: true });
  await pass(minute);
  assert.deepEqual(
    (await outlook()).agents.map(({ agent }) => agent),
    [nux.id],
  );
});

test('in place: what lies in the checkout, and, where its user has taken it back, what the branch has', async (t) => {
  const { town, rig, pass, outlook } = await open(t, { away: true });
  const wish = { rig: rig.name, key: 'isolation', words: ['in-place'], confirmed: true };
  const dave = await town.ask('crew/add', { rig: 'backend', name: 'dave', runtime: 'sim' });
  commit(dave.directory, { 'src/auth.ts': 'dave\n', 'src/cache.ts': 'dave\n' });
  await town.ask('rig/configure', wish);
  const nux = await town.worker('Auth work');
  assert.deepEqual([nux.worktree, nux.polecat.isolation], [rig.repository, 'in-place']);
  nux.commit({ 'src/auth.ts': 'nux\n' });
  write(nux.worktree, { 'src/cache.ts': 'nux, not committed\n' });
  const before = indexOf(rig.repository);
  await pass(3 * minute);
  const pair = [dave.agent, nux.id].toSorted().join('+');
  assert.deepEqual(shown(await outlook()), [`${pair}: src/auth.ts src/cache.ts`]);
  assert.equal(indexOf(rig.repository), before);
  git(rig.repository, 'checkout', '--quiet', '--', 'src/cache.ts');
  git(rig.repository, 'checkout', '--quiet', 'elsewhere');
  write(rig.repository, { 'src/cache.ts': 'of the user\n' });
  const own = indexOf(rig.repository);
  await pass(3 * minute);
  assert.deepEqual(shown(await outlook()), [`${pair}: src/auth.ts`]);
  assert.equal(indexOf(rig.repository), own);
});
