import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commit, git, tip } from '../support/repository.ts';
import { mergeThere } from './ghStandIn.ts';
import { problemsOf } from './invariants.ts';
import { staged } from './pullRequestStage.ts';
import { refusal } from './support.ts';

const minute = 60_000;

for (const kind of ['url', 'path'] as const) {
  test(`over a ${kind}: Merge opens one pull request of a branch of its own, and nothing has landed`, async (t) => {
    const stage = await staged(t, kind);
    const { town, gh, remote, rig } = stage;
    const title = '$(touch /tmp/pwn)`touch /tmp/pwn`; "@org\u001b[2J closes #1';
    const bead = await town.bead(title, 'backend', { description: 'Closes #2\n@org/team' });
    const agent = await town.sling(bead);
    const request = await agent.submit({ 'auth.txt': 'work\n' });
    const before = tip(remote, 'refs/heads/main');
    const opened = await town.merge(request);
    assert.equal(opened.state, 'submitted');
    assert.match(
      opened.reason ?? '',
      /^Pull request 1 is open: https:\/\/github\.example\/org\/backend\/pull\/1\./,
    );
    assert.deepEqual(
      [opened.pullRequest?.number, opened.pullRequest?.state, opened.pullRequest?.url],
      [1, 'open', 'https://github.example/org/backend/pull/1'],
    );
    const [made] = gh.kept.requests;
    assert.ok(made);
    assert.equal(made.head, `gastown/${agent.polecat.branch.split('/').at(-1)}`);
    assert.equal(made.base, 'main');
    assert.equal(made.title, `$(touch /tmp/pwn)\`touch /tmp/pwn\`; "@org closes #1 (${bead})`);
    assert.match(made.body, /\n {4}Closes #2\n {4}@org\/team\n/);
    assert.equal(tip(remote, `refs/heads/${made.head}`), opened.tip);
    assert.equal(tip(remote, 'refs/heads/main'), before);
    for (const call of gh.kept.calls.filter(([noun]) => noun === 'pr'))
      assert.ok(call.includes(`--repo=${kind === 'url' ? `file://${rig.remote}` : remote}`), call.join(' '));
    assert.equal((await town.ask('town/status', {})).polecats.needYou, 0);

    // Again changes nothing: there is one.
    assert.equal((await town.merge(request)).pullRequest?.number, 1);
    assert.equal(gh.kept.requests.length, 1);
    assert.equal(town.status(bead), 'hooked');
    await town.settle();
    assert.deepEqual(problemsOf(town), []);
  });
}

for (const kind of ['url', 'path'] as const)
  for (const how of ['merge', 'squash', 'rebase'] as const) {
    test(`over a ${kind}: merged there by ${how}, it has landed with the proof`, async (t) => {
      const stage = await staged(t, kind);
      const { town, remote } = stage;
      const agent = await town.worker();
      agent.commit({ 'auth.txt': 'work\n' });
      const request = await agent.submit({ 'more.txt': 'more\n' });
      await town.merge(request);
      const merged = mergeThere({ ...stage, folder: stage.town.folder }, how);
      const landed = await town.merge(request);
      assert.equal(landed.state, 'verified', landed.reason);
      assert.equal(landed.landed, how === 'merge' ? landed.tip : merged);
      assert.equal(landed.pullRequest?.state, 'merged');
      git(remote, 'merge-base', '--is-ancestor', landed.landed ?? '', 'main');
      await town.settle();
      assert.ok(agent.isGone);
      assert.equal(town.status(agent.bead), 'closed');
      assert.deepEqual(problemsOf(town), []);
    });
  }

test('merged there with other content, it is not called landed', async (t) => {
  const stage = await staged(t);
  const { town } = stage;
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  mergeThere({ ...stage, folder: stage.town.folder }, 'changed');
  const lost = await town.merge(request);
  assert.equal(lost.state, 'lost');
  assert.match(
    lost.reason ?? '',
    /Pull request 1 was merged as .*, but what was submitted is not found on main/,
  );
  assert.equal(town.status(agent.bead), 'hooked');
  assert.equal((await town.ask('town/status', {})).polecats.needYou, 1);
});

test('what was said to be merged, and is on no branch, is not called landed', async (t) => {
  const { town, gh } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  gh.change(({ requests: [first] }) => {
    assert.ok(first);
    first.state = 'MERGED';
    first.mergeCommit = { oid: 'a'.repeat(40) };
  });
  assert.equal((await town.merge(request)).state, 'lost');
});

test('closed there, it is rejected with the words; the next try opens another, on the work as it is then', async (t) => {
  const { town, gh, remote } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  gh.change(({ requests: [first] }) => {
    assert.ok(first);
    first.state = 'CLOSED';
    first.comments = [
      { body: 'First', createdAt: '2026-11-26T08:00:00Z' },
      { body: 'Please test\nthe \u001b[31mfailure\u001b[0m', createdAt: '2026-11-26T09:00:00Z' },
    ];
  });
  const rejected = await town.merge(request);
  assert.equal(rejected.state, 'rejected');
  assert.equal(rejected.reason, 'Pull request 1 was closed without being merged: Please test the failure');
  assert.equal(rejected.pullRequest?.state, 'closed');

  await town.ask('session/run', { agent: agent.id });
  git(agent.worktree, 'commit', '--quiet', '--amend', '-m', 'Written anew');
  const again = await agent.submit({ 'test.txt': 'tested\n' });
  const opened = await town.merge(again);
  assert.equal(opened.pullRequest?.number, 2);
  // The earlier branch stands where it stood: nothing is pushed by force.
  const [first, second] = gh.kept.requests;
  assert.ok(first && second);
  assert.equal(tip(remote, `refs/heads/${first.head}`), rejected.tip);
  assert.equal(tip(remote, `refs/heads/${second.head}`), opened.tip);
  assert.deepEqual(problemsOf(town), []);
});

test('the town looks by itself, seldom; and when somebody looks; and after a restart', async (t) => {
  const stage = await staged(t);
  const { town, gh, clock } = stage;
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  const looks = (): number =>
    gh.kept.calls.filter(([, verb, , , what = '']) => verb === 'view' && what.includes('state')).length;
  await clock.pass(minute, () => town.settle());
  await town.ask('mergeRequest/get', { mergeRequest: request });
  await town.ask('mergeRequest/get', { mergeRequest: request });
  assert.equal(looks(), 1);
  await clock.pass(60 * minute, () => town.settle());
  assert.equal(looks(), 5);
  mergeThere({ ...stage, folder: stage.town.folder }, 'squash');
  await clock.pass(15 * minute, () => town.settle());
  assert.equal(town.view.get('mergeRequests', request)?.state, 'verified');
  const after = looks();
  await clock.pass(60 * minute, () => town.settle());
  assert.equal(looks(), after);

  const other = await town.worker('Cache work');
  const second = await other.submit({ 'cache.txt': 'work\n' });
  await town.merge(second);
  mergeThere({ ...stage, folder: stage.town.folder }, 'merge');
  await town.settle();
  await town.reopen({ now: clock.date, sleep: clock.sleep, path: gh.path });
  await town.settle();
  await clock.pass(0, () => town.settle());
  assert.equal(town.view.get('mergeRequests', second)?.state, 'verified');
});

test('cut off after it was opened, the next try finds it', async (t) => {
  const { town, gh, clock } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  let cut = true;
  await town.settle();
  await town.reopen({
    now: clock.date,
    sleep: clock.sleep,
    path: gh.path,
    checkpoint: (step) =>
      cut && step === 'pr:opened' ? Promise.reject(new Error('The town was ended.')) : Promise.resolve(),
  });
  await assert.rejects(town.merge(request), /The town was ended/);
  cut = false;
  assert.equal((await town.merge(request)).pullRequest?.number, 1);
  assert.equal(gh.kept.requests.length, 1);
  await town.settle();
  assert.deepEqual(problemsOf(town), []);
});

test('a conflict, and a check that fails, are told before anything is opened', async (t) => {
  const { town, gh, rig } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'README.md': 'Mine\n' });
  commit(rig.repository, { 'README.md': 'Theirs\n' }, 'Meanwhile');
  git(rig.repository, 'push', '--quiet', rig.remote ?? '', 'main');
  assert.equal((await town.merge(request)).state, 'conflict');
  assert.equal(gh.kept.requests.length, 0);
});

test('without gh, without an account, or without a remote it is refused with the next step, and nothing is opened', async (t) => {
  const stage = await staged(t);
  const { town, gh, clock } = stage;
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  gh.change((kept) => (kept.signedIn = false));
  const signedOut = await refusal('git', town.merge(request));
  assert.match(signedOut.message, /gh is not signed in: You are not logged into/);
  assert.match(signedOut.details.next ?? '', /^gh auth login, or gt rig config backend merge review$/);
  gh.change((kept) => {
    kept.signedIn = true;
    kept.fails = { on: 'pr create', says: 'GraphQL: No commits between main and x' };
  });
  assert.match(
    (await refusal('git', town.merge(request))).message,
    /could not open a pull request: .*No commits/,
  );
  await town.settle();
  await town.reopen({ now: clock.date, sleep: clock.sleep, path: '/nonexistent' });
  const missing = await refusal('missing-program', town.merge(request));
  assert.match(missing.details.next ?? '', /https:\/\/cli\.github\.com .*gt rig config backend merge review/);
  const waiting = town.view.get('mergeRequests', request);
  assert.deepEqual([waiting?.state, waiting?.pullRequest], ['submitted', undefined]);
  assert.match(waiting?.reason ?? '', /^It could not be landed yet: /);
  await town.settle();
  assert.deepEqual(problemsOf(town), []);

  const { town: local } = await staged(t, 'path');
  const [rig] = [...local.view.all('rigs')];
  git(rig?.gitDirectory ?? '', 'remote', 'remove', 'origin');
  const other = await local.worker();
  const alone = await refusal('git', local.merge(await other.submit()));
  assert.match(alone.message, /has no remote called origin/);
  assert.match(alone.details.next ?? '', /remote add origin URL, or gt rig config backend merge review/);
});
