import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
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
