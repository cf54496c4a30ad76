import assert from 'node:assert/strict';
import { test } from 'node:test';
import { git } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';

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

test('a bead whose polecat is being started is not taken off its hook: its sling would undo the same', async (t) => {
  let [reach, goOn] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const town = await TestTown.open(t, {
    async checkpoint(step) {
      if (step !== 'sling:worktree') return;
      reach();
      await held;
    },
  });
  await town.addRig();
  const bead = await town.bead('Refactor auth middleware');
  const slinging = town.ask('work/sling', { beads: [bead] });
  await reached;
  assert.match((await refusal('in-use', town.ask('work/unsling', { bead }))).message, /being started/);
  goOn();
  assert.equal((await slinging).slung.length, 1);
  assert.deepEqual(problemsOf(town), []);
});
