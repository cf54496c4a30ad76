import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { beadState } from '../../server/domain/beadState.ts';
import type { LandingState } from '../../server/domain/mergeRequest.ts';
import { newestRequest } from '../../server/domain/newestRequest.ts';
import type { PolecatState } from '../../server/domain/polecat.ts';
import {
  needsPerson,
  noteProgress,
  polecatTransitions,
  transitionPolecat,
} from '../../server/domain/polecats.ts';
import type { MergeMode } from '../../server/domain/rig.ts';
import type { SessionId } from '../../server/domain/ids.ts';
import type { Session } from '../../server/domain/session.ts';
import { describeState } from '../../server/domain/stateWords.ts';
import {
  bead,
  beadId,
  edge,
  later,
  mergeRequest,
  noon,
  polecat,
  refusedBy,
  rig,
  sha,
  time,
} from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const states = Object.keys(polecatTransitions) as PolecatState[];

describe('a polecat', () => {
  for (const from of states) {
    for (const to of states) {
      const legal = from === to || polecatTransitions[from].includes(to);
      test(`${legal ? 'goes' : 'does not go'} from ${from} to ${to}`, () => {
        const [, worker] = polecat('backend/nux', 'be-a', { state: from });
        const go = () => transitionPolecat(worker, to, { at: later });
        if (legal) assert.deepEqual([go().state, go().updatedAt], [to, later]);
        else assert.match(refusedBy(go).message, /backend\/nux is .* cannot become/);
      });
    }
  }

  test('once done only begins again, and goes by every state that is not done to done or to a new start', () => {
    assert.deepEqual(polecatTransitions.done, ['spawning']);
    for (const state of states) {
      const next = polecatTransitions[state];
      assert.ok(state === 'done' || next.includes('done'), state);
      assert.ok(!next.includes(state), state);
    }
  });

  test('has the reason of its state, not of the one before', () => {
    const [, worker] = polecat('backend/nux', 'be-a', { state: 'needs-you', reason: 'asks something' });
    assert.equal(transitionPolecat(worker, 'working', { at: later }).reason, undefined);
    const failed = transitionPolecat(worker, 'failed', { at: later, reason: 'exit code 1' });
    assert.equal(failed.reason, 'exit code 1');
    const session = 's-2' as SessionId;
    assert.equal(transitionPolecat(failed, 'spawning', { at: later, session }).session, session);
  });

  test('that stalled works again with its next sign of progress; one that asks still asks', () => {
    for (const [from, to] of [
      ['stalled', 'working'],
      ['rate-limited', 'working'],
      ['needs-you', 'needs-you'],
      ['working', 'working'],
    ] as const) {
      const moved = noteProgress(polecat('backend/nux', 'be-a', { state: from, reason: 'r' })[1], later);
      assert.deepEqual([moved.state, moved.progressAt], [to, later]);
    }
  });
});

describe('who needs a person', () => {
  const needs = (state: PolecatState, landing?: LandingState, merge: MergeMode = 'review'): boolean => {
    const worker = polecat('backend/nux', 'be-a', { state });
    const requests = landing ? [mergeRequest('mr-1', worker[1], { state: landing })] : [];
    return needsPerson(
      new TownTwin([rig('backend', 'be', { settings: { merge } }), worker, ...requests]),
      worker[1],
    );
  };

  for (const state of ['needs-you', 'stalled', 'interrupted', 'failed'] as const) {
    test(`one that is ${state}`, () => assert.equal(needs(state), true));
  }
  for (const state of ['spawning', 'working', 'rate-limited', 'done'] as const) {
    test(`not one that is ${state}`, () => assert.equal(needs(state), false));
  }
  test('one that waits for a limit, once nothing runs that could go on', () => {
    const waits = (state: 'running' | 'ended'): boolean => {
      const session = { id: 's-1', agent: 'backend/nux', state } as unknown as Session;
      const [, worker] = polecat('backend/nux', 'be-a', { state: 'rate-limited', session: session.id });
      const town = new TownTwin([rig('backend', 'be'), ['agents', worker], ['sessions', session]]);
      return needsPerson(town, worker);
    };
    assert.equal(waits('running'), false);
    assert.equal(waits('ended'), true);
  });
  for (const landing of ['submitted', 'conflict', 'rejected', 'waiting-for-checkout', 'lost'] as const) {
    test(`one that is done, whose landing is ${landing}`, () => assert.equal(needs('done', landing), true));
  }
  for (const landing of ['merged', 'verified'] as const) {
    test(`not one whose landing is ${landing}`, () => assert.equal(needs('done', landing), false));
  }
  test('not one whose rig lands by itself', () => assert.equal(needs('done', 'submitted', 'auto'), false));

  test('only its newest merge request counts', () => {
    const worker = polecat('backend/nux', 'be-a', { state: 'done' });
    const town = new TownTwin([
      rig('backend', 'be'),
      worker,
      mergeRequest('mr-1', worker[1], { state: 'rejected', submittedAt: noon }),
      mergeRequest('mr-2', worker[1], { state: 'verified', submittedAt: later, tip: sha('2') }),
      mergeRequest('mr-3', worker[1], {
        state: 'lost',
        submittedAt: time(99),
        branch: 'polecat/slit/be-a-x2',
      }),
    ]);
    assert.equal(newestRequest(town, worker[1])?.id, 'mr-2');
    assert.equal(needsPerson(town, worker[1]), false);
  });
});

describe('words for states', () => {
  test('hold no hyphen and no underscore', () => {
    for (const state of [
      ...states,
      'waiting-for-checkout',
      'in_progress',
      'not-started',
      'parked',
    ] as const) {
      assert.match(describeState(state), /^[a-z ]+$/);
    }
    assert.equal(describeState('needs-you'), 'needs you');
    assert.equal(describeState('verified'), 'verified');
  });

  const nux = polecat('backend/nux', 'be-a', { state: 'needs-you' });
  const done = polecat('backend/nux', 'be-a', { state: 'done' });
  const held = bead('be-a', { status: 'in_progress', assignee: 'backend/nux' });
  const rows: readonly (readonly [string, readonly GivenRecord[], string])[] = [
    ['unknown', [], 'not there'],
    ['ready', [bead('be-a')], 'open and free'],
    ['blocked', [bead('be-a'), bead('be-b'), edge('be-a', 'be-b')], 'waiting'],
    ['open', [bead('be-a', { type: 'gate' })], 'no work'],
    ['deferred', [bead('be-a', { status: 'deferred' })], 'put off'],
    ['in_progress', [bead('be-a', { status: 'in_progress', assignee: 'ann' })], 'with a person'],
    ['needs-you', [held, nux], 'with a polecat that asks'],
    ['submitted', [held, done, mergeRequest('mr-1', done[1])], 'handed over'],
    ['conflict', [held, done, mergeRequest('mr-1', done[1], { state: 'conflict' })], 'in conflict'],
    [
      'needs-you',
      [held, nux, mergeRequest('mr-1', nux[1], { state: 'conflict' })],
      'taken up again after a conflict',
    ],
    [
      'verified',
      [bead('be-a', { status: 'closed' }), mergeRequest('mr-1', done[1], { state: 'verified' })],
      'landed',
    ],
    ['closed', [bead('be-a', { status: 'closed' })], 'closed by hand'],
    [
      'closed',
      [bead('be-a', { status: 'closed' }), mergeRequest('mr-1', done[1])],
      'closed by hand though submitted',
    ],
  ];
  for (const [word, records, what] of rows) {
    test(`a bead is ${word} when it is ${what}`, () => {
      assert.equal(beadState(new TownTwin([rig('backend', 'be'), ...records]), beadId('be-a')), word);
    });
  }
});
