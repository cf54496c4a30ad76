import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { git, tip } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { filesAt, refusal, TestTown } from './support.ts';

const requestOf = (town: TestTown, id: string): MergeRequest => {
  const request = town.view.get('mergeRequests', id);
  assert.ok(request);
  return request;
};

test('a priority of its own goes before that of its bead, and stays with newer commits', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  await town.ask('refinery/pause', { rig: rig.name });
  const agents = [
    await town.worker('Auth work'),
    await town.worker('Cache work'),
    await town.worker('Queue work'),
  ];
  for (const agent of agents) await agent.submit();
  const [first, second, third] = agents;
  assert.ok(first && second && third);
  const raised = await town.ask('mergeRequest/submit', { agent: third.id, priority: 0 });
  assert.deepEqual([raised.mergeRequest.state, raised.mergeRequest.priority], ['submitted', 0]);
  await town.ask('mergeRequest/submit', { agent: first.id, priority: 4 });
  first.commit({ 'more.txt': 'more\n' });
  const newer = (await town.ask('mergeRequest/submit', { agent: first.id })).mergeRequest;
  assert.equal(newer.priority, 4);
  await town.ask('refinery/resume', { rig: rig.name });
  await town.settle();
  const landed = git(rig.target, 'log', '--reverse', '--format=%s', 'main').split('\n').slice(1);
  assert.deepEqual(
    landed.map((subject) => subject.split(':')[0]),
    [third.bead, second.bead, first.bead, first.bead],
  );
});

test('a pause stays with the newer commits of its branch', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  await town.ask('refinery/claim', { mergeRequest: await agent.submit(), reason: 'look at it once more' });
  agent.commit({ 'more.txt': 'more\n' });
  const newer = await town.ask('mergeRequest/submit', { agent: agent.id });
  assert.deepEqual(newer.mergeRequest.paused?.reason, 'look at it once more');
});

for (const isolation of ['worktree', 'clone'] as const) {
  test(`handed over by hand from a ${isolation}, the work is in the repository and lands`, async (t) => {
    const town = await TestTown.open(t);
    const rig = await town.addRig({ settings: { isolation: [isolation] } });
    const agent = await town.worker();
    const made = agent.commit({ 'auth.txt': 'work\n' });
    const { mergeRequest } = await town.ask('mergeRequest/submit', { branch: agent.polecat.branch });
    assert.deepEqual([mergeRequest.tip, tip(rig.repository, agent.polecat.branch)], [made, made]);
    await town.merge(mergeRequest.id);
    await town.settle();
    assert.ok(filesAt(rig).includes('auth.txt'));
    assert.deepEqual(problemsOf(town), []);
  });
}

test('a paused request lands neither by itself nor by Merge, and lands once it is released', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  await town.ask('refinery/pause', { rig: rig.name });
  const [first, second] = [await town.worker('Auth work'), await town.worker('Cache work')];
  const held = await first.submit({ 'one.txt': '1\n' });
  const free = await second.submit({ 'two.txt': '2\n' });
  const claimed = await town.ask('refinery/claim', { mergeRequest: first.bead, reason: 'look once more' });
  assert.match(claimed.waits ?? '', /was paused by overseer/);
  await town.ask('refinery/resume', { rig: rig.name });
  await town.settle();
  assert.deepEqual([requestOf(town, held).state, requestOf(town, free).state], ['submitted', 'verified']);
  await refusal('blocked', town.ask('mergeRequest/merge', { mergeRequest: held }));
  const { reason, sentence, next } = await town.ask('bead/explain', { bead: first.bead });
  assert.deepEqual(
    [reason, sentence, next],
    [
      'paused',
      `The landing of ${first.bead} was paused by overseer: look once more; gt refinery release ${first.bead} lets it go on.`,
      `gt refinery release ${first.bead}`,
    ],
  );
  const { items } = await town.ask('attention/list', {});
  assert.deepEqual(
    items.map(({ bead, state }) => [bead, state]),
    [[first.bead, 'paused']],
  );
  assert.deepEqual(problemsOf(town), []);
  await town.ask('refinery/release', { mergeRequest: held });
  await town.settle();
  assert.equal(requestOf(town, held).state, 'verified');
  await refusal('closed', town.ask('refinery/claim', { mergeRequest: held }));
  assert.deepEqual(
    (await town.ask('refinery/release', { mergeRequest: held })).mergeRequest.state,
    'verified',
  );
});

test('paused while its gates run, it does not move the target', async (t) => {
  let pause = async (): Promise<void> => {};
  const town = await TestTown.open(t, {
    checkpoint: async (step) => {
      if (step === 'land:scratch') await pause();
    },
  });
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  const agent = await town.worker();
  pause = async () => void (await town.ask('refinery/claim', { mergeRequest: agent.bead }));
  const request = await agent.submit({ 'one.txt': '1\n' });
  await town.settle();
  assert.equal(requestOf(town, request).state, 'submitted');
  assert.deepEqual(filesAt(rig), ['README.md']);
  assert.deepEqual(problemsOf(town), []);
});

for (const kind of ['path', 'url'] as const) {
  test(`over a ${kind}: git is asked again whether what landed is there, and what waits is as it was`, async (t) => {
    const town = await TestTown.open(t);
    const rig = await town.addRig({ kind });
    const [first, second] = [await town.worker('Auth work'), await town.worker('Cache work')];
    const before = tip(rig.repository, 'main');
    await town.merge(await first.submit({ 'one.txt': '1\n' }));
    await second.submit({ 'two.txt': '2\n' });
    await town.settle();
    const proofs = async () =>
      (await town.ask('mergeRequest/list', { all: true, verify: true })).map(({ proof }) => proof);
    assert.deepEqual(await proofs(), [
      { holds: true, says: 'on main' },
      { holds: true, says: 'as submitted' },
    ]);
    second.commit({ 'more.txt': 'more\n' });
    git(rig.target, 'update-ref', 'refs/heads/main', before);
    assert.deepEqual(await proofs(), [
      { holds: false, says: 'not on main' },
      { holds: true, says: 'has newer commits' },
    ]);
  });
}

test('lists are of an epic, of what waits for a bead, or of what nobody lands yet', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { merge: ['auto'] } });
  await town.ask('refinery/pause', { rig: rig.name });
  const epic = await town.bead('Sign in', 'backend', { type: 'epic' });
  const child = await town.bead('Auth work');
  await town.ask('dependency/add', { bead: child, dependsOn: epic, type: 'parent-child' });
  const inside = await town.sling(child);
  const [outside, third] = [await town.worker('Cache work'), await town.worker('Queue work')];
  await inside.submit({ 'README.md': 'one\n' });
  await outside.submit({ 'README.md': 'two\n' });
  await third.submit({ 'three.txt': '3\n' });
  const beads = async (how: object): Promise<string[]> =>
    (await town.ask('mergeRequest/list', how)).map(({ mergeRequest }) => mergeRequest.bead);
  assert.deepEqual(await beads({ epic }), [inside.bead]);
  assert.deepEqual(await beads({ blocked: true }), []);
  await refusal('not-found', town.ask('mergeRequest/list', { epic: 'nothing' }));
  await town.ask('refinery/claim', { mergeRequest: third.bead });
  await town.ask('refinery/resume', { rig: rig.name });
  await town.settle();
  assert.deepEqual(await beads({ blocked: true }), [outside.bead]);
  assert.deepEqual(await beads({ ready: true, claimed: true }), []);
});

test('rejected by its branch, and refused with the name of another rig', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const request = await agent.submit({ 'one.txt': '1\n' });
  const { branch } = agent.polecat;
  await refusal(
    'not-found',
    town.ask('mergeRequest/reject', { mergeRequest: branch, rig: 'infra', reason: 'no' }),
  );
  const rejected = await town.ask('mergeRequest/reject', {
    mergeRequest: branch,
    rig: 'backend',
    reason: 'no',
  });
  assert.deepEqual([rejected.mergeRequest.id, rejected.mergeRequest.state], [request, 'rejected']);
});

test('merged with the name of another rig it is refused, waited for or not', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.addRig({ name: 'frontend' });
  const mergeRequest = await (await town.worker()).submit();
  for (const method of ['mergeRequest/merge', 'mergeRequest/retry'] as const)
    await refusal('invalid', town.ask(method, { mergeRequest, rig: 'frontend' }));
  assert.equal(town.view.get('mergeRequests', mergeRequest)?.state, 'submitted');
  const { mergeRequest: landed } = await town.ask('mergeRequest/merge', { mergeRequest, rig: 'backend' });
  assert.equal(landed.state, 'verified');
});
