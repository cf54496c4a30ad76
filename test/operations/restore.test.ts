import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FakeClock } from '../support/fakeClock.ts';
import { type Files, git, tip, write } from '../support/repository.ts';
import { type Random, randomOf } from '../support/random.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, type RigWish, TestTown } from './support.ts';

/** Everything that a person would see of a worktree: what is committed, staged, changed, new, deleted, executable, or a link. */
function picture(directory: string): unknown {
  return {
    head: tip(directory),
    branch: git(directory, 'rev-parse', '--abbrev-ref', 'HEAD'),
    status: git(directory, 'status', '--porcelain=v1', '-z', '--untracked-files=all'),
    staged: git(directory, 'diff', '--cached', '--binary'),
    changed: git(directory, 'diff', '--binary'),
    files: filesBelow(directory),
  };
}

function filesBelow(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (path === '.git') return [];
    if (entry.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(folder, path))}`];
    if (entry.isDirectory()) return filesBelow(folder, path);
    const mode = (lstatSync(join(folder, path)).mode & 0o100) === 0 ? '' : ' *';
    return [`${path}${mode}: ${readFileSync(join(folder, path), 'utf8')}`];
  });
}

async function worked(t: Parameters<typeof TestTown.open>[0], wish: RigWish = {}): Promise<Agent> {
  const town = await TestTown.open(t);
  await town.addRig({ files: { 'README.md': 'Hello\n', gone: '1\n', tool: '1\n' }, ...wish });
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'committed\n' });
  write(agent.worktree, { 'README.md': 'staged\n' });
  git(agent.worktree, 'add', 'README.md');
  write(agent.worktree, { 'README.md': 'changed\n', 'new.txt': 'untracked\n', gone: undefined });
  return agent;
}

test('what was unslung comes back: branch, index, files, and the bead on its hook', async (t) => {
  const agent = await worked(t);
  const { town, bead } = agent;
  const before = picture(agent.worktree);
  const { archiveId = '' } = await town.ask('work/unsling', { bead });
  const record = town.view.get('archives', archiveId);
  assert.equal(record?.why, 'unslung');
  assert.deepEqual(record.uncommitted, ['README.md', 'gone', 'new.txt']);

  const restored = await town.ask('archive/restore', { archive: archiveId });
  assert.equal(restored.agent, agent.id);
  assert.notEqual(restored.worktree, agent.worktree);
  assert.deepEqual(picture(restored.worktree ?? ''), before);
  assert.ok(restored.hooked);
  assert.equal(agent.polecat.state, 'interrupted');
  assert.equal(town.status(bead), 'hooked');
  assert.deepEqual(problemsOf(town), []);

  await town.ask('session/run', { agent: agent.id });
  const { mergeRequest } = await town.ask(
    'work/done',
    { directory: restored.worktree ?? '', commit: true },
    agent.caller,
  );
  assert.equal((await town.merge(mergeRequest?.id ?? '')).state, 'verified');
  await town.settle();
  assert.equal([...town.view.find('archivesByBead', bead)].at(-1)?.why, 'landed');
  assert.deepEqual(problemsOf(town), []);
});

test('a clone comes back as a clone, with its other branches, tags and stashes', async (t) => {
  const agent = await worked(t, { settings: { isolation: ['clone'] } });
  const { town, worktree } = agent;
  git(worktree, 'branch', 'side');
  git(worktree, 'tag', 'mark');
  git(worktree, 'stash', 'push', '--quiet', '--message', 'one', 'new.txt', '--include-untracked');
  const before = picture(worktree);
  const stash = git(worktree, 'rev-parse', 'stash@{0}');
  await town.ask('work/unsling', { bead: agent.bead });
  const restored = await town.ask('archive/restore', { archive: agent.bead });
  const directory = restored.worktree ?? '';
  assert.deepEqual(picture(directory), before);
  assert.equal(git(directory, 'rev-parse', 'stash@{0}', 'side', 'mark').split('\n')[0], stash);
  assert.equal(git(directory, 'for-each-ref', 'refs/gastown/restored', 'refs/gastown/stash'), '');
  assert.deepEqual(problemsOf(town), []);
});

test('what was in the checkout of its user comes back in a folder of its own', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig({ away: true });
  await town.ask('rig/configure', {
    rig: 'backend',
    key: 'isolation',
    words: ['in-place'],
    confirmed: true,
  });
  const agent = await town.worker();
  const sha = agent.commit({ 'auth.txt': 'work\n' });
  await town.ask('work/unsling', { bead: agent.bead });
  const restored = await town.ask('archive/restore', { archive: agent.bead });
  assert.notEqual(restored.worktree, repository);
  assert.equal(tip(restored.worktree ?? ''), sha);
  assert.match(restored.notes.join(), /your own checkout/);
  assert.deepEqual(problemsOf(town), []);
});

test('crew comes back with what it had begun', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const { agent, directory } = await town.ask('crew/add', { rig: 'backend', name: 'dave' });
  write(directory, { 'notes.txt': 'mine\n' });
  const before = picture(directory);
  const { archiveId } = await town.ask('crew/remove', { agent, force: true });
  const restored = await town.ask('archive/restore', { archive: archiveId });
  assert.equal(restored.agent, agent);
  assert.deepEqual(picture(restored.worktree ?? ''), before);
  assert.deepEqual(problemsOf(town), []);
});

test('a name that is taken is refused with one that is free; a branch that is, with --to', async (t) => {
  const agent = await worked(t);
  const { town, bead } = agent;
  const before = picture(agent.worktree);
  const { archiveId = '' } = await town.ask('work/unsling', { bead });
  const next = await town.sling(bead);
  assert.equal(next.id, agent.id);
  const refused = await refusal('taken', town.ask('archive/restore', { archive: archiveId }));
  const { free } = refused.details.facts as { free: string };
  assert.match(refused.details.next ?? '', new RegExp(`--as ${free}$`));
  const restored = await town.ask('archive/restore', { archive: archiveId, as: free });
  assert.deepEqual(picture(restored.worktree ?? ''), before);
  assert.equal(restored.hooked, false);
  assert.match(restored.notes.join(), new RegExp(`held by ${agent.id}`));
  assert.deepEqual(problemsOf(town), []);

  await refusal('taken', town.ask('archive/restore', { archive: archiveId, as: 'another' }));
  assert.deepEqual(problemsOf(town), []);
});

test('with --to it is a branch alone, uncommitted work as one commit more', async (t) => {
  const agent = await worked(t);
  const { town } = agent;
  const head = tip(agent.worktree);
  const { archiveId = '' } = await town.ask('work/unsling', { bead: agent.bead });
  const made = await town.ask('archive/restore', { archive: archiveId, to: 'rescued' });
  const path = join(town.folder, 'backend-repository');
  assert.equal(made.agent, undefined);
  assert.equal(tip(path, 'rescued~1'), head);
  assert.equal(git(path, 'show', 'rescued:README.md'), 'changed');
  assert.equal(git(path, 'ls-tree', '--name-only', 'rescued', 'gone'), '');
  assert.equal(town.view.get('archives', archiveId)?.restoredAs, 'rescued');
  const taken = await refusal('taken', town.ask('archive/restore', { archive: archiveId, to: 'rescued' }));
  assert.match(taken.details.next ?? '', /--to/);
});

test('an archive of before there were records is found by its ref, and comes back as a branch', async (t) => {
  const agent = await worked(t);
  const { town } = agent;
  const { archiveId = '', archive = '' } = await town.ask('work/unsling', { bead: agent.bead });
  await town.parts.store.transact({ verb: 'test', by: 'test' }, (draft) =>
    draft.remove('archives', archiveId),
  );
  assert.deepEqual((await town.ask('archive/list', {})).refs, []);
  const { refs } = await town.ask('archive/list', { refs: true });
  assert.deepEqual(
    refs.map(({ ref }) => ref),
    [archive],
  );
  const made = await town.ask('archive/restore', { archive, to: 'rescued' });
  assert.equal(git(join(town.folder, 'backend-repository'), 'show', 'rescued:new.txt'), 'untracked');
  assert.equal(made.archive, undefined);
  await refusal('not-found', town.ask('archive/restore', { archive }));
});

test('deleting for good is confirmed, takes the refs, and says what they held', async (t) => {
  const agent = await worked(t);
  const { town } = agent;
  const { archiveId = '', archive = '' } = await town.ask('work/unsling', { bead: agent.bead });
  const refused = await refusal('unapproved', town.ask('archive/delete', { archive: archiveId }));
  assert.match(refused.message, /3 files/);
  const { deleted } = await town.ask('archive/delete', { archive: archiveId, confirmed: true });
  assert.deepEqual(
    deleted.map(({ ref }) => ref),
    [archive, `${archive}-branch`],
  );
  assert.equal(git(join(town.folder, 'backend-repository'), 'for-each-ref', 'refs/gastown/archive'), '');
  assert.match(town.log.join('\n'), /Deleted refs\/gastown\/archive/);
  await refusal('not-found', town.ask('archive/restore', { archive: archiveId }));
});

test('a restore that fails leaves nothing behind', async (t) => {
  const agent = await worked(t);
  const { town } = agent;
  await town.ask('work/unsling', { bead: agent.bead });
  for (const step of ['restore:reserved', 'restore:worktree']) {
    await town.reopen({
      checkpoint: (now) => (now === step ? Promise.reject(new Error('the disk is full')) : Promise.resolve()),
    });
    await assert.rejects(town.ask('archive/restore', { archive: agent.bead }), /disk is full/);
    assert.ok(agent.isGone);
    assert.equal(town.status(agent.bead), 'open');
    assert.deepEqual(problemsOf(town), []);
  }
  await town.reopen();
  await town.ask('archive/restore', { archive: agent.bead });
  assert.deepEqual(problemsOf(town), []);
});

test('removed and restored twice, both archives are whole', async (t) => {
  const agent = await worked(t);
  const { town } = agent;
  const path = join(town.folder, 'backend-repository');
  const first = await town.ask('work/unsling', { bead: agent.bead });
  const { worktree = '' } = await town.ask('archive/restore', { archive: agent.bead });
  git(worktree, 'reset', '--quiet', '--hard', 'HEAD~1');
  const second = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.notEqual(second.archive, first.archive);
  for (const { archive, archiveId = '' } of [first, second]) {
    const record = town.view.get('archives', archiveId);
    assert.ok(record);
    assert.equal(record.ref, archive);
    assert.equal(tip(path, `${archive ?? ''}-branch`), record.branchTip ?? record.tip);
  }
  const again = await town.ask('archive/restore', { archive: first.archiveId ?? '' });
  assert.equal(readFileSync(join(again.worktree ?? '', 'auth.txt'), 'utf8'), 'committed\n');
});

const names = [
  'plain.txt',
  'with space',
  '-starts-with-dash',
  '$(touch pwned)',
  '`touch pwned`',
  "quo'te",
  'dou"ble',
  'line\nbreak',
  'tab\tin it',
  'ünïcödé ☃',
  'semi;colon&and|pipe',
  'deep/er/and deeper/file',
  'trailing ',
  '*star?[a]',
  ':(glob)magic',
  '%PATH%',
];

for (const isolation of ['worktree', 'clone'])
  for (const seed of [1, 2, 3])
    test(`whatever lay there comes back equal: ${isolation}, seed ${seed}`, async (t) => {
      const random = randomOf(seed);
      const town = await TestTown.open(t);
      const tracked = Object.fromEntries(
        names.filter(() => random.chance(0.7)).map((name) => [name, 'one\n']),
      );
      await town.addRig({
        files: { 'README.md': 'Hello\n', ...tracked },
        settings: { isolation: [isolation] },
      });
      const agent = await town.worker();
      const { worktree } = agent;
      agent.commit({ 'work.txt': String(seed) });
      for (const name of names) {
        change(worktree, name, random);
        if (random.chance(0.4)) git(worktree, 'update-index', '--add', '--remove', '--', name);
        if (random.chance(0.3)) change(worktree, name, random);
      }
      const before = picture(worktree);
      await town.ask('work/unsling', { bead: agent.bead });
      assert.ok(!existsSync(worktree));
      const restored = await town.ask('archive/restore', { archive: agent.bead });
      assert.deepEqual(picture(restored.worktree ?? ''), before);
      assert.deepEqual(problemsOf(town), []);
      assert.ok(!existsSync(join(restored.worktree ?? '', 'pwned')));
    });

function change(worktree: string, name: string, random: Random): void {
  const path = join(worktree, name);
  const choice = random.below(5);
  const content: Files = { [name]: `${random.below(1000)}\n` };
  if (choice === 0) rmSync(path, { force: true });
  else if (choice === 1) {
    rmSync(path, { force: true });
    write(worktree, content);
    rmSync(path);
    symlinkSync('../no where/$(id)', path);
  } else if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) {
    write(worktree, content);
    if (choice === 2) chmodSync(path, 0o755);
  }
}

test('archives go after the days of the town, but never while their bead is open', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  await town.addRig();
  await town.ask('town/configure', { key: 'keepArchives', words: ['3'] });
  const [open, closed] = [await town.worker(), await town.worker('Cache work')];
  for (const agent of [open, closed]) await town.ask('work/unsling', { bead: agent.bead });
  await town.ask('bead/close', { bead: closed.bead });
  const kept = (): number => [...town.view.all('archives')].length;
  await clock.pass(2 * dayMs, () => town.settle());
  assert.equal(kept(), 2);
  await clock.pass(1.5 * dayMs, () => town.settle());
  assert.deepEqual(
    Array.from(town.view.all('archives'), ({ bead }) => bead),
    [open.bead],
  );
  await town.ask('bead/close', { bead: open.bead });
  await clock.pass(1.5 * dayMs, () => town.settle());
  assert.equal(kept(), 0);
  assert.equal(git(join(town.folder, 'backend-repository'), 'for-each-ref', 'refs/gastown/archive'), '');
});

test('what keeps the commits of a crashed session goes as archives do, and is listed until then', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const { repository } = await town.addRig({ settings: { remedy: ['none'] } });
  await town.ask('town/configure', { key: 'keepArchives', words: ['3'] });
  const agent = await town.worker();
  const sha = agent.commit({ 'auth.txt': 'work\n' });
  const ref = `refs/gastown/crash/${agent.caller.session}`;
  await agent.exit({ end: 'failed', code: 1 });
  await town.settle();
  const listed = async () =>
    (await town.ask('archive/list', { refs: true })).refs.map((each) => ({ ...each, at: '' }));
  const row = { rig: 'backend', ref, sha, at: '', agent: agent.id, bead: agent.bead };
  assert.deepEqual(await listed(), [row]);
  const rescued = await town.ask('archive/restore', { archive: ref, to: 'rescued' });
  assert.deepEqual([rescued.branch, rescued.sha], ['rescued', sha]);
  await clock.pass(4 * dayMs, () => town.settle());
  assert.equal(tip(repository, ref), sha, 'its bead is open');
  await town.ask('bead/close', { bead: agent.bead, force: true });
  await clock.pass(1.5 * dayMs, () => town.settle());
  assert.deepEqual(await listed(), []);
  assert.ok(town.log.includes(`Deleted ${ref}, which held ${sha}.`), town.log.join('\n'));
  // Nobody keeps it anew when the town starts.
  await town.reopen({ now: clock.date, sleep: clock.sleep });
  await town.settle();
  assert.deepEqual(await listed(), []);
  assert.deepEqual(problemsOf(town), []);
});

const dayMs = 24 * 60 * 60 * 1000;
