import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import { commit, git } from '../support/repository.ts';
import { mergeThere } from './ghStandIn.ts';
import { problemsOf } from './invariants.ts';
import { staged } from './pullRequestStage.ts';
import type { TestTown } from './support.ts';

const quarter = 15 * 60_000;

const items = async (town: TestTown): Promise<readonly AttentionItem[]> =>
  (await town.ask('attention/list', {})).items;

const placeAndNext = async (town: TestTown, bead: string): Promise<readonly unknown[]> => {
  const { place, reason, sentence, next } = await town.ask('bead/explain', { bead });
  return [place, reason, sentence, next];
};

test('an open pull request that cannot be looked at is said at once, and after three times a person is asked', async (t) => {
  const { town, gh, clock } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  gh.change((kept) => (kept.signedIn = false));
  await clock.pass(quarter, () => town.settle());
  const waits = async (): Promise<string> =>
    (await town.ask('mergeRequest/get', { mergeRequest: request })).waits ?? '';
  assert.match(
    await waits(),
    /^Pull request 1 is open: .* could not be seen .*gh is not signed in: You are not/,
  );
  assert.deepEqual(await items(town), []);

  await clock.pass(2 * quarter, () => town.settle());
  const [item, ...more] = await items(town);
  assert.deepEqual(more, []);
  assert.equal(item?.bead, agent.bead);
  assert.match(item?.reason ?? '', /pull request 1 could not be seen 3 times in a row: gh is not signed in/i);
  assert.equal(item?.action.command, 'gh auth login, or gt rig config backend merge review');
  const [place, , text] = await placeAndNext(town, agent.bead);
  assert.equal(place, 'attention');
  assert.match(String(text), /gh is not signed in/);
  assert.equal((await town.ask('town/status', {})).polecats.needYou, 1);
  const noted = town.view.get('mergeRequests', request);
  await clock.pass(8 * quarter, () => town.settle());
  assert.equal(town.view.get('mergeRequests', request), noted, 'nothing is written for what is known');
  assert.equal((await items(town))[0]?.id, item?.id);
  assert.deepEqual(problemsOf(town), []);

  gh.change((kept) => (kept.signedIn = true));
  await clock.pass(quarter, () => town.settle());
  assert.deepEqual(await items(town), []);
  assert.match(await waits(), /^Pull request 1 is open: \S+ It lands when it is merged to main there\.$/);
  assert.deepEqual(problemsOf(town), []);
});

test('an open pull request that cannot be merged as it is, is somebody to be told of, until it can', async (t) => {
  const { town, gh, clock } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  const check = { workflowName: 'CI', name: 'test' };
  gh.change(({ requests: [first] }) => {
    assert.ok(first);
    first.mergeable = 'MERGEABLE';
    first.reviewDecision = 'REVIEW_REQUIRED';
    first.statusCheckRollup = [
      { ...check, startedAt: '2026-11-26T09:00:00Z', conclusion: 'SUCCESS' },
      { ...check, startedAt: '2026-11-26T08:00:00Z', conclusion: 'FAILURE' },
      { context: 'deploy', startedAt: '2026-11-26T08:00:00Z', state: 'PENDING' },
    ];
  });
  await clock.pass(quarter, () => town.settle());
  assert.deepEqual(await items(town), [], 'a check that passed when it was run again has not failed');

  gh.change(({ requests: [first] }) => {
    assert.ok(first);
    first.mergeable = 'CONFLICTING';
    first.reviewDecision = 'CHANGES_REQUESTED';
    first.statusCheckRollup = [{ ...check, startedAt: '2026-11-26T09:00:00Z', conclusion: 'FAILURE' }];
  });
  await clock.pass(quarter, () => town.settle());
  const [item] = await items(town);
  assert.equal(
    item?.reason,
    'Pull request 1 cannot be merged as it is: it is in conflict with its target, a check of it has failed, a reviewer wants changes; see https://github.example/org/backend/pull/1.',
  );
  assert.equal(item.action.command, `gt mq show ${agent.bead}`);
  const [place, , sentence] = await placeAndNext(town, agent.bead);
  assert.equal(place, 'attention');
  assert.match(String(sentence), /cannot be merged as it is/);
  assert.deepEqual(problemsOf(town), []);

  // The remote works it out anew: what was known counts until then.
  gh.change(({ requests: [first] }) => {
    assert.ok(first);
    first.mergeable = 'UNKNOWN';
    first.reviewDecision = '';
    first.statusCheckRollup = [];
  });
  await clock.pass(quarter, () => town.settle());
  assert.match((await items(town))[0]?.reason ?? '', /as it is: it is in conflict with its target; see/);
  gh.change(({ requests: [first] }) => {
    assert.ok(first);
    first.mergeable = 'MERGEABLE';
  });
  await clock.pass(quarter, () => town.settle());
  assert.deepEqual(await items(town), []);
  assert.deepEqual(problemsOf(town), []);
});

test('what is rejected here is closed there with why; also what was being opened meanwhile', async (t) => {
  const { town, gh, clock } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  await town.ask('mergeRequest/reject', { mergeRequest: request, reason: 'ask @org first', notify: false });
  await clock.pass(0, () => town.settle());
  const [first] = gh.kept.requests;
  assert.equal(first?.state, 'CLOSED');
  assert.equal(
    first.comments.at(-1)?.body,
    `Gas Town closes this: \`${agent.bead}\` does not land by it any more.\n\n    Rejected by overseer: ask @org first\n`,
  );
  const closed = town.view.get('mergeRequests', request);
  assert.deepEqual([closed?.state, closed?.pullRequest?.state], ['rejected', 'closed']);

  await town.reopen({
    now: clock.date,
    sleep: clock.sleep,
    path: gh.path,
    async checkpoint(step) {
      if (step !== 'pr:opened') return;
      await town.ask('mergeRequest/reject', { mergeRequest: request, reason: 'no', notify: false });
    },
  });
  assert.equal((await town.merge(request)).state, 'rejected');
  await clock.pass(0, () => town.settle());
  assert.deepEqual(
    gh.kept.requests.map(({ state }) => state),
    ['CLOSED', 'CLOSED'],
  );
  assert.equal(town.view.get('mergeRequests', request)?.reason, 'Rejected by overseer: no');
  assert.deepEqual(problemsOf(town), []);
});

test('what is replaced is closed there; merged there in time, it is said, and the newer one goes its way', async (t) => {
  const stage = await staged(t);
  const { town, gh, clock } = stage;
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  git(agent.worktree, 'commit', '--quiet', '--amend', '-m', 'Written anew');
  await clock.pass(quarter / 15, () => town.settle());
  const second = await agent.submit({ 'test.txt': 'tested\n' });
  await clock.pass(0, () => town.settle());
  await town.merge(second);
  assert.deepEqual(
    gh.kept.requests.map(({ state }) => state),
    ['CLOSED', 'OPEN'],
  );

  // The reviewer is quicker than the town.
  const merged = mergeThere({ ...stage, folder: town.folder }, 'squash');
  await clock.pass(quarter / 15, () => town.settle());
  const third = await agent.submit({ 'more.txt': 'more\n' });
  await clock.pass(0, () => town.settle());
  const replaced = town.view.get('mergeRequests', second);
  assert.deepEqual([replaced?.state, replaced?.pullRequest?.state], ['rejected', 'merged']);
  assert.equal(
    replaced?.reason,
    `replaced by ${third}; pull request 2 was merged all the same as ${merged.slice(0, 7)}.`,
  );
  assert.equal(town.view.get('mergeRequests', third)?.state, 'submitted');
  assert.deepEqual(problemsOf(town), []);
});

test('rejected here and merged there, it has landed', async (t) => {
  const stage = await staged(t);
  const { town, clock } = stage;
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  mergeThere({ ...stage, folder: town.folder }, 'squash');
  await town.ask('mergeRequest/reject', { mergeRequest: request, reason: 'no', notify: false });
  await clock.pass(0, () => town.settle());
  assert.equal(town.view.get('mergeRequests', request)?.state, 'verified');
  assert.equal(town.status(agent.bead), 'closed');
  assert.deepEqual(problemsOf(town), []);
});

test('what cannot be closed there is tried again, also after a restart', async (t) => {
  const { town, gh, clock } = await staged(t);
  const agent = await town.worker();
  const request = await agent.submit({ 'auth.txt': 'work\n' });
  await town.merge(request);
  gh.change((kept) => (kept.fails = { on: 'pr close', says: 'HTTP 502' }));
  await town.ask('mergeRequest/reject', { mergeRequest: request, reason: 'no', notify: false });
  await clock.pass(2 * quarter, () => town.settle());
  const { pullRequest } = town.view.get('mergeRequests', request) ?? {};
  assert.deepEqual([pullRequest?.state, pullRequest?.unseen?.times], ['open', 3]);
  assert.match(pullRequest?.unseen?.why ?? '', /could not close pull request 1: HTTP 502/);
  await town.reopen({ now: clock.date, sleep: clock.sleep, path: gh.path });
  gh.change((kept) => delete kept.fails);
  await clock.pass(0, () => town.settle());
  assert.equal(gh.kept.requests[0]?.state, 'CLOSED');
  assert.deepEqual(problemsOf(town), []);
});

for (const isDeleted of [false, true])
  test(`squashed there together with a reviewer's own commit, it has landed (branch deleted: ${isDeleted})`, async (t) => {
    const stage = await staged(t);
    const { town, gh, remote } = stage;
    const agent = await town.worker();
    const request = await agent.submit({ 'auth.txt': 'work\n' });
    await town.merge(request);
    const head = gh.kept.requests[0]?.head ?? '';
    const reviewer = join(town.folder, 'reviewer');
    git(town.folder, 'clone', '--quiet', '--branch', head, remote, reviewer);
    commit(reviewer, { 'auth.txt': 'better work\n' }, 'Better');
    git(reviewer, 'push', '--quiet', 'origin', `HEAD:${head}`);
    const merged = mergeThere({ ...stage, folder: town.folder }, 'squash');
    if (isDeleted) {
      git(remote, 'update-ref', 'refs/pull/1/head', `refs/heads/${head}`);
      git(remote, 'update-ref', '-d', `refs/heads/${head}`);
    }
    const landed = await town.merge(request);
    assert.equal(landed.state, 'verified', landed.reason);
    assert.equal(landed.landed, merged);
    await town.settle();
    assert.deepEqual(problemsOf(town), []);
  });
