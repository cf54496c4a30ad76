import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { git, tip } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, type TestRig, TestTown } from './support.ts';

interface Scene {
  readonly town: TestTown;
  readonly rig: TestRig;
  readonly gone: Agent;
  readonly branches: () => string[];
}

/** A polecat whose branch stood checked out by a person when it was removed, and does no more. */
async function scene(t: TestContext): Promise<Scene> {
  let remove = false;
  let rig: TestRig | undefined;
  const checkpoint = (step: string): Promise<void> => {
    if (remove && step === 'remove:worktree') git(rig?.repository ?? '', 'checkout', '--quiet', branch);
    return Promise.resolve();
  };
  const town = await TestTown.open(t, { checkpoint });
  rig = await town.addRig();
  const gone = await town.worker();
  const { branch } = gone.polecat;
  gone.commit({ 'auth.txt': 'work\n' });
  await gone.exit({ end: 'stopped' });
  remove = true;
  await town.ask('polecat/remove', { agent: gone.id, force: true });
  remove = false;
  const { repository } = rig;
  git(repository, 'checkout', '--quiet', 'main');
  const branches = () =>
    git(repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/polecat/')
      .split('\n')
      .filter(Boolean);
  assert.deepEqual(branches(), [branch]);
  return { town, rig, gone, branches };
}

test('a branch that a polecat left goes once nobody has it checked out, and its archive brings it back', async (t) => {
  const { town, rig, gone, branches } = await scene(t);
  const [archive] = [...town.view.all('archives')];
  const dry = await town.ask('polecat/gc', { dryRun: true });
  assert.deepEqual(
    dry.branches.map(({ branch }) => branch),
    branches(),
  );
  const { branches: deleted } = await town.ask('polecat/gc', { rig: 'backend' });
  assert.equal(deleted[0]?.archive, archive?.ref);
  assert.deepEqual(branches(), []);
  const { archives } = await town.ask('archive/list', {});
  assert.deepEqual(
    archives.map(({ archive: { id, branchDeletedAt } }) => [id, branchDeletedAt !== undefined]),
    [[archive?.id, true]],
  );
  const back = await town.ask('archive/restore', { archive: archive?.id ?? '' });
  assert.equal(tip(rig.repository, back.branch), back.sha);
  assert.equal(back.agent, gone.id);
  assert.deepEqual(problemsOf(town), []);
});

test('where the archive is gone, what had landed is archived anew', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig();
  const agent = await town.worker();
  const { branch } = agent.polecat;
  const sha = agent.commit({ 'auth.txt': 'work\n' });
  const { mergeRequest } = await agent.done();
  await town.merge(mergeRequest?.id ?? '');
  await agent.exit({ end: 'stopped' }).catch(() => undefined);
  await town.settle();
  assert.ok(agent.isGone);
  git(repository, 'branch', branch, sha);
  const [first] = [...town.view.all('archives')];
  await town.ask('archive/delete', { archive: first?.id ?? '', confirmed: true });
  await town.ask('polecat/gc', {});
  const [made, ...more] = [...town.view.all('archives')];
  assert.deepEqual([made?.why, made?.tip, more.length], ['collected', sha, 0]);
  assert.equal(tip(repository, made?.ref ?? ''), sha);
  const { agent: back } = await town.ask('archive/restore', { archive: made?.id ?? '' });
  assert.equal(back, agent.id);
});

test('what a person made, moved, brought back or was given as a result is left alone', async (t) => {
  const { town, rig, gone, branches } = await scene(t);
  const { repository } = rig;
  const [left = ''] = branches();
  git(repository, 'branch', 'polecat/my-own', 'main');
  git(repository, 'branch', '--force', left, 'main');
  const [archive] = [...town.view.all('archives')];
  await town.ask('archive/restore', { archive: archive?.id ?? '', to: 'polecat/mine/again' });
  await town.configure('backend', 'merge', 'none');
  const result = await town.sling(gone.bead);
  const { branch } = result.polecat;
  result.commit({ 'docs.txt': 'work\n' });
  await result.done();
  await result.exit({ end: 'stopped' }).catch(() => undefined);
  await town.settle();
  assert.ok(result.isGone);
  await town.configure('backend', 'merge', 'review');

  const before = branches();
  assert.deepEqual(before.toSorted(), [branch, left, 'polecat/mine/again', 'polecat/my-own'].toSorted());
  const { findings } = await town.ask('town/doctor', { fix: true });
  assert.deepEqual(
    findings.filter(({ about, state }) => about === 'branches' && state !== 'ok'),
    [],
  );
  assert.deepEqual((await town.ask('polecat/gc', {})).branches, []);
  assert.deepEqual(branches(), before);
});
