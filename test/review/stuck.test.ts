import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestTown, refusal } from '../operations/support.ts';
import { git, write } from '../support/repository.ts';

test('a bead that an agent took beside its own is free again when its polecat goes', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const more = { title: 'Find the leak', rig: 'backend' };
  const { bead } = await town.ask('bead/create', more, agent.caller);
  await town.ask('work/done', { directory: agent.worktree, noChanges: true }, agent.caller);
  await town.ask('bead/update', { bead: bead.id, claim: true }, agent.caller).catch(() => undefined);
  await town.settle();
  assert.ok(agent.isGone);
  assert.equal(town.status(bead.id), 'open');
  await town.sling(bead.id);
});

test('a bead given by hand to a name that nobody has keeps no polecat from starting', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const first = await town.worker();
  await first.exit({ end: 'failed', code: 1 });
  await town.ask('polecat/remove', { agent: first.id, force: true });
  const change = { bead: first.bead, status: 'in_progress', assignee: first.id };
  await town.ask('bead/update', change);
  assert.notEqual((await town.worker('Mend the lock')).id, first.id);
});

test('an earlier session of a name writes to nothing of the next one', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const before = agent.caller;
  await town.ask('work/done', { directory: agent.worktree, noChanges: true }, before);
  await town.settle();
  const next = await town.worker('Mend the lock');
  assert.equal(next.id, agent.id);
  await refusal('forbidden', town.ask('bead/update', { bead: next.bead, title: 'Taken over' }, before));
  await town.ask('bead/update', { bead: next.bead, notes: 'My own' }, next.caller);
});

test('a session does not make the bead of another wait for one it creates', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const other = await town.bead('Mend the lock');
  const blocking = (bead: string) =>
    town.ask(
      'bead/create',
      { title: 'Hold it up', rig: 'backend', dependencies: [`blocks:${bead}`] },
      agent.caller,
    );
  await refusal('forbidden', blocking(other));
  await blocking(agent.bead);
});

test('a program named for one worktree alone is refused with a way out that works', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  git(rig.repository, 'config', 'extensions.worktreeConfig', 'true');
  git(agent.worktree, 'config', '--worktree', 'diff.x.textconv', 'cat');
  agent.commit({ 'x.txt': 'x\n' });
  const { details } = await refusal('unapproved', agent.done());
  assert.match(details.next ?? '', /git config --worktree --unset-all/);
  git(agent.worktree, 'config', '--worktree', '--unset-all', 'diff.x.textconv');
  assert.equal((await agent.done()).outcome, 'submitted');
});

test('nobody is started in a folder that is no worktree any more, and git can mend it', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  await agent.exit({ end: 'failed', code: 1 });
  write(agent.worktree, { 'work.txt': 'work\n' });
  rmSync(join(agent.worktree, '.git'));
  const started = town.ask('session/run', { agent: agent.id });
  const { details } = await refusal('wrong-place', started);
  assert.match(details.next ?? '', /worktree repair/);
  const removed = town.ask('polecat/remove', { agent: agent.id, force: true });
  await refusal('wrong-place', removed);
  git(rig.repository, 'worktree', 'repair');
  const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.equal(git(rig.repository, 'show', `${archive}:work.txt`), 'work');
});
