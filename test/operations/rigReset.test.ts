import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RigName } from '../../server/domain/ids.ts';
import { beginReset } from '../../server/domain/rigResets.ts';
import { commit, createRepository, git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';

/** Once, at a step of the town's, something else is done before it goes on. */
function between(): {
  readonly checkpoint: (step: string) => Promise<void>;
  at(step: string, work: () => Promise<unknown>): void;
} {
  let armed: { readonly step: string; readonly work: () => Promise<unknown> } | undefined;
  return {
    async checkpoint(step) {
      if (step !== armed?.step) return;
      const { work } = armed;
      armed = undefined;
      await work();
    },
    at(step, work) {
      armed = { step, work };
    },
  };
}

test('a polecat that is begun again while another is removed keeps its worktree, unless its session may be ended', async (t) => {
  const step = between();
  const town = await TestTown.open(t, step);
  await town.addRig();
  const [one, two] = [await town.worker(), await town.worker('Cache work')];
  await one.exit({ end: 'stopped' });
  await two.exit({ end: 'stopped' });
  const agents = [...town.view.find('agentsByRig', 'backend')].map(({ id }) => id);
  const last = [one, two].find(({ id }) => id === agents.at(-1)) ?? two;
  const runLast = () => town.ask('session/run', { agent: last.id });

  step.at('remove:intent', runLast);
  const { done } = await town.ask('rig/reset', { rigs: ['backend'] });
  assert.equal(done[0]?.removed.length, 1);
  const [kept] = done[0]?.kept ?? [];
  assert.equal(kept?.agent, last.id);
  assert.match(kept?.why ?? '', /still running/);
  assert.ok(existsSync(last.worktree));
  assert.equal(last.polecat.state, 'working');
  await refusal('in-use', town.ask('polecat/remove', { agent: last.id, force: true }));
  assert.deepEqual(problemsOf(town), []);

  const forced = await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.deepEqual([forced.done[0]?.ended, forced.done[0]?.kept], [[last.id], undefined]);
  assert.ok(last.isGone);
  assert.equal(town.host.launched.size, 0);
  assert.deepEqual(problemsOf(town), []);
});

test('a polecat that is being started is left alone', async (t) => {
  const step = between();
  const town = await TestTown.open(t, step);
  await town.addRig();
  let reset: ReturnType<typeof ask> | undefined;
  const ask = () => town.ask('rig/reset', { rigs: ['backend'] });
  step.at('sling:worktree', async () => void ((reset = ask()), await reset));
  const bead = await town.bead('Auth work');
  const { slung, refused } = await town.ask('work/sling', { beads: [bead] });
  const [acted] = (await reset)?.done ?? [];
  assert.equal(acted?.removed.length, 0);
  assert.match(acted?.kept?.[0]?.why ?? '', /being started right now/);
  assert.deepEqual([slung.length, refused.length], [1, 0]);
  assert.deepEqual(problemsOf(town), []);
});

test('nothing of the queue takes the places that a reset frees, and it goes on afterwards', async (t) => {
  const step = between();
  const town = await TestTown.open(t, step);
  await town.addRig({ settings: { maxPolecats: ['1'] } });
  const first = await town.worker();
  const beads = [await town.bead('Cache work'), await town.bead('Docs work')];
  await town.ask('work/sling', { beads, queue: true });
  const during: string[] = [];
  step.at('remove:worktree', async () => {
    during.push(...Array.from(town.view.all('agents'), ({ id }) => id));
    during.push(town.view.get('rigs', 'backend')?.state ?? '');
    during.push((await town.refusedSling(first.bead)).code);
  });
  const { done } = await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.deepEqual(
    done[0]?.removed.map(({ agent }) => agent),
    [first.id],
  );
  assert.deepEqual(during.slice(0, 2), [first.id, 'parked']);
  await town.settle();
  assert.equal(town.view.get('rigs', 'backend')?.state, 'active');
  assert.deepEqual(
    Array.from(town.view.all('agents'), ({ bead }) => bead),
    beads.slice(0, 1),
  );
  assert.deepEqual(problemsOf(town), []);
});

test('a rig that was parked, or is meanwhile, stays so after a reset', async (t) => {
  const step = between();
  const town = await TestTown.open(t, step);
  await town.addRig();
  const state = () => town.view.get('rigs', 'backend')?.state;
  await town.worker();
  step.at('remove:worktree', () => town.ask('rig/move', { rigs: ['backend'], move: 'park' }));
  await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.equal(state(), 'parked');
  await town.ask('rig/move', { rigs: ['backend'], move: 'unpark' });
  await town.worker('Cache work');
  step.at('remove:worktree', () => town.configure('backend', 'state', 'docked'));
  await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.equal(state(), 'docked');
});

test('a town that ended in the midst of a reset lets the rig take work again', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.parts.store.transact({ verb: 'rig/resetting', by: 'overseer', subject: 'backend' }, (draft) =>
    beginReset(draft, 'backend' as RigName),
  );
  assert.equal(town.view.get('rigs', 'backend')?.state, 'parked');
  await town.reopen();
  await town.settle();
  assert.equal(town.view.get('rigs', 'backend')?.state, 'active');
  await town.worker();
});

/** A submodule whose commit nobody else has. */
function addSubmodule(town: TestTown, { worktree }: Agent): void {
  const library = join(town.folder, 'library');
  createRepository(library);
  git(worktree, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'vendor/lib');
  commit(join(worktree, 'vendor', 'lib'), { 'lib.c': '1\n' });
  git(worktree, 'add', '.');
}

test('a polecat that cannot be removed stays, is said with the reason, and stops no other', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [one, two] = [await town.worker(), await town.worker('Cache work')];
  addSubmodule(town, one);
  const { done, refused } = await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.deepEqual(refused, []);
  assert.deepEqual(
    done[0]?.removed.map(({ agent }) => agent),
    [two.id],
  );
  const [kept] = done[0]?.kept ?? [];
  assert.equal(kept?.agent, one.id);
  assert.match(`${kept?.why} ${kept?.next}`, /vendor\/lib.*1 commit not pushed.*push it there/);
  assert.ok(!one.isGone && two.isGone);
  assert.equal(town.view.get('rigs', 'backend')?.state, 'active');
});

test('a polecat that has landed and cannot be removed asks a person, until it can be', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  addSubmodule(town, agent);
  await town.merge(await agent.submit());
  await agent.exit({ end: 'stopped' }).catch(() => undefined);
  await town.settle();
  assert.equal(town.status(agent.bead), 'closed');
  const asked = async () =>
    (await town.ask('attention/list', {})).items.map(({ subject, state, reason }) => [
      subject,
      state,
      reason,
    ]);
  const [item, ...more] = await asked();
  assert.deepEqual([item?.slice(0, 2), more], [[agent.id, 'unremoved'], []]);
  assert.match(item?.[2] ?? '', /vendor\/lib/);
  await town.reopen();
  await town.settle();
  assert.deepEqual(await asked(), [item]);
  git(join(agent.worktree, 'vendor', 'lib'), 'push', '--quiet', 'origin', 'HEAD:refs/heads/work');
  await town.ask('polecat/remove', { agent: agent.id });
  assert.deepEqual(await asked(), []);
  assert.deepEqual(problemsOf(town), []);
});

test('work that waits to land is reset only with force', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [one, two] = [await town.worker(), await town.worker('Cache work')];
  const request = await one.submit();
  await one.exit({ end: 'stopped' }).catch(() => undefined);
  await two.exit({ end: 'stopped' });
  await town.settle();
  const { refused } = await town.ask('rig/reset', { rigs: ['backend'] });
  assert.equal(refused[0]?.refusal.code, 'in-use');
  assert.match(`${refused[0]?.message} ${refused[0]?.refusal.next}`, new RegExp(`${one.bead}.*--force`));
  assert.ok(!one.isGone && !two.isGone);
  assert.equal(town.view.get('mergeRequests', request)?.state, 'submitted');
  const { done } = await town.ask('rig/reset', { rigs: ['backend'], force: true });
  assert.equal(done[0]?.removed.length, 2);
  assert.equal(town.status(one.bead), 'open');
  assert.deepEqual(problemsOf(town), []);
});
