import assert from 'node:assert/strict';
import { test } from 'node:test';
import { git } from '../support/repository.ts';
import { refusal, TestTown } from './support.ts';

async function needing(town: TestTown): Promise<string[]> {
  const { items } = await town.ask('attention/list', {});
  return items.map(({ subject, state }) => `${subject} ${state}`);
}

test('from a question to a landing: a person is needed exactly where nobody else can go on', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  assert.deepEqual(await needing(town), []);
  await agent.done({ status: 'escalated', message: 'per user or per key?' });
  const [asked] = (await town.ask('attention/list', {})).items;
  assert.deepEqual([asked?.subject, asked?.reason], [agent.id, 'per user or per key?']);
  assert.equal((await town.ask('town/status', {})).attention, 1);
  await agent.exit({ end: 'failed', code: 1 });
  assert.deepEqual(await needing(town), [`${agent.id} needs-you`]);
  await town.ask('session/run', { agent: agent.id });
  const request = await agent.submit();
  assert.deepEqual(await needing(town), [`${agent.bead} submitted`]);
  await town.merge(request);
  await town.settle();
  assert.deepEqual(await needing(town), []);
});

test('a dead polecat and its conflict are one row; taken up again, none', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'README.md': 'theirs\n' });
  const { mergeRequest } = await agent.done();
  town.write(rig.repository, { 'README.md': 'ours\n' });
  git(rig.repository, 'commit', '--quiet', '-am', 'ours');
  await town.merge(mergeRequest?.id ?? '');
  await town.settle();
  assert.deepEqual(await needing(town), [`${agent.bead} conflict`]);
  await town.ask('session/run', { agent: agent.id });
  assert.deepEqual(await needing(town), []);
  await agent.exit({ end: 'failed', code: 137 });
  assert.deepEqual(await needing(town), [`${agent.id} failed`]);
});

test('what waits for an approval is one row of its rig, and goes with the approval, or with the reason for it', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'work\n' });
  git(agent.worktree, 'config', 'diff.external', 'evil');
  const { details } = await refusal('unapproved', agent.done());
  await town.settle();
  assert.deepEqual(await needing(town), ['backend unapproved']);
  const [{ reason } = { reason: '' }] = (await town.ask('attention/list', { rig: 'backend' })).items;
  assert.match(reason, /diff\.external/);
  const { hash } = details.facts as { hash: string };
  await town.ask('rig/approve', { rig: 'backend', hash });
  await town.settle();
  assert.deepEqual(await needing(town), []);
  git(agent.worktree, 'config', 'diff.external', 'worse');
  await refusal('unapproved', agent.done());
  await town.settle();
  assert.deepEqual(await needing(town), ['backend unapproved']);
  git(agent.worktree, 'config', '--unset', 'diff.external');
  await agent.done();
  await town.settle();
  assert.deepEqual(await needing(town), [`${agent.bead} submitted`]);
});

test('a polecat whose bead was closed under it is asked about once its session has ended', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'work\n' });
  await town.ask('bead/close', { bead: agent.bead, reason: 'not wanted', force: true });
  const asked = async () =>
    (await town.ask('attention/list', {})).items.map(({ subject, action }) => [subject, action.command]);
  assert.deepEqual(await asked(), []);
  await agent.exit({ end: 'stopped' });
  await town.settle();
  assert.deepEqual(await asked(), [[agent.id, `gt polecat remove ${agent.id}`]]);
  await town.ask('polecat/remove', { agent: agent.id });
  assert.deepEqual(await asked(), []);
  assert.equal([...town.view.all('archives')].length, 1);
});

test('crew and the mayor whose session died with a bead on the hook are told of, until the next one runs', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.ask('crew/add', { rig: 'backend', name: 'dave' });
  const { slung } = await town.sling(await town.bead('Crew work'), { target: 'backend/crew/dave' });
  assert.deepEqual(await needing(town), []);
  await town.host.exit(slung.session ?? '', { end: 'failed', code: 1 });
  await town.settle();
  const [item] = (await town.ask('attention/list', { rig: 'backend' })).items;
  assert.equal(item?.action.command, 'gt crew start backend dave');
  assert.match(item.reason, /backend\/crew\/dave, whose session exited with code 1/);
  const { place, reason, next } = await town.ask('bead/explain', { bead: slung.bead });
  assert.deepEqual([place, reason, next], ['attention', 'dead-session', 'gt crew start backend dave']);
  const { id: session } = await town.ask('session/run', { agent: 'backend/crew/dave' });
  assert.deepEqual(await needing(town), []);
  await town.ask('session/stop', { session });
  await town.settle();
  assert.deepEqual(await needing(town), []);
});
