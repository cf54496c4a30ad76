import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { commit, git, tip, write } from '../support/repository.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, filesAt, targetOf, type TestRig, TestTown } from './support.ts';

/** A commit of somebody else on the target. */
function meanwhile(rig: TestRig, files: Record<string, string>): string {
  const sha = commit(rig.repository, files, 'Meanwhile');
  if (rig.remote !== undefined) git(rig.repository, 'push', '--quiet', rig.remote, 'main');
  return sha;
}

async function submitted(
  t: TestContext,
  wish: Parameters<TestTown['addRig']>[0] = {},
): Promise<{ town: TestTown; rig: TestRig; agent: Agent; request: string }> {
  const town = await TestTown.open(t);
  const rig = await town.addRig(wish);
  const agent = await town.worker();
  return { town, rig, agent, request: await agent.submit({ 'auth.txt': 'work\n' }) };
}

for (const kind of ['path', 'url'] as const) {
  test(`over a ${kind}: the target has moved, and the work is put on top of it`, async (t) => {
    const { town, rig, agent, request } = await submitted(t, { kind });
    const other = meanwhile(rig, { 'other.txt': 'theirs\n' });
    const landed = await town.merge(request);
    assert.equal(landed.state, 'verified');
    assert.notEqual(landed.landed, landed.tip);
    assert.equal(landed.landed, targetOf(rig));
    assert.equal(tip(rig.target, 'refs/heads/main~1'), other);
    assert.deepEqual(filesAt(rig), ['README.md', 'auth.txt', 'other.txt']);
    assert.match(git(rig.target, 'log', '-1', '--format=%cn <%ce>', 'main'), /@backend\.gastown\.invalid>$/);
    await town.settle();
    assert.ok(agent.isGone);
    assert.deepEqual(problemsOf(town), []);
    assert.equal((await town.merge(request)).verifiedAt, landed.verifiedAt);
  });

  test(`over a ${kind}: a conflict names the files, touches nothing and is taken up again`, async (t) => {
    const { town, rig, agent } = await submitted(t, { kind });
    const request = await agent.submit({ 'README.md': 'Mine\n' });
    await town.settle();
    const other = meanwhile(rig, { 'README.md': 'Theirs\n' });
    const conflict = await town.merge(request);
    assert.equal(conflict.state, 'conflict');
    assert.deepEqual(conflict.files, ['README.md']);
    assert.match(conflict.reason ?? '', /conflicts with main in README\.md/);
    assert.equal(targetOf(rig), other);
    assert.equal(town.status(agent.bead), 'hooked');
    assert.equal((await town.ask('town/status', {})).polecats.needYou, 1);
    assert.deepEqual(problemsOf(town), []);
    if (kind === 'path') assert.equal(git(rig.repository, 'status', '--porcelain'), '');

    await town.ask('session/run', { agent: agent.id });
    assert.equal(agent.polecat.state, 'working');
    const base = kind === 'path' ? 'main' : 'origin/main';
    git(agent.worktree, 'reset', '--quiet', '--hard', base);
    const again = await agent.submit({ 'README.md': 'Theirs and mine\n', 'auth.txt': 'work\n' });
    assert.equal((await town.merge(again)).state, 'verified');
    assert.equal(git(rig.target, 'show', 'main:README.md'), 'Theirs and mine');
    await town.settle();
    assert.deepEqual(problemsOf(town), []);
  });
}

test('the check decides, its output is kept, and without its program nothing lands', async (t) => {
  const { town, rig, agent, request } = await submitted(t);
  const before = targetOf(rig);
  await town.configure('backend', 'check', 'node', '-e', 'console.log("two tests failed"); process.exit(3)');
  const failed = await town.merge(request);
  assert.equal(failed.state, 'rejected');
  assert.match(failed.reason ?? '', /check failed twice, with exit code 3$/);
  assert.deepEqual(failed.checkOutput, ['two tests failed']);

  await town.configure('backend', 'check', 'no-such-program');
  assert.match((await town.merge(request)).checkOutput?.join() ?? '', /no "no-such-program" on the PATH/);
  assert.equal(targetOf(rig), before);
  assert.deepEqual(problemsOf(town), []);

  // The same commit may be handed over again: the check may have been at fault.
  await town.ask('session/run', { agent: agent.id });
  assert.equal(agent.polecat.state, 'working');
  const { outcome, mergeRequest } = await agent.done();
  assert.deepEqual([outcome, mergeRequest?.id, mergeRequest?.state], ['submitted', request, 'submitted']);
  assert.equal(agent.polecat.state, 'done');

  // It runs where the result lies, beside what is already on the target.
  meanwhile(rig, { 'other.txt': 'theirs\n' });
  const script =
    'const f = require("fs"); process.exit(f.existsSync("auth.txt") && f.existsSync("other.txt") ? 0 : 1)';
  await town.configure('backend', 'check', 'node', '-e', script);
  assert.equal((await town.merge(request)).state, 'verified');
});

test('what the remote does not take is rejected with its words, and lands when it does', async (t) => {
  const { town, rig, request } = await submitted(t, { kind: 'url' });
  const before = targetOf(rig);
  const hook = join(rig.remote ?? '', 'hooks', 'pre-receive');
  writeFileSync(hook, '#!/bin/sh\necho "the branch is frozen" >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  const rejected = await town.merge(request);
  assert.equal(rejected.state, 'rejected');
  assert.match(rejected.reason ?? '', /did not take the push to main: .*frozen/s);
  const { items } = await town.ask('attention/list', {});
  assert.deepEqual(
    items.map(({ action }) => action.command),
    [`gt mq merge ${rejected.bead}`],
  );
  assert.equal(targetOf(rig), before);
  chmodSync(hook, 0o644);
  assert.equal((await town.merge(request)).state, 'verified');
  assert.notEqual(targetOf(rig), before);
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

for (const kind of ['path', 'url'] as const) {
  test(`over a ${kind}: a target that moves during the landing makes it begin again`, async (t) => {
    let moves = 2;
    const moved: string[] = [];
    const town = await TestTown.open(t, {
      checkpoint: (step) => {
        if (step === 'land:prepared' && moves > 0) {
          moves -= 1;
          moved.push(meanwhile(rig, { [`other-${moves}.txt`]: 'theirs\n' }));
        }
        return Promise.resolve();
      },
    });
    const rig = await town.addRig({ kind, away: false });
    const agent = await town.worker();
    const request = await agent.submit();
    assert.equal((await town.merge(request)).state, 'verified');
    assert.equal(moved.length, 2);
    for (const sha of moved) git(rig.target, 'merge-base', '--is-ancestor', sha, 'main');
    await town.settle();
    assert.deepEqual(problemsOf(town), []);
  });
}

test('two requests that land at once in one rig both land', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const agents = [
    await town.worker('Auth work'),
    await town.worker('Cache work'),
    await town.worker('Queue work'),
  ];
  const requests = [];
  for (const agent of agents) requests.push(await agent.submit());
  const landed = await Promise.all(requests.map((request) => town.merge(request)));
  assert.deepEqual(
    landed.map(({ state }) => state),
    ['verified', 'verified', 'verified'],
  );
  assert.equal(filesAt(rig).length, 4);
  assert.equal(git(rig.repository, 'status', '--porcelain'), '');
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

test('a local target that nobody has checked out is moved', async (t) => {
  const { town, rig, request } = await submitted(t, { away: true });
  write(rig.repository, { 'README.md': 'being edited\n' });
  assert.equal((await town.merge(request)).state, 'verified');
  assert.equal(git(rig.repository, 'branch', '--show-current'), 'elsewhere');
  assert.equal(git(rig.repository, 'status', '--porcelain').trim(), 'M README.md');
  assert.ok(!existsSync(join(rig.repository, 'auth.txt')));
});

test("the owner's checkout of the target follows, keeps other changes, and never shows landed work as deleted", async (t) => {
  const { town, rig, request } = await submitted(t, {
    files: { 'README.md': 'Hello\n', 'notes.txt': 'old\n' },
  });
  write(rig.repository, { 'notes.txt': 'being edited\n', 'draft.txt': 'new\n' });
  git(rig.repository, 'add', 'notes.txt');
  const before = git(rig.repository, 'status', '--porcelain');
  assert.equal((await town.merge(request)).state, 'verified');
  assert.equal(git(rig.repository, 'status', '--porcelain'), before);
  assert.equal(readFileSync(join(rig.repository, 'auth.txt'), 'utf8'), 'work\n');
  git(rig.repository, 'commit', '--quiet', '-m', 'Of the owner');
  assert.ok(filesAt(rig).includes('auth.txt'));
});

test('changes in the landed files hold the landing up until they are out of the way', async (t) => {
  const {
    town,
    rig,
    agent,
    request: _,
  } = await submitted(t, {
    files: { 'README.md': 'Hello\n', 'notes.txt': 'old\n' },
  });
  const request = await agent.submit({ 'README.md': 'Hello, auth\n', 'new.txt': 'ours\n' });
  const before = targetOf(rig);
  write(rig.repository, {
    'README.md': 'being edited\n',
    'new.txt': 'of the owner\n',
    'notes.txt': 'other\n',
  });
  const status = git(rig.repository, 'status', '--porcelain');
  const waiting = await town.merge(request);
  assert.equal(waiting.state, 'waiting-for-checkout');
  assert.deepEqual(waiting.files, ['README.md', 'new.txt']);
  assert.ok(waiting.reason?.includes(rig.repository), waiting.reason);
  assert.equal(targetOf(rig), before);
  assert.equal(git(rig.repository, 'status', '--porcelain'), status);
  assert.equal(readFileSync(join(rig.repository, 'new.txt'), 'utf8'), 'of the owner\n');
  assert.equal((await town.ask('town/status', {})).polecats.needYou, 1);

  git(rig.repository, 'stash', '--quiet', '--include-untracked');
  assert.equal((await town.merge(request)).state, 'verified');
  assert.equal(git(rig.repository, 'status', '--porcelain'), '');
  assert.equal(readFileSync(join(rig.repository, 'README.md'), 'utf8'), 'Hello, auth\n');
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

test('a bare repository of the user is landed in, and pushed only where the rig says so', async (t) => {
  const town = await TestTown.open(t);
  const rig = await town.addRig();
  const [bare, upstream] = [join(town.folder, 'bare.git'), join(town.folder, 'upstream.git')];
  git(town.folder, 'clone', '--quiet', '--bare', rig.repository, upstream);
  git(town.folder, 'clone', '--quiet', '--bare', upstream, bare);
  await town.ask('rig/create', { name: 'infra', repository: bare, runtime: 'sim', branch: 'main' });
  const first = await town.worker('Cache work', 'infra');
  const before = tip(upstream, 'main');
  assert.equal((await town.merge(await first.submit())).state, 'verified');
  assert.equal(tip(upstream, 'main'), before);

  await town.configure('infra', 'push', 'true');
  const hook = join(upstream, 'hooks', 'pre-receive');
  writeFileSync(hook, '#!/bin/sh\nexit 1\n');
  chmodSync(hook, 0o755);
  const second = await town.worker('Queue work', 'infra');
  const request = await second.submit();
  const rejected = await town.merge(request);
  assert.equal(rejected.state, 'rejected');
  assert.match(rejected.reason ?? '', /on the local main, but the remote did not take the push/);
  assert.equal(town.status(second.bead), 'hooked');
  assert.equal((await town.merge(request)).state, 'rejected');
  chmodSync(hook, 0o644);
  assert.equal((await town.merge(request)).state, 'verified');
  assert.equal(tip(upstream, 'main'), tip(bare, 'main'));
});

test('what was put on the target and is not found there is lost, and can land again', async (t) => {
  let rewind = true;
  const town = await TestTown.open(t, {
    checkpoint: (step) => {
      if (step === 'land:merged' && rewind) git(rig.target, 'update-ref', 'refs/heads/main', base);
      return Promise.resolve();
    },
  });
  const rig = await town.addRig({ kind: 'url' });
  const base = targetOf(rig);
  const agent = await town.worker();
  const request = await agent.submit();
  const lost = await town.merge(request);
  assert.equal(lost.state, 'lost');
  assert.match(lost.reason ?? '', /not reachable there/);
  assert.equal(town.status(agent.bead), 'hooked');
  rewind = false;
  assert.equal((await town.merge(request)).state, 'verified');
});

test('a convoy lands once, with its last landing; dependents are ready only when it is proven', async (t) => {
  const town = await TestTown.open(t, {
    checkpoint: (step) => {
      if (step === 'land:merged') seen.push(ready());
      return Promise.resolve();
    },
  });
  const seen: boolean[] = [];
  await town.addRig();
  const [one, two] = [await town.worker('Auth work'), await town.worker('Cache work')];
  const dependent = await town.bead('Login page');
  await town.ask('dependency/add', { bead: dependent, dependsOn: one.bead });
  const ready = (): boolean => [...town.view.find('beadsReady', '')].some(({ id }) => id === dependent);
  const { convoy } = await town.ask('convoy/create', { title: 'Overhaul', beads: [one.bead, two.bead] });
  await town.merge(await one.submit());
  assert.deepEqual(seen, [false]);
  assert.ok(ready());
  assert.equal(town.view.get('convoys', convoy.id)?.state, 'open');
  assert.deepEqual([(await town.ask('convoy/get', { convoy: convoy.id })).closed], [1]);
  await town.merge(await two.submit());
  await town.settle();
  let landings = 0;
  for await (const entry of town.parts.store.read(1))
    for (const [collection, id, record] of entry.changes)
      if (collection === 'convoys' && id === convoy.id && record?.untold === true) landings += 1;
  assert.equal(landings, 1);
});

test('the branch that was submitted for is landed on, also when the rig lands elsewhere since', async (t) => {
  const { town, rig, request } = await submitted(t);
  git(rig.repository, 'branch', 'next');
  await town.configure('backend', 'branch', 'next');
  const next = tip(rig.repository, 'next');
  assert.equal((await town.merge(request)).state, 'verified');
  assert.equal(tip(rig.repository, 'next'), next);
  assert.ok(filesAt(rig).includes('auth.txt'));
});
