import assert from 'node:assert/strict';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RigMove } from '../../server/protocol/rigLife.ts';
import { readStopped } from '../../server/rpc/stopped.ts';
import { write } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';

test('a parked rig takes no work, and who works there finishes', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const { done, refused } = await town.ask('rig/move', { rigs: ['backend', 'nowhere'], move: 'park' });
  assert.deepEqual(
    done.map(({ rig, state, working }) => [rig, state, working]),
    [['backend', 'parked', [agent.id]]],
  );
  assert.deepEqual(
    refused.map(({ rig, refusal: { code } }) => [rig, code]),
    [['nowhere', 'not-found']],
  );
  assert.equal((await town.refusedSling(await town.bead('Cache work'))).code, 'parked');
  assert.equal((await town.merge(await agent.submit())).state, 'verified');
  await town.ask('rig/move', { rigs: ['backend'], move: 'unpark' });
  await town.worker('Another one');
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

test('stop ends sessions, not over uncommitted work without force; start lets them go on', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  write(agent.worktree, { 'new.txt': 'mine\n' });
  const [no] = (await town.ask('rig/move', { rigs: ['backend'], move: 'stop' })).refused;
  assert.equal(no?.refusal.code, 'uncommitted');
  assert.match(no.message, /nux?|new\.txt/);
  assert.equal(town.view.get('rigs', 'backend')?.state, 'active');

  const stopped = await town.ask('rig/move', { rigs: ['backend'], move: 'stop', force: true });
  assert.deepEqual(stopped.done[0]?.ended, [agent.id]);
  assert.equal(agent.polecat.state, 'interrupted');
  assert.equal(town.status(agent.bead), 'hooked');
  assert.ok(existsSync(join(agent.worktree, 'new.txt')));
  assert.equal(town.host.launched.size, 0);

  const started = await town.ask('rig/move', { rigs: ['backend'], move: 'start' });
  assert.deepEqual(started.done[0]?.resumed, [agent.id]);
  assert.equal(town.host.launched.size, 1);
  assert.deepEqual(problemsOf(town), []);
});

test('reset archives every polecat before it goes', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [one, two] = [await town.worker(), await town.worker('Cache work')];
  write(one.worktree, { 'new.txt': 'mine\n' });
  const dry = await town.ask('rig/reset', { rigs: ['backend'], dryRun: true });
  assert.equal(dry.done[0]?.removed.length, 2);
  assert.ok(!one.isGone);
  const [no] = (await town.ask('rig/reset', { rigs: ['backend'] })).refused;
  assert.equal(no?.refusal.code, 'in-use');
  const { done } = await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.deepEqual(done[0]?.removed.map(({ agent }) => agent).toSorted(), [one.id, two.id].toSorted());
  assert.ok(one.isGone && two.isGone);
  assert.deepEqual(problemsOf(town), []);
  for (const { archiveId } of done[0]?.removed ?? []) {
    assert.equal(town.view.get('archives', archiveId)?.why, 'reset');
    await town.ask('archive/restore', { archive: archiveId });
  }
  assert.ok(existsSync(join(one.polecat.worktree, 'new.txt')));
  assert.deepEqual(problemsOf(town), []);
});

test('reset of what was handed over drops packets and mail only, of the role that is named', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const packet = { words: { text: 'the tests are left' } };
  await town.ask('handoff/write', packet, agent.caller);
  await town.ask('nudge/send', { agent: agent.id, text: 'look at the tests' });
  const reset = async (wish: object) => {
    const { done, refused } = await town.ask('rig/reset', { rigs: ['backend'], ...wish });
    return [done[0]?.notes.length, refused[0]?.refusal.code, refused[0]?.message ?? ''] as const;
  };
  const packets = (): number => [...town.view.all('handoffs')].length;
  assert.deepEqual(await reset({ handoff: true, role: 'crew' }), [0, undefined, '']);
  assert.deepEqual(await reset({ handoff: true, dryRun: true }), [1, undefined, '']);
  assert.equal(packets(), 1);
  assert.deepEqual(await reset({ handoff: true, role: 'polecat' }), [1, undefined, '']);
  assert.deepEqual([packets(), town.view.count('messagesByAgent', agent.id)], [0, 1]);
  assert.ok(!agent.isGone);
  for (const [role, says] of [
    ['witness', /is code here/],
    ['mayor', /of no rig/],
    ['baker', /no role "baker"/],
  ] as const) {
    const [, code, message] = await reset({ handoff: true, role });
    assert.equal(code, 'invalid');
    assert.match(message, says);
  }
  assert.match((await reset({ role: 'crew' }))[2], /neither was asked for/);
});

test('who was stopped goes on before the queue starts anything, within the limit of the rig', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ settings: { maxPolecats: ['1'] } });
  const agent = await town.worker();
  const bead = await town.bead('Cache work');
  await town.ask('work/sling', { beads: [bead], queue: true });
  const working = async () => {
    await town.settle();
    return Array.from(town.view.all('agents'), ({ id, state }) => [id, state]);
  };
  const { done } = await town.ask('rig/move', { rigs: ['backend'], move: 'restart', force: true });
  assert.deepEqual(done[0]?.resumed, [agent.id]);
  assert.deepEqual(await working(), [[agent.id, 'working']]);
  await town.ask('rig/move', { rigs: ['backend'], move: 'stop', force: true });
  await town.ask('rig/move', { rigs: ['backend'], move: 'start' });
  assert.deepEqual(await working(), [[agent.id, 'working']]);
  assert.equal(town.view.get('dispatches', bead)?.state, 'waiting');
  assert.equal(town.view.get('rigs', 'backend')?.state, 'active');
  assert.deepEqual(problemsOf(town), []);
});

test('the status of a rig measures what is there, and follows no link', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  symlinkSync(town.folder, join(agent.worktree, 'everything'));
  const { disk, polecats, archives } = await town.ask('rig/status', { rig: 'backend', disk: true });
  assert.equal(polecats.length, 1);
  assert.equal(archives, 0);
  const [own] = disk ?? [];
  assert.ok(own && own.bytes > 0 && own.bytes < 1_000_000, JSON.stringify(disk));
});

test('verdicts: what is not committed, what is not submitted, what can go', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const verdict = async () => (await town.ask('polecat/recovery', { agent: agent.id }))[0];
  assert.equal((await verdict())?.verdict, 'NEEDS_RECOVERY');
  assert.match((await verdict())?.evidence.join() ?? '', /session runs/);
  await agent.exit({ end: 'failed', code: 1 });
  assert.equal((await verdict())?.verdict, 'SAFE_TO_NUKE');
  agent.commit({ 'auth.txt': 'work\n' });
  assert.equal((await verdict())?.verdict, 'NEEDS_MQ_SUBMIT');
  write(agent.worktree, { 'new.txt': 'mine\n' });
  const found = await verdict();
  assert.equal(found?.verdict, 'NEEDS_RECOVERY');
  assert.deepEqual(found.uncommitted, ['new.txt']);
  assert.equal(found.commits, 1);
});

test('a stopped town has ended everything, says what it could not, and is marked as stopped', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [one, two] = [await town.worker(), await town.worker('Cache work')];
  await refusal('in-use', town.ask('town/down', {}));
  assert.equal(readStopped(town.parts.paths), undefined);
  const { ended, left } = await town.ask('town/down', { stop: true });
  assert.deepEqual([...ended].toSorted(), [one.id, two.id].toSorted());
  assert.equal(left, undefined);
  assert.equal(town.host.launched.size, 0);
  assert.equal(readStopped(town.parts.paths)?.by, 'overseer');
  assert.deepEqual(problemsOf(town), []);
});

test('what cannot be ended is named with its process', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  await town.reopen({ sessions: (fake) => ({ ...fake, isAlive: () => true }) });
  const { left = [] } = await town.ask('town/down', { stop: true });
  assert.deepEqual([...new Set(left.map((process) => 'agent' in process && process.agent))], [agent.id]);
});

test('parked and docked are two marks: neither is taken away with the other, and a docked rig is not restarted', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const move = async (how: RigMove): Promise<[string | undefined, readonly string[]]> => {
    const { done, refused } = await town.ask('rig/move', { rigs: ['backend'], move: how });
    return [done[0]?.state, [...(done[0]?.notes ?? []), ...refused.map(({ message }) => message)]];
  };
  assert.deepEqual(await move('dock'), ['docked', []]);
  assert.deepEqual(await move('unpark'), ['docked', ['It is docked as well: gt rig undock backend']]);
  assert.deepEqual(await move('restart'), [undefined, ['The rig backend is docked.']]);
  assert.deepEqual(await move('stop'), ['docked', []]);
  assert.deepEqual(await move('undock'), ['parked', ['It is parked as well: gt rig unpark backend']]);
  assert.deepEqual(await move('dock'), ['docked', []]);
  assert.deepEqual((await move('unpark'))[0], 'docked');
  assert.deepEqual(await move('undock'), ['active', []]);
  await move('park');
  await move('dock');
  assert.deepEqual(await move('start'), ['active', []]);
  assert.equal(town.view.get('rigs', 'backend')?.parked, undefined);
  await move('park');
  await move('dock');
  await town.configure('backend', 'state', 'docked');
  assert.deepEqual(await move('undock'), ['active', []], 'what is set is all there is');
});
