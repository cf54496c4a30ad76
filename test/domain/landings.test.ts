import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hookOf } from '../../server/domain/hooks.ts';
import type { MergeRequestId } from '../../server/domain/ids.ts';
import {
  closeDoneBead,
  isSettled,
  landingTransitions,
  openMergeRequest,
  transitionLanding,
  verifyLanding,
} from '../../server/domain/landings.ts';
import type { LandingState } from '../../server/domain/mergeRequest.ts';
import { isReady } from '../../server/domain/readiness.ts';
import {
  agentId,
  bead,
  convoy,
  edge,
  given,
  later,
  mergeRequest,
  noon,
  polecat,
  refusedBy,
  sha,
  time,
} from './support.ts';
import { TownTwin } from './townTwin.ts';

const nux = polecat('backend/nux', 'be-a');
const [, worker] = nux;
const held = bead('be-a', { status: 'in_progress', assignee: 'backend/nux' });
const states = Object.keys(landingTransitions) as LandingState[];
const id = (text: string): MergeRequestId => text as MergeRequestId;
const submission = (mr: string, tip: string, at = later) =>
  ({ id: id(mr), polecat: worker, target: 'main', tip: sha(tip), commits: 2, at }) as const;

describe('a landing', () => {
  for (const from of states) {
    for (const to of states) {
      const legal = from === to || landingTransitions[from].includes(to);
      test(`${legal ? 'goes' : 'does not go'} from ${from} to ${to}`, () => {
        const [, request] = mergeRequest('mr-1', worker, { state: from });
        const go = () => transitionLanding(request, to, { at: later });
        if (legal) assert.deepEqual([go().state, go().updatedAt], [to, later]);
        else assert.equal(refusedBy(go).code, 'stale');
      });
    }
  }

  test('ends verified, nowhere else, and is merged before only by way of a proof', () => {
    assert.deepEqual(states.filter(isSettled), ['verified']);
    assert.deepEqual(landingTransitions.verified, []);
    assert.deepEqual([...landingTransitions.merged].toSorted(), ['lost', 'rejected', 'verified']);
  });

  test('forgets what its state before had to say', () => {
    const before = { state: 'conflict', reason: 'conflicts', files: ['a'], checkOutput: ['x'] } as const;
    const [, request] = mergeRequest('mr-1', worker, before);
    const next = transitionLanding(request, 'merged', {
      at: later,
      landed: sha('2'),
      reason: 'to be proven',
    });
    assert.deepEqual(
      [next.files, next.checkOutput, next.reason, next.landed],
      [undefined, undefined, 'to be proven', sha('2')],
    );
  });
});

describe('submitting', () => {
  test('opens a request; the polecat is done and the bead stays with it', () => {
    given(nux, held)
      .when((draft) => openMergeRequest(draft, submission('mr-1', '1')))
      .thenHolds((request, town) => {
        const { bead: onBead, rig, runtime, branch, base } = worker;
        assert.deepEqual(request, {
          id: 'mr-1',
          bead: onBead,
          rig,
          agent: worker.id,
          runtime,
          branch,
          base,
          target: 'main',
          tip: sha('1'),
          commits: 2,
          state: 'submitted',
          submittedAt: later,
          updatedAt: later,
        });
        assert.equal(town.get('agents', worker.id)?.state, 'done');
        assert.equal(hookOf(town, worker.id)?.id, 'be-a');
      });
  });

  test('the same branch and tip again changes nothing, in whatever state it is', () => {
    for (const state of states) {
      const there = mergeRequest('mr-0', worker, { state });
      given(nux, held, there)
        .when((draft) => openMergeRequest(draft, submission('mr-1', '1')))
        .thenHolds((same, town) => {
          assert.equal(same, there[1]);
          assert.deepEqual([town.get('mergeRequests', 'mr-1'), town.changes], [undefined, []]);
        });
    }
  });

  test('a new tip replaces what has not landed', () => {
    given(
      nux,
      held,
      mergeRequest('mr-0', worker, { state: 'conflict' }),
      mergeRequest('mr-m', worker, { state: 'merged', tip: sha('3') }),
    )
      .when((draft) => openMergeRequest(draft, submission('mr-1', '2')))
      .thenHolds((request, town) => {
        assert.equal(request.tip, sha('2'));
        const replaced = town.get('mergeRequests', 'mr-0');
        assert.deepEqual([replaced?.state, replaced?.reason], ['rejected', 'replaced by mr-1']);
        assert.equal(town.get('mergeRequests', 'mr-m')?.state, 'merged');
      });
  });

  test('another branch with the same tip is another request', () => {
    const other = mergeRequest('mr-0', worker, { branch: 'polecat/slit/be-a-x2' });
    given(nux, held, other)
      .when((draft) => openMergeRequest(draft, submission('mr-1', '1')))
      .thenHolds((request) => assert.equal(request.id, 'mr-1'));
  });

  test('under an id that is taken is refused', () => {
    given(nux, held, mergeRequest('mr-1', worker, { branch: 'other' }))
      .when((draft) => openMergeRequest(draft, submission('mr-1', '1')))
      .thenRefused('taken');
  });
});

describe('a proof', () => {
  const there = [nux, held, bead('be-next'), edge('be-next', 'be-a'), convoy('hq-c', ['be-a'])];

  test('closes the bead, frees what waited, and lands the convoy', () => {
    given(...there, mergeRequest('mr-1', worker, { state: 'merged' }))
      .when((draft) => verifyLanding(draft, id('mr-1'), { landed: sha('2'), at: later }))
      .thenHolds((verified, town) => {
        assert.deepEqual(
          [verified.state, verified.landed, verified.verifiedAt],
          ['verified', sha('2'), later],
        );
        const closed = town.get('beads', 'be-a');
        assert.deepEqual(
          [closed?.status, closed?.closedAt, closed?.closeReason],
          ['closed', later, 'Landed as 2222222 on main'],
        );
        const next = town.get('beads', 'be-next');
        assert.ok(next && isReady(town, next));
        assert.equal(town.get('convoys', 'hq-c')?.state, 'landed');
        assert.equal(hookOf(town, worker.id), undefined);
      });
  });

  test('nothing before it does that', () => {
    for (const state of states.filter((one) => one !== 'verified')) {
      const town = new TownTwin([...there, mergeRequest('mr-1', worker, { state })]);
      assert.equal(town.get('beads', 'be-a')?.status, 'in_progress');
      const next = town.get('beads', 'be-next');
      assert.ok(next && !isReady(town, next));
    }
  });

  test('is found from every state, and given twice is given once', () => {
    for (const state of states.filter((one) => one !== 'verified')) {
      const town = new TownTwin([...there, mergeRequest('mr-1', worker, { state })]);
      const first = verifyLanding(town, id('mr-1'), { landed: sha('2'), at: later });
      const { length } = town.changes;
      assert.equal(verifyLanding(town, id('mr-1'), { landed: sha('3'), at: time(99) }), first);
      assert.equal(town.changes.length, length);
    }
  });

  test('of a bead that is closed already, or gone, is only noted', () => {
    const request = mergeRequest('mr-1', worker, { state: 'merged' });
    given(bead('be-a', { status: 'closed' }), request)
      .when((draft) => verifyLanding(draft, id('mr-1'), { landed: sha('2'), at: later }))
      .thenHolds((_, town) => assert.equal(town.get('beads', 'be-a')?.closedAt, noon));
    given(request)
      .when((draft) => verifyLanding(draft, id('mr-1'), { landed: sha('2'), at: later }))
      .thenHolds((verified) => assert.equal(verified.state, 'verified'));
    given()
      .when((draft) => verifyLanding(draft, id('mr-1'), { landed: sha('2'), at: later }))
      .thenRefused('not-found');
  });

  test('work without code to land closes its bead at once', () => {
    given(...there)
      .when((draft) => closeDoneBead(draft, worker, { reason: 'no changes were needed', at: later }))
      .thenHolds((_, town) => {
        assert.deepEqual(town.get('beads', 'be-a')?.closeReason, 'no changes were needed');
        assert.equal(town.get('convoys', 'hq-c')?.state, 'landed');
        assert.equal(town.get('agents', agentId('backend/nux'))?.state, 'done');
      });
  });
});
