import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commit, git, tip, write } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { filesAt, refusal, targetOf, TestTown } from './support.ts';

for (const kind of ['path', 'url'] as const) {
  test(`over a ${kind}: work in a clone is handed over, lands, and the clone goes`, async (t) => {
    const town = await TestTown.open(t);
    const rig = await town.addRig({ kind, settings: { isolation: ['clone'] } });
    const agent = await town.worker();
    assert.ok(lstatSync(join(agent.worktree, '.git')).isDirectory());
    assert.deepEqual(problemsOf(town), []);
    const made = agent.commit({ 'auth.txt': 'work\n' });
    const { commits } = await town.ask('polecat/get', { agent: agent.id });
    assert.equal(commits, 1);
    const { files, tip: shown } = await town.ask('polecat/changes', { agent: agent.id });
    assert.deepEqual([files.map(({ path }) => path), shown], [['auth.txt'], made]);
    assert.match((await town.ask('work/prime', {}, agent.caller)).text, /auth|1 commit/);

    write(agent.worktree, { 'more.txt': '1\n' });
    await refusal('uncommitted', agent.done());
    const { mergeRequest } = await agent.done({ commit: true });
    assert.equal(mergeRequest?.tip, tip(agent.worktree));
    await town.merge(mergeRequest?.id ?? '');
    await town.settle();
    assert.ok(filesAt(rig).includes('auth.txt') && filesAt(rig).includes('more.txt'));
    assert.ok(agent.isGone && !existsSync(agent.worktree));
    assert.deepEqual(problemsOf(town), []);
  });
}

test('a runtime that cannot commit in a linked worktree gets a clone, unless the rig says otherwise', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const preset = { id: 'boxed', extends: 'sim', capabilities: { commitsInWorktree: false } };
  await town.ask('runtime/add', { preset });
  await town.configure('backend', 'runtime', 'boxed');
  assert.equal((await town.worker('Auth work')).polecat.isolation, 'clone');
  await town.configure('backend', 'isolation', 'worktree');
  assert.equal((await town.worker('Cache work')).polecat.isolation, undefined);
  assert.deepEqual(problemsOf(town), []);
});

test('done in another folder than the clone is refused, and so is another branch', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { isolation: ['clone'] } });
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'work\n' });
  await refusal('wrong-place', agent.done({ directory: rig.repository }));
  git(agent.worktree, 'checkout', '--quiet', '-b', 'other');
  await refusal('wrong-place', agent.done());
});

test('taken off its hook, all that was in the clone is in the repository', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { isolation: ['clone'] } });
  const agent = await town.worker();
  const made = agent.commit({ 'auth.txt': 'work\n' });
  git(agent.worktree, 'branch', 'aside');
  write(agent.worktree, { 'untracked.txt': '1\n' });
  const { archive } = await town.ask('work/unsling', { bead: agent.bead });
  assert.equal(git(rig.repository, 'show', `${archive}:untracked.txt`), '1');
  assert.equal(tip(rig.repository, `${archive}^1`), made);
  assert.equal(tip(rig.repository, `${archive}-held/heads/aside`), made);
  assert.ok(!existsSync(agent.worktree));
  assert.deepEqual(problemsOf(town), []);
});

test('each archive of a clone keeps its own branches, whatever they are by then', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig({ settings: { isolation: ['clone'] } });
  const agent = await town.worker();
  const idea = (worktree: string, file: string): string => {
    git(worktree, 'checkout', '--quiet', '-B', 'idea');
    const sha = commit(worktree, { [file]: '1\n' });
    git(worktree, 'checkout', '--quiet', '-');
    return sha;
  };
  const first = idea(agent.worktree, 'x.txt');
  await agent.exit({ end: 'stopped' });
  const remove = async (id: string) => await town.ask('polecat/remove', { agent: id, force: true });
  const restore = async (archive: string) => {
    const { worktree = '', agent: id = '' } = await town.ask('archive/restore', { archive });
    return { worktree, id };
  };
  const one = await remove(agent.id);
  const back = await restore(one.archiveId);
  const second = idea(back.worktree, 'y.txt');
  const two = await remove(back.id);
  const again = await restore(one.archiveId);
  assert.equal(tip(again.worktree, 'idea'), first);
  git(again.worktree, 'branch', '--quiet', '-D', 'idea');
  git(again.worktree, 'branch', 'idea/one', first);
  const three = await remove(again.id);
  const held = (id: string) => town.view.get('archives', id)?.held ?? '';
  assert.equal(tip(repository, `${held(one.archiveId)}heads/idea`), first);
  assert.equal(tip(repository, `${held(two.archiveId)}heads/idea`), second);
  assert.equal(tip(repository, `${held(three.archiveId)}heads/idea/one`), first);
  const { refs } = await town.ask('archive/list', { refs: true });
  assert.deepEqual(refs, []);
  await town.ask('archive/delete', { archive: one.archiveId, confirmed: true });
  assert.equal(tip((await restore(two.archiveId)).worktree, 'idea'), second);
  assert.deepEqual(problemsOf(town), []);
});

test('a clone that somebody deleted is removed all the same, with what had come back', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ settings: { isolation: ['clone'] } });
  const agent = await town.worker();
  const made = agent.commit({ 'auth.txt': 'work\n' });
  await town.ask('polecat/changes', { agent: agent.id });
  await agent.exit({ end: 'failed', code: 1 });
  rmSync(agent.worktree, { recursive: true });
  const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.equal(tip(rig.repository, archive), made);
  assert.deepEqual(problemsOf(town), []);
});

test('what .worktreeinclude names is in the workplace, and said; off, it is not', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig({ files: { '.gitignore': '.env\n', '.worktreeinclude': '.env\n' } });
  write(rig.repository, { '.env': 'KEY=1\n' });
  for (const isolation of ['worktree', 'clone']) {
    await town.configure('backend', 'isolation', isolation);
    const agent = await town.worker(`${isolation} work`);
    assert.equal(readFileSync(join(agent.worktree, '.env'), 'utf8'), 'KEY=1\n');
    assert.deepEqual(agent.slung.warnings, ['Copied 1 file that .worktreeinclude names.']);
    await agent.submit();
  }
  await town.configure('backend', 'include', 'off');
  const without = await town.worker('Plain work');
  assert.ok(!existsSync(join(without.worktree, '.env')));
  assert.deepEqual(without.slung.warnings, []);
  assert.equal(targetOf(rig), tip(rig.repository));
});
