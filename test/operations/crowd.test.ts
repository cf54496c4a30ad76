import assert from 'node:assert/strict';
import { test } from 'node:test';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { TestTown } from './support.ts';

test('24 beads slung at once are 24 polecats, each with its own worktree, branch and name', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { maxPolecats: ['24'] } });
  const beads: string[] = [];
  for (let count = 0; count < 24; count += 1) beads.push(await town.bead(`Part ${count}`));
  const { slung, refused } = await town.ask('work/sling', { beads });
  assert.deepEqual(refused, []);
  assert.equal(new Set(slung.map(({ agent }) => agent)).size, 24);
  assert.equal(new Set(slung.map(({ worktree }) => worktree)).size, 24);
  assert.equal(git(rig.repository, 'branch', '--list', 'polecat/*').split('\n').length, 24);
  assert.deepEqual(problemsOf(town), []);
});
