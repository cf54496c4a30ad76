import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { commit, git, tip, write } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

async function interrupted(
  t: Parameters<typeof TestTown.open>[0],
): Promise<{ town: TestTown; agent: Agent }> {
  const town = await TestTown.open(t);
  await town.addRig({ files: { 'README.md': 'Hello\n', '.gitignore': '*.log\n' } });
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'committed\n' });
  write(agent.worktree, { 'README.md': 'staged\n' });
  git(agent.worktree, 'add', 'README.md');
  write(agent.worktree, { 'README.md': 'changed\n', 'new.txt': 'untracked\n' });
  return { town, agent };
}

test('a polecat that runs, or whose work has not landed, is not removed', async (t) => {
  const { town, agent } = await interrupted(t);
  const { id: name, bead } = agent;
  const running = await refusal('in-use', town.ask('polecat/remove', { agent: name, force: true }));
  assert.match(running.details.next ?? '', /gt session stop/);
  await agent.exit({ end: 'failed', code: 1 });
  const unlanded = await refusal('in-use', town.ask('polecat/remove', { agent: name }));
  assert.match(unlanded.message, new RegExp(`holds ${bead}, which has not landed`));
  assert.match(unlanded.details.next ?? '', /gt unsling|--force/);
  assert.ok(existsSync(join(agent.worktree, 'new.txt')));
  assert.deepEqual(problemsOf(town), []);
});

test('with force all of it is archived first, and can be brought back', async (t) => {
  const { town, agent } = await interrupted(t);
  const { worktree, polecat } = agent;
  const head = tip(worktree);
  await agent.exit({ end: 'failed', code: 1 });
  const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.ok(!existsSync(worktree));
  assert.ok(agent.isGone);
  assert.equal(town.status(agent.bead), 'open');
  assert.deepEqual(problemsOf(town), []);

  const rig = town.view.get('rigs', 'backend') ?? assert.fail('no rig');
  const directory = join(town.folder, 'restored');
  const restored = await town.parts.git.restore(rig, archive, { directory, branch: polecat.branch });
  assert.equal(restored.sha, head);
  assert.equal(readFileSync(join(directory, 'README.md'), 'utf8'), 'changed\n');
  assert.equal(readFileSync(join(directory, 'new.txt'), 'utf8'), 'untracked\n');
  assert.match(git(directory, 'status', '--porcelain'), /^MM README\.md$/m);
});

test('unsling ends the session, archives the work and frees the bead for the next', async (t) => {
  const { town, agent } = await interrupted(t);
  const { bead, archive } = await town.ask('work/unsling', { bead: agent.bead });
  assert.equal(bead.status, 'open');
  assert.equal(bead.assignee, undefined);
  assert.match(archive ?? '', /^refs\/gastown\/archive\//);
  assert.equal(town.host.launched.size, 0);
  assert.deepEqual(problemsOf(town), []);
  await refusal('invalid', town.ask('work/unsling', { bead: agent.bead }));
  const next = await town.sling(agent.bead);
  assert.notEqual(next.worktree, agent.worktree);
  assert.notEqual(next.slung.branch, agent.slung.branch);
});

test('what was submitted is not taken off its hook, unless it cannot land', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  const request = await agent.submit({ 'README.md': 'Mine\n' });
  await refusal('in-use', town.ask('work/unsling', { bead: agent.bead }));
  commit(rig.repository, { 'README.md': 'Theirs\n' });
  assert.equal((await town.merge(request)).state, 'conflict');
  assert.equal((await town.ask('work/unsling', { bead: agent.bead })).bead.status, 'open');
  await town.settle();
  assert.ok(agent.isGone);
  assert.equal(
    tip(rig.repository, `refs/gastown/tips/${request}`),
    town.view.get('mergeRequests', request)?.tip,
  );
  assert.deepEqual(problemsOf(town), []);
  // Nobody waits for it any more, so that it keeps no rig from going.
  assert.deepEqual(await town.ask('mergeRequest/list', {}), []);
  assert.equal((await town.ask('mergeRequest/list', { all: true })).length, 1);
  assert.equal((await town.ask('town/status', {})).mergeRequests.waiting, 0);
  await town.ask('rig/remove', { rig: rig.name });
});

test('what was submitted does not land behind the back of a bead that was opened by a removal', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const request = await agent.submit();
  await agent.exit({ end: 'done', code: 0 });
  await town.settle();
  await refusal('in-use', town.ask('polecat/remove', { agent: agent.id }));
  const { archiveId } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.equal(town.status(agent.bead), 'open');
  const rejected = town.view.get('mergeRequests', request);
  assert.equal(rejected?.state, 'rejected');
  assert.match(rejected?.reason ?? '', new RegExp(`gt polecat restore ${archiveId}`));
  assert.deepEqual(problemsOf(town), []);
  await town.ask('archive/restore', { archive: archiveId });
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

for (const verb of ['session/handoff', 'session/run'] as const)
  test(`unsling behind ${verb} ends the session that has begun by then`, async (t) => {
    const { town, agent } = await interrupted(t);
    if (verb === 'session/run') await agent.exit({ end: 'failed', code: 1 });
    const before = agent.polecat.session;
    const ahead =
      verb === 'session/run'
        ? town.ask(verb, { agent: agent.id })
        : town.ask(verb, { agent: agent.id, runtime: 'sim' });
    const [next] = await Promise.all([ahead, town.ask('work/unsling', { bead: agent.bead })]);
    assert.notEqual(next.id, before);
    assert.equal(town.view.get('sessions', next.id)?.state, 'ended');
    assert.equal(town.host.launched.size, 0);
    assert.ok(agent.isGone);
    assert.deepEqual(problemsOf(town), []);
  });

test('unsling behind gt done takes nothing away', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  agent.commit({ 'auth.txt': 'work\n' });
  const ahead = agent.done();
  const refused = await refusal('in-use', town.ask('work/unsling', { bead: agent.bead }));
  assert.equal(refused.details.next, `gt mq show ${agent.bead}`);
  const { mergeRequest } = await ahead;
  assert.equal((await town.merge(mergeRequest?.id ?? '')).state, 'verified');
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

test('an archive that does not resolve removes nothing', async (t) => {
  const { town, agent } = await interrupted(t);
  await agent.exit({ end: 'failed', code: 1 });
  await town.reopen({
    git: (real) => ({
      ...real,
      archive: async (...given) => ({
        ...(await real.archive(...given)),
        ref: 'refs/gastown/archive/nowhere',
      }),
    }),
  });
  // The witness writes down what it saw of the end.
  await town.settle();
  const before = tracesOf(town).records;
  await refusal('uncommitted', town.ask('polecat/remove', { agent: agent.id, force: true }));
  assert.ok(existsSync(join(agent.worktree, 'new.txt')));
  assert.deepEqual(tracesOf(town).records, before);
});

test('a removal that is refused is over: a restart does not try it again', async (t) => {
  const { town, agent } = await interrupted(t);
  const inner = join(agent.worktree, 'vendor');
  mkdirSync(inner);
  git(inner, 'init', '--quiet');
  commit(inner, { 'theirs.txt': 'theirs\n' });
  await agent.exit({ end: 'failed', code: 1 });
  const { message } = await refusal(
    'uncommitted',
    town.ask('polecat/remove', { agent: agent.id, force: true }),
  );
  assert.match(message, /vendor/);
  rmSync(inner, { recursive: true });
  await town.reopen();
  await town.settle();
  assert.ok(existsSync(join(agent.worktree, 'new.txt')));
  assert.deepEqual(problemsOf(town), []);
  await town.ask('polecat/remove', { agent: agent.id, force: true });
});

test('commits on the branch are kept, also when something else is checked out', async (t) => {
  const { town, agent } = await interrupted(t);
  const { branch } = agent.polecat;
  git(agent.worktree, 'stash', '--quiet', '--include-untracked');
  const head = tip(agent.worktree);
  git(agent.worktree, 'checkout', '--quiet', '--detach', 'HEAD~1');
  await agent.exit({ end: 'failed', code: 1 });
  const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  const path = join(town.folder, 'backend-repository');
  assert.equal(tip(path, `${archive}-branch`), head);
  assert.equal(git(path, 'branch', '--list', branch), '');
  assert.deepEqual(problemsOf(town), []);
});

test('a worktree that somebody deleted does not hold the removal up', async (t) => {
  const { town, agent } = await interrupted(t);
  const head = tip(agent.worktree);
  await agent.exit({ end: 'failed', code: 1 });
  rmSync(agent.worktree, { recursive: true });
  const { archive } = await town.ask('polecat/remove', { agent: agent.id, force: true });
  assert.equal(tip(join(town.folder, 'backend-repository'), `${archive}^1`), head);
  assert.deepEqual(problemsOf(town), []);
});

test('where worktree and branch were both taken away, what is known is archived, and the bead is free', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agent = await town.worker();
  await agent.exit({ end: 'failed', code: 1 });
  const { branch, base, worktree } = agent.polecat;
  git(rig.repository, 'worktree', 'remove', '--force', '--force', worktree);
  git(rig.repository, 'branch', '-D', branch);

  const lost = await refusal('not-found', town.ask('session/run', { agent: agent.id }));
  assert.match(lost.details.next ?? '', new RegExp(`gt unsling ${agent.bead}`));

  const folder = dirname(worktree);
  renameSync(folder, `${folder}.away`);
  await refusal('not-found', town.ask('work/unsling', { bead: agent.bead }));
  assert.equal(town.status(agent.bead), 'hooked', 'a disk may come back');
  renameSync(`${folder}.away`, folder);

  const { archive } = await town.ask('work/unsling', { bead: agent.bead });
  assert.equal(git(rig.repository, 'rev-parse', archive ?? ''), base);
  assert.equal(town.status(agent.bead), 'open');
  assert.deepEqual(problemsOf(town), []);
});

test('a removal and a resumption at once do not meet in one worktree', async (t) => {
  const { town, agent } = await interrupted(t);
  await agent.exit({ end: 'failed', code: 1 });
  const [removed, resumed] = await Promise.allSettled([
    town.ask('polecat/remove', { agent: agent.id, force: true }),
    town.ask('session/run', { agent: agent.id }),
  ]);
  assert.equal(removed.status, 'fulfilled');
  assert.equal(resumed.status, 'rejected');
  assert.deepEqual(problemsOf(town), []);
});

test('a rig in use is not removed; without polecats it is, and its folder only when asked', async (t) => {
  const { town, agent } = await interrupted(t);
  await refusal('in-use', town.ask('rig/remove', { rig: 'backend', deleteClone: true }));
  await town.ask('work/unsling', { bead: agent.bead });
  const { kept } = await town.ask('rig/remove', { rig: 'backend' });
  assert.ok(kept && existsSync(kept));
  assert.ok(existsSync(join(town.folder, 'backend-repository', 'README.md')));
});

test('what people wrote into the folder of a rig stays when the rig and its clone are removed', async (t) => {
  const town = await TestTown.open(t);
  for (const name of ['backend', 'frontend']) await town.addRig({ name, kind: 'url' });
  const folder = join(town.parts.paths.town, 'backend');
  write(folder, { 'plugins/pre-merge/10-lint.sh': 'npm run lint\n' });
  const { kept } = await town.ask('rig/remove', { rig: 'backend', deleteClone: true });
  assert.equal(kept, folder);
  assert.deepEqual(readdirSync(folder), ['plugins']);
  assert.equal(readFileSync(join(folder, 'plugins/pre-merge/10-lint.sh'), 'utf8'), 'npm run lint\n');
  const { kept: none } = await town.ask('rig/remove', { rig: 'frontend', deleteClone: true });
  assert.deepEqual([none, existsSync(join(town.parts.paths.town, 'frontend'))], [undefined, false]);
});

test('what closed its bead without a landing is in the bin as closed, not as landed', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  await agent.done({ noChanges: true });
  await town.settle();
  assert.ok(agent.isGone);
  assert.deepEqual(
    [...town.view.all('archives')].map(({ why }) => why),
    ['closed'],
  );
});
