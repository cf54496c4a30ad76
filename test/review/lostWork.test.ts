import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { TestTown } from '../operations/support.ts';
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
