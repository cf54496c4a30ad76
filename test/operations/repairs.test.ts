import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Bead } from '../../server/domain/bead.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { commit, git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, targetOf, type TestRig, TestTown } from './support.ts';

interface Scene {
  readonly town: TestTown;
  readonly rig: TestRig;
  readonly agent: Agent;
}

async function scene(
  t: TestContext,
  merge: 'auto' | 'review',
  options: Parameters<typeof TestTown.open>[1] = {},
): Promise<Scene> {
  const town = await TestTown.open(t, options);
  const rig = await town.addRig({ settings: { merge: [merge] } });
  return { town, rig, agent: await town.worker() };
}

/** The owner changes what the agent changes, and the agent hands its work over. */
async function conflicting({ town, rig, agent }: Scene, text = 'Of the owner\n'): Promise<MergeRequest> {
  commit(rig.repository, { 'README.md': text }, 'Meanwhile');
  const id = await agent.submit({ 'README.md': `Of the agent, ${text}` });
  await town.settle();
  return requestOf(town, id);
}

function requestOf(town: TestTown, id: string): MergeRequest {
  const request = town.view.get('mergeRequests', id);
  assert.ok(request);
  return request;
}

const conflictBeads = (town: TestTown): Bead[] =>
  [...town.view.all('beads')].filter(({ labels }) => labels.includes('conflict'));

const sessionsOf = ({ town, agent }: Scene): number =>
  [...town.view.find('sessionsByAgent', agent.id)].length;

async function needing(town: TestTown): Promise<string[]> {
  const { items } = await town.ask('attention/list', {});
  return items.map(({ subject, state, action }) => `${subject} ${state}: ${action.command}`);
}

/** As its agent would: the target is merged, what conflicts is written anew. */
function resolve({ agent }: Scene): void {
  assert.throws(() => git(agent.worktree, 'merge', '--quiet', 'main'));
  agent.commit({ 'README.md': 'Of both\n' }, 'Merge main');
}

test('a conflict goes back to its author, who is begun again, and lands with what it resolves', async (t) => {
  const all = await scene(t, 'auto');
  const { town, rig, agent } = all;
  const request = await conflicting(all);
  assert.equal(request.state, 'conflict');
  assert.deepEqual([agent.polecat.state, sessionsOf(all)], ['working', 2]);
  assert.deepEqual(await needing(town), []);
  const [bead] = conflictBeads(town);
  assert.deepEqual([bead?.status, bead?.assignee, bead?.id], ['open', agent.id, request.blockedBy]);

  resolve(all);
  const { mergeRequest } = await agent.done();
  await town.settle();
  const landed = requestOf(town, mergeRequest?.id ?? '');
  assert.deepEqual([landed.state, landed.blockedBy], ['verified', undefined]);
  git(rig.target, 'merge-base', '--is-ancestor', landed.landed ?? '', targetOf(rig));
  assert.equal(git(rig.target, 'show', 'main:README.md'), 'Of both');
  assert.deepEqual(
    conflictBeads(town).map(({ id, status }) => [id, status]),
    [[bead?.id, 'closed']],
  );
  assert.equal(town.status(agent.bead), 'closed');
  assert.deepEqual(problemsOf(town), []);
});

test('it is begun again twice by the town, and stays for a person then', async (t) => {
  const all = await scene(t, 'auto');
  const { town, agent } = all;
  await conflicting(all, 'First\n');
  assert.equal(sessionsOf(all), 2);
  await agent.done();
  await town.settle();
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [3, 'working']);
  await agent.done();
  await town.settle();
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [3, 'done']);
  assert.deepEqual(await needing(town), [`${agent.bead} conflict: gt session run ${agent.id}`]);
  assert.equal(conflictBeads(town).filter(({ status }) => status === 'open').length, 1);
  assert.deepEqual(problemsOf(town), []);
});

test('newer commits that meet a conflict again are counted together', async (t) => {
  const all = await scene(t, 'auto');
  const { town, agent } = all;
  for (const text of ['First\n', 'Second\n', 'Third\n']) await conflicting(all, text);
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [3, 'done']);
  assert.deepEqual(await needing(town), [`${agent.bead} conflict: gt session run ${agent.id}`]);
});

test('where a person merges, it is a person who begins the author again', async (t) => {
  const all = await scene(t, 'review');
  const { town, agent } = all;
  const { id } = await conflicting(all);
  await town.merge(id);
  await town.settle();
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [1, 'done']);
  assert.deepEqual(await needing(town), [`${agent.bead} conflict: gt session run ${agent.id}`]);
  await town.ask('session/run', { agent: agent.id });
  assert.deepEqual(await needing(town), []);
});

test('as long as there is no room it is tried again, and a restart of the town takes it up', async (t) => {
  const clock = new FakeClock();
  const all = await scene(t, 'auto', { now: clock.date, sleep: clock.sleep });
  const { town, agent } = all;
  town.host.fate = 'starts';
  await town.ask('town/configure', { key: 'maxSessions', words: ['1'] });
  await town.ask('refinery/pause', { rig: 'backend' });
  await conflicting(all);
  const other = await town.worker('Cache work');
  await town.ask('refinery/resume', { rig: 'backend' });
  await town.settle();
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [1, 'done']);
  assert.deepEqual(await needing(town), []);
  await other.exit({ end: 'stopped' });
  await clock.pass(5 * 60_000, () => town.settle());
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [2, 'working']);
});

test('where its author is removed, the work is not begun a second time unless it is given back', async (t) => {
  const all = await scene(t, 'review');
  const { town, agent } = all;
  const { id } = await conflicting(all);
  await town.merge(id);
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  await town.settle();
  const [repair] = conflictBeads(town);
  assert.ok(repair);
  const refused = await town.refusedSling(agent.bead);
  assert.equal(refused.code, 'in-use');
  assert.equal(refused.next, `gt sling ${repair.id}; to begin anew: gt mq reject ${agent.bead}`);
  await town.ask('mergeRequest/reject', { mergeRequest: id, reason: 'It is begun anew.' });
  assert.equal(town.status(repair.id), 'closed');
  await town.sling(agent.bead);
  assert.deepEqual(problemsOf(town), []);
});

test('where its author is removed, the bead is anybody’s, and what another makes of it lands', async (t) => {
  const all = await scene(t, 'review');
  const { town, rig, agent } = all;
  const { id } = await conflicting(all);
  await town.merge(id);
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  await town.settle();
  const [bead] = conflictBeads(town);
  assert.ok(bead);
  assert.deepEqual([bead.status, bead.assignee], ['open', undefined]);
  assert.ok([...town.view.find('beadsReady', '')].some((ready) => ready.id === bead.id));
  assert.deepEqual(await needing(town), [`${agent.bead} conflict: gt sling ${bead.id}`]);

  const other = await town.sling(bead.id);
  assert.deepEqual(await needing(town), []);
  assert.throws(() => git(other.worktree, 'merge', '--quiet', `refs/gastown/tips/${id}`));
  const resolved = await other.submit({ 'README.md': 'Of both\n' });
  assert.deepEqual(await needing(town), [`${bead.id} submitted: gt mq show ${bead.id}`]);
  await town.merge(resolved);
  await town.settle();
  await town.merge(id);
  await town.settle();
  assert.equal(requestOf(town, id).state, 'verified');
  assert.equal(git(rig.target, 'show', 'main:README.md'), 'Of both');
  assert.deepEqual([town.status(bead.id), town.status(agent.bead)], ['closed', 'closed']);
  assert.deepEqual(problemsOf(town), []);
});

test('what its author is to put right is given to nobody else unasked, and explained as theirs', async (t) => {
  const all = await scene(t, 'review');
  const { town, agent } = all;
  const { id } = await conflicting(all);
  await town.merge(id);
  const repair = conflictBeads(town)[0]?.id ?? '';
  const { plan } = await town.ask('convoy/stage', { beads: [repair, await town.bead('Cache work')] });
  assert.equal(plan?.waves.flat().length, 2);
  const [convoy] = [...town.view.all('convoys')].filter(({ state }) => state === 'staged');
  await town.ask('scheduler/pause', {});
  const { queued } = await town.ask('convoy/launch', { convoy: convoy?.id ?? '' });
  assert.deepEqual(queued, ['be-cache']);
  const explained = await town.ask('bead/explain', { bead: repair });
  assert.equal(
    explained.sentence,
    `${repair} is for ${agent.id}, which is done: only you can begin it again.`,
  );
  assert.equal(explained.next, `gt session run ${agent.id}`);
  await town.ask('session/run', { agent: agent.id });
  await town.settle();
  assert.match(
    (await town.ask('bead/explain', { bead: repair })).sentence,
    /^be-\S+ is for backend\/\S+, which goes on with be-auth \(working\)\.$/,
  );
});

test('queued for another, its author is not begun beside them; cleared from the queue, they are', async (t) => {
  const all = await scene(t, 'review');
  const { town, agent } = all;
  town.host.fate = 'starts';
  const { id } = await conflicting(all);
  await town.merge(id);
  const repair = conflictBeads(town)[0]?.id ?? '';
  await town.ask('town/configure', { key: 'maxSessions', words: ['1'] });
  const other = await town.worker('Cache work');
  await town.ask('scheduler/pause', {});
  const { queued } = await town.ask('work/sling', { beads: [repair], queue: true });
  assert.equal(queued?.[0]?.bead, repair);
  await other.exit({ end: 'stopped' });
  await town.configure('backend', 'merge', 'auto');
  await town.settle();
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [1, 'done']);
  assert.deepEqual(problemsOf(town), []);
  await town.ask('scheduler/clear', { bead: repair });
  await town.settle();
  assert.deepEqual([sessionsOf(all), agent.polecat.state], [2, 'working']);
});

test('of beads that put nothing right three are made; then whoever is slung the work begins anew', async (t) => {
  const all = await scene(t, 'auto');
  const { town, agent } = all;
  town.host.fate = 'refuses';
  const { id } = await conflicting(all);
  await town.ask('polecat/remove', { agent: agent.id, force: true });
  for (let times = 1; times <= 3; times += 1) {
    assert.equal(conflictBeads(town).length, times);
    const repair = requestOf(town, id).blockedBy ?? '';
    assert.equal((await town.refusedSling(agent.bead)).code, 'in-use');
    await town.ask('bead/close', { bead: repair, reason: 'Looked at' });
    await town.settle();
    assert.deepEqual(problemsOf(town), []);
  }
  const { blockedBy, state, reason } = requestOf(town, id);
  assert.deepEqual([blockedBy, state, conflictBeads(town).length], [undefined, 'conflict', 3]);
  assert.match(reason ?? '', /3 beads that were to put it right did not/);
  town.host.fate = 'starts';
  await town.sling(agent.bead);
  assert.deepEqual(problemsOf(town), []);
});
