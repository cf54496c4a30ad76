import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestTown } from '../operations/support.ts';
import { bareRemote, commit, git, tip } from '../support/repository.ts';

test('an object that an agent replaced does not make its work landed', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  const work = tip(agent.worktree);
  const other = commit(rig.repository, { 'other.txt': 'theirs\n' }, 'Meanwhile');
  git(rig.repository, 'replace', '--graft', other, work);
  const landed = await town.merge(request);
  git(rig.repository, 'replace', '--delete', other);
  assert.equal(landed.state, 'verified');
  assert.equal(git(rig.target, 'show', 'main:auth.txt'), 'work');
});

test('nor does a graft file', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  const work = tip(agent.worktree);
  const other = commit(rig.repository, { 'other.txt': 'theirs\n' }, 'Meanwhile');
  writeFileSync(join(rig.repository, '.git', 'info', 'grafts'), `${other} ${work}\n`);
  const landed = await town.merge(request);
  writeFileSync(join(rig.repository, '.git', 'info', 'grafts'), '');
  assert.equal(landed.state, 'verified');
  assert.equal(git(rig.target, 'show', 'main:auth.txt'), 'work');
});

for (const key of ['insteadOf', 'pushInsteadOf']) {
  test(`an address that an agent rewrote (${key}) does not take the work elsewhere`, async (t) => {
    const town = await TestTown.open(t);
    const rig = await town.addRig({ kind: 'url' });
    const evil = bareRemote(rig.repository, join(town.folder, 'evil.git'));
    const agent = await town.worker();
    const request = await agent.submit({ 'auth.txt': 'work\n' });
    git(agent.worktree, 'config', `url.${evil}.${key}`, `file://${rig.remote}`);
    const before = tip(join(town.folder, 'evil.git'), 'main');
    const landed = await town.merge(request).catch((error: unknown) => error);
    assert.equal(tip(join(town.folder, 'evil.git'), 'main'), before);
    if (landed instanceof Error) assert.match(landed.message, /nobody has approved/);
    else assert.equal(git(rig.target, 'show', 'main:auth.txt'), 'work');
  });
}
