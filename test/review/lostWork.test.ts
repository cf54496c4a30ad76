import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { refusal, TestTown } from '../operations/support.ts';
import { commit, git, write } from '../support/repository.ts';

test('what was only written into a merge commit lands with it', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ files: { 'README.md': 'Hello\n', a: '1\n', b: '1\n' } });
  const agent = await town.worker();
  commit(agent.worktree, { 'work.txt': 'work\n' }, 'Work');
  commit(rig.repository, { b: '2\n' }, 'Meanwhile');
  git(agent.worktree, 'merge', '--no-commit', '--no-ff', 'main');
  write(agent.worktree, { a: 'fitted to b\n' });
  git(agent.worktree, 'add', '--all');
  git(agent.worktree, 'commit', '--quiet', '-m', 'Merge main, and fit a to b');
  const { mergeRequest } = await agent.done();
  commit(rig.repository, { c: '3\n' }, 'And more');
  const landed = await town.merge(mergeRequest?.id ?? '');
  assert.equal(landed.state, 'verified');
  assert.equal(git(rig.target, 'show', 'main:a'), 'fitted to b');
  assert.equal(git(rig.target, 'show', 'main:c'), '3');
});

test('a folder deleted by hand: what was staged, and commits beside the branch, are archived', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  git(agent.worktree, 'checkout', '--quiet', '--detach');
  const beside = commit(agent.worktree, { 'beside.txt': 'beside\n' }, 'Beside');
  write(agent.worktree, { 'staged.txt': 'staged\n' });
  git(agent.worktree, 'add', '--all');
  await agent.exit({ end: 'failed', code: 1 });
  rmSync(agent.worktree, { recursive: true });
  const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  git(rig.repository, 'merge-base', '--is-ancestor', beside, archive);
  assert.equal(git(rig.repository, 'show', `${archive}:staged.txt`), 'staged');
});

for (const flag of ['--assume-unchanged', '--skip-worktree']) {
  test(`what git was told to pass over (${flag}) is archived before the folder goes`, async (t) => {
    const town = await TestTown.open(t);
    const rig = await town.addRig();
    const agent = await town.worker();
    git(agent.worktree, 'update-index', flag, 'README.md');
    write(agent.worktree, { 'README.md': 'Rewritten\n' });
    await agent.exit({ end: 'failed', code: 1 });
    const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
    assert.equal(git(rig.repository, 'show', `${archive}:README.md`), 'Rewritten');
  });
}

test('a clone is not deleted with work in it that its remote does not have', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ kind: 'url' });
  const agent = await town.worker();
  commit(agent.worktree, { 'work.txt': 'work\n' }, 'Work');
  commit(rig.repository, { 'other.txt': 'theirs\n' }, 'Meanwhile');
  git(rig.repository, 'push', '--quiet', rig.remote ?? '', 'main');
  const { mergeRequest } = await agent.done();
  assert.equal((await town.merge(mergeRequest?.id ?? '')).state, 'verified');
  await town.settle();
  const second = await town.worker('Mend the lock');
  write(second.worktree, { 'half.txt': 'half\n' });
  await town.ask('work/unsling', { bead: second.bead });
  const remove = { rig: 'backend', deleteClone: true };
  const { details } = await refusal('in-use', town.ask('rig/remove', remove));
  const [archive = '', ...more] = (details.facts ?? {})['refs'] as string[];
  assert.deepEqual(more, []);
  const clone = town.view.get('rigs', 'backend')?.gitDirectory ?? '';
  assert.equal(git(clone, 'show', `${archive}:half.txt`), 'half');

  git(clone, 'update-ref', '-d', archive);
  await town.ask('rig/remove', remove);
  assert.ok(!existsSync(clone));
});

test('nor with the branches that a rig which does not merge leaves', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig({ kind: 'url', settings: { merge: ['none'] } });
  const agent = await town.worker();
  commit(agent.worktree, { 'work.txt': 'work\n' }, 'Work');
  await agent.done();
  await town.settle();
  await refusal('in-use', town.ask('rig/remove', { rig: 'backend', deleteClone: true }));
});
