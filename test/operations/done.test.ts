import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Caller } from '../../server/protocol/caller.ts';
import { commit, git, tempFolder, tip, write } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { callerOf } from './fakeHost.ts';
import { problemsOf } from './invariants.ts';
import { type Agent, refusal, TestTown } from './support.ts';
import { tracesOf } from './traces.ts';

async function townWith(
  t: Parameters<typeof TestTown.open>[0],
  merge = 'review',
  options: Parameters<typeof TestTown.open>[1] = {},
): Promise<{ town: TestTown; agent: Agent }> {
  const town = await TestTown.open(t, options);
  await town.addRig({ files: { 'README.md': 'Hello\n', '.gitignore': '*.log\n' } });
  await town.configure('backend', 'merge', merge);
  return { town, agent: await town.worker() };
}

test('done from another folder or branch is refused with both, and changes nothing', async (t) => {
  const { town, agent } = await townWith(t);
  agent.commit({ 'auth.txt': 'work\n' });
  const other = await town.worker('Cache work');
  const before = tracesOf(town);
  const elsewhere = tempFolder(t);
  const rig = town.view.get('rigs', 'backend') ?? assert.fail('no rig');
  for (const directory of [
    other.worktree,
    rig.repository.kind === 'path' ? rig.repository.path : '',
    elsewhere,
    '/',
  ]) {
    const { message, details } = await refusal('wrong-place', agent.done({ directory }));
    assert.ok(message.includes(agent.worktree), message);
    assert.ok(message.includes(agent.polecat.branch), message);
    assert.match(details.next ?? '', /gt done there/);
  }
  assert.deepEqual(tracesOf(town), before);

  git(agent.worktree, 'checkout', '--quiet', '-b', 'mine');
  const branch = await refusal('wrong-place', agent.done());
  assert.match(branch.message, /on mine, but this work belongs in .* on polecat\//);
  git(agent.worktree, 'checkout', '--quiet', '--detach');
  assert.match((await refusal('wrong-place', agent.done())).message, /on no branch/);
  git(agent.worktree, 'checkout', '--quiet', agent.polecat.branch);
  // Any folder of its own worktree will do.
  mkdirSync(join(agent.worktree, 'deep'));
  assert.equal((await agent.done({ directory: join(agent.worktree, 'deep') })).outcome, 'submitted');
});

test('a folder that was deleted is named', async (t) => {
  const { agent } = await townWith(t);
  agent.commit({ 'auth.txt': 'work\n' });
  rmSync(agent.worktree, { recursive: true });
  const { message } = await refusal('not-found', agent.done());
  assert.ok(message.includes(agent.worktree), message);
  assert.equal(agent.polecat.state, 'working');
});

test('uncommitted work is listed, staged deletions too; with commit it comes along', async (t) => {
  const { town, agent } = await townWith(t);
  agent.commit({ 'auth.txt': 'work\n' });
  write(agent.worktree, { 'forgotten.txt': 'more\n', 'auth.txt': 'changed\n', 'noise.log': 'ignored\n' });
  git(agent.worktree, 'rm', '--quiet', '--cached', 'README.md');
  const { message, details } = await refusal('uncommitted', agent.done());
  for (const file of ['forgotten.txt', 'auth.txt', 'README.md']) assert.ok(message.includes(file), message);
  assert.ok(!message.includes('noise.log'));
  assert.match(details.next ?? '', /gt done --commit/);
  assert.equal(agent.polecat.state, 'working');
  await refusal('uncommitted', agent.done({ noChanges: true }));

  const { outcome, mergeRequest } = await agent.done({ commit: true });
  assert.equal(outcome, 'submitted');
  assert.equal(git(agent.worktree, 'status', '--porcelain'), '');
  assert.match(git(agent.worktree, 'log', '-1', '--format=%an <%ae>'), /@backend\.gastown\.invalid>$/);
  assert.equal(mergeRequest?.tip, tip(agent.worktree));
  assert.equal(mergeRequest?.commits, 2);
  assert.deepEqual(problemsOf(town), []);
});

test('without commits it is refused; only ignored files, a stash and what others landed are none', async (t) => {
  const { town, agent } = await townWith(t);
  await refusal('no-commits', agent.done());
  write(agent.worktree, { 'noise.log': 'ignored\n' });
  await refusal('no-commits', agent.done());
  write(agent.worktree, { 'README.md': 'half\n' });
  git(agent.worktree, 'stash', '--quiet');
  await refusal('no-commits', agent.done());
  // Work of somebody else, taken over from the target.
  const path = join(town.folder, 'backend-repository');
  const other = commit(path, { 'other.txt': 'theirs\n' }, 'Theirs');
  git(agent.worktree, 'merge', '--quiet', '--ff-only', other);
  await refusal('no-commits', agent.done());
  assert.equal(town.status(agent.bead), 'hooked');

  const { outcome } = await agent.done({ noChanges: true });
  assert.equal(outcome, 'closed');
  assert.equal(town.status(agent.bead), 'closed');
  await town.settle();
  assert.ok(agent.isGone);
  assert.match(git(path, 'stash', 'list'), /stash@\{0\}/);
  assert.deepEqual(problemsOf(town), []);
});

test('what its agent pushed to the target itself is work that has landed', async (t) => {
  const { town, agent } = await townWith(t);
  agent.commit({ 'auth.txt': 'work\n' });
  const { name, email } = { name: 'nux', email: `${agent.polecat.name}@backend.gastown.invalid` };
  git(
    agent.worktree,
    '-c',
    `user.name=${name}`,
    'commit',
    '--quiet',
    '--amend',
    '--no-edit',
    `--author=${name} <${email}>`,
  );
  git(join(town.folder, 'backend-repository'), 'merge', '--quiet', '--ff-only', agent.polecat.branch);
  const { mergeRequest } = await agent.done();
  const landed = await town.ask('mergeRequest/merge', { mergeRequest: mergeRequest?.id ?? '' });
  assert.equal(landed.mergeRequest.state, 'verified');
});

test('done is the same however often, and twice at once; a new commit is a new request', async (t) => {
  const { town, agent } = await townWith(t);
  agent.commit({ 'auth.txt': 'work\n' });
  const caller = agent.caller;
  const say = (): ReturnType<Agent['done']> => town.ask('work/done', { directory: agent.worktree }, caller);
  const answers = await Promise.all([say(), say(), say()]);
  assert.deepEqual(answers.map(({ outcome }) => outcome).toSorted(), [
    'already-submitted',
    'already-submitted',
    'submitted',
  ]);
  const [first] = new Set(answers.map(({ mergeRequest }) => mergeRequest?.id));
  assert.equal((await say()).mergeRequest?.id, first);
  assert.equal([...town.view.all('mergeRequests')].length, 1);

  agent.commit({ 'auth.txt': 'better\n' });
  const next = await say();
  assert.equal(next.outcome, 'submitted');
  assert.notEqual(next.mergeRequest?.id, first);
  const old = town.view.get('mergeRequests', first ?? '');
  assert.equal(old?.state, 'rejected');
  assert.equal((await town.ask('mergeRequest/list', {})).length, 1);
  assert.match(old.reason ?? '', /replaced by/);
  assert.equal(next.mergeRequest?.commits, 2);
  assert.deepEqual(problemsOf(town), []);
});

test('the session is asked to stop after done, and not taken for a failure', async (t) => {
  const { town, agent } = await townWith(t);
  town.host.obedient = false;
  const session = agent.polecat.session ?? '';
  await agent.submit();
  const { told } = town.host.launchedOf(session).caller;
  assert.deepEqual(told, [], 'gt done itself is still running: it is among what would be asked to stop');
  await eventually('it is asked to stop', () => told.length > 0);
  assert.deepEqual(
    told.map(({ method }) => method),
    ['session/stop'],
  );
  await town.host.exit(session, { end: 'failed', code: 0 });
  assert.equal(town.view.get('sessions', session)?.exit?.end, 'done');
  assert.equal(agent.polecat.state, 'done');
});

test('a session that ends by itself after done is asked nothing', async (t) => {
  const { town, agent } = await townWith(t, 'review', { waits: { partMs: 60_000 } });
  town.host.obedient = false;
  const session = agent.polecat.session ?? '';
  const { told } = town.host.launchedOf(session).caller;
  await agent.submit();
  await town.host.exit(session, { end: 'failed', code: 0 });
  await town.settle();
  assert.deepEqual(told, []);
  assert.equal(town.view.get('sessions', session)?.exit?.end, 'done');
});

test('an agent that asks is shown with its question, and works again when it is done', async (t) => {
  const { town, agent } = await townWith(t);
  const { outcome, next } = await agent.done({ status: 'escalated', message: 'per user or per key?' });
  assert.equal(outcome, 'needs-you');
  assert.match(next, /wait for the answer/);
  assert.equal(agent.polecat.state, 'needs-you');
  assert.equal(agent.polecat.reason, 'per user or per key?');
  assert.equal((await town.ask('town/status', {})).polecats.needYou, 1);
  assert.equal(town.status(agent.bead), 'hooked');
  // Its session ends without an answer: the question stays.
  await agent.exit({ end: 'failed', code: 0 });
  assert.equal(agent.polecat.reason, 'per user or per key?');
  await town.ask('session/run', { agent: agent.id });
  assert.equal(agent.polecat.state, 'working');
  assert.equal(agent.polecat.reason, undefined);
  await agent.submit();
  assert.equal(agent.polecat.state, 'done');
});

test('work that is put off stays as it is, and its session is asked to stop', async (t) => {
  const { town, agent } = await townWith(t);
  agent.commit({ 'auth.txt': 'half\n' });
  write(agent.worktree, { 'auth.txt': 'uncommitted\n' });
  const { outcome, next } = await agent.done({ status: 'deferred', message: 'waits for the vendor' });
  assert.equal(outcome, 'deferred');
  assert.match(next, /gt session run/);
  await eventually(
    'its session has ended',
    () => town.view.get('sessions', agent.polecat.session ?? '')?.state === 'ended',
  );
  assert.deepEqual([agent.polecat.state, agent.polecat.reason], ['interrupted', 'waits for the vendor']);
  assert.match(git(agent.worktree, 'status', '--porcelain'), /M auth\.txt/);
  assert.equal(town.status(agent.bead), 'hooked');
});

test('only the polecat in its own session can say it', async (t) => {
  const { town, agent } = await townWith(t);
  const other = await town.worker('Cache work');
  agent.commit({ 'auth.txt': 'work\n' });
  const wrong: Caller[] = [
    town.person,
    // A session of its own that has been followed by another.
    { ...agent.caller, session: other.caller.session ?? assert.fail('no session') },
    callerOf({
      role: 'session',
      by: 'backend/nobody',
      agent: 'backend/nobody' as never,
      session: 's-1' as never,
    }),
  ];
  for (const caller of wrong) {
    await refusal('no-session', town.ask('work/done', { directory: agent.worktree }, caller));
  }
  // From another session's token, its own polecat is meant, whose folder is another.
  await refusal('wrong-place', town.ask('work/done', { directory: agent.worktree }, other.caller));
  assert.equal(agent.polecat.state, 'working');
});

test('merge none leaves the branch where it is, closes the bead and removes the worktree', async (t) => {
  const { town, agent } = await townWith(t, 'none');
  const sha = agent.commit({ 'auth.txt': 'work\n' });
  const { branch } = agent.polecat;
  const { outcome, commits, next } = await agent.done();
  assert.deepEqual([outcome, commits], ['closed', 1]);
  assert.ok(next.includes(branch));
  assert.equal(town.status(agent.bead), 'closed');
  await town.settle();
  assert.ok(agent.isGone);
  const path = join(town.folder, 'backend-repository');
  assert.equal(tip(path, branch), sha);
  assert.equal(tip(path, 'main'), tip(path, `${branch}~1`));
  await town.reopen();
  await town.settle();
  assert.equal(tip(path, branch), sha);
});

test('merge auto lands without being asked', async (t) => {
  const { town, agent } = await townWith(t, 'auto');
  agent.commit({ 'auth.txt': 'work\n' });
  const { outcome, mergeRequest } = await agent.done();
  assert.equal(outcome, 'landing');
  await town.settle();
  assert.equal(town.view.get('mergeRequests', mergeRequest?.id ?? '')?.state, 'verified');
  assert.equal(town.status(agent.bead), 'closed');
  assert.deepEqual(problemsOf(town), []);
});

test('what waits for review lands when the rig is told to land by itself', async (t) => {
  const { town, agent } = await townWith(t);
  const request = await agent.submit();
  await town.settle();
  assert.equal(town.view.get('mergeRequests', request)?.state, 'submitted');
  await town.configure('backend', 'merge', 'auto');
  await town.settle();
  assert.equal(town.view.get('mergeRequests', request)?.state, 'verified');
});

test('another repository inside the worktree is not swallowed', async (t) => {
  const { agent } = await townWith(t);
  const inner = join(agent.worktree, 'vendor');
  mkdirSync(inner);
  git(inner, 'init', '--quiet');
  writeFileSync(join(inner, 'file.txt'), 'theirs\n');
  commit(inner, {});
  const { message } = await refusal('uncommitted', agent.done({ commit: true }));
  assert.match(message, /vendor/);
});

test('an agent cannot close, give away or reopen the bead on its hook', async (t) => {
  const { town, agent } = await townWith(t);
  const { bead } = agent;
  const closing = await refusal('held', town.ask('bead/close', { bead, force: true }, agent.caller));
  assert.equal(closing.details.next, 'gt done');
  for (const change of [
    { status: 'closed' },
    { status: 'open' },
    { assignee: 'ann' },
    { status: 'deferred' },
  ]) {
    await refusal('held', town.ask('bead/update', { bead, ...change }, agent.caller));
  }
  await refusal(
    'forbidden',
    town.ask('bead/update', { bead: await town.bead('Not mine'), title: 'x' }, agent.caller),
  );
  assert.equal(town.status(bead), 'hooked');
  await town.ask('bead/update', { bead, notes: 'found it' }, agent.caller);
});
