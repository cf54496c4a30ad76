import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BeadPlace } from '../../server/domain/beadPlace.ts';
import { placeOf } from '../../server/domain/beadPlace.ts';
import type { LandingState } from '../../server/domain/mergeRequest.ts';
import type { SessionId } from '../../server/domain/ids.ts';
import type { PolecatState } from '../../server/domain/polecat.ts';
import type { SessionEnd } from '../../server/domain/session.ts';
import {
  bead,
  beadId,
  crew,
  edge,
  later,
  mergeRequest,
  noon,
  polecat,
  rig,
  rigName,
  session,
  time,
  townRecord,
} from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const nux = polecat('backend/nux', 'be-a');
const held = bead('be-a', { status: 'in_progress', assignee: 'backend/nux' });

function placeIn(records: readonly GivenRecord[], now = later): BeadPlace | undefined {
  const town = new TownTwin([townRecord(), rig('backend', 'be'), ...records]);
  const found = town.get('beads', 'be-a');
  assert.ok(found);
  return placeOf(town, found, now);
}

const broken: GivenRecord = [
  'dispatches',
  {
    id: beadId('be-a'),
    rig: rigName('backend'),
    state: 'broken',
    priority: 2,
    queuedAt: noon,
    queuedBy: 'ann',
    failures: 3,
  },
];

function heldByCrew(end: SessionEnd, about = 'be-a'): readonly GivenRecord[] {
  const [, dave] = crew('backend/crew/dave', { session: 's-1' as SessionId });
  const run = { state: 'ended', bead: beadId(about), exit: { end } } as const;
  return [
    bead('be-a', { status: 'hooked', assignee: dave.id }),
    ['workplaces', dave],
    session('s-1', nux[1], { agent: dave.id, ...run }),
  ];
}

const cases: readonly (readonly [string, readonly GivenRecord[], BeadPlace | undefined])[] = [
  ['open', [bead('be-a')], 'ready'],
  ['closed', [bead('be-a', { status: 'closed' })], undefined],
  ['pinned', [bead('be-a', { status: 'pinned' })], undefined],
  ['kept, not work', [bead('be-a', { type: 'gate' })], undefined],
  ['blocked by hand', [bead('be-a', { status: 'blocked' })], 'blocked'],
  ['waiting for another', [bead('be-a'), bead('be-b'), edge('be-a', 'be-b')], 'blocked'],
  ['freed', [bead('be-a'), bead('be-b', { status: 'closed' }), edge('be-a', 'be-b')], 'ready'],
  ['deferred for good', [bead('be-a', { status: 'deferred' })], 'blocked'],
  ['deferred', [bead('be-a', { status: 'deferred', deferUntil: time(90) })], 'blocked'],
  ['due', [bead('be-a', { status: 'deferred', deferUntil: time(30) })], 'ready'],
  [
    'below a deferred parent',
    [bead('be-a'), bead('be-p', { deferUntil: time(90) }), edge('be-a', 'be-p', 'parent-child')],
    'blocked',
  ],
  ['not started three times', [bead('be-a'), broken], 'attention'],
  ['blocked, and not started before', [bead('be-a', { status: 'blocked' }), broken], 'blocked'],
  ['a person has it', [bead('be-a', { status: 'in_progress', assignee: 'ann' })], 'hooked'],
  ['nobody has it in progress', [bead('be-a', { status: 'in_progress' })], 'hooked'],
  [
    'crew has it',
    [bead('be-a', { status: 'hooked', assignee: 'backend/crew/dave' }), crew('backend/crew/dave')],
    'hooked',
  ],
  ['crew has it, and its session died', heldByCrew('failed'), 'attention'],
  ['crew has it, and its session was interrupted', heldByCrew('interrupted'), 'attention'],
  ['crew has it, and a person stopped the session', heldByCrew('stopped'), 'hooked'],
  ['crew has it, and another session died before', heldByCrew('failed', 'be-b'), 'hooked'],
  ['its holder is gone', [bead('be-a', { status: 'hooked', assignee: 'backend/nux' })], 'attention'],
];

describe('a bead is in one place', () => {
  for (const [name, records, place] of cases)
    test(name, () => {
      assert.equal(placeIn(records), place);
    });

  const states: Readonly<Record<Exclude<PolecatState, 'done'>, BeadPlace>> = {
    spawning: 'hooked',
    working: 'hooked',
    'needs-you': 'attention',
    stalled: 'attention',
    interrupted: 'attention',
    failed: 'attention',
    'rate-limited': 'hooked',
  };
  for (const [state, place] of Object.entries(states))
    test(`its polecat is ${state}`, () => {
      assert.equal(placeIn([held, polecat('backend/nux', 'be-a', { state: state as PolecatState })]), place);
    });

  test('its polecat waits for a limit, and its program is gone', () => {
    const limited = polecat('backend/nux', 'be-a', { state: 'rate-limited', session: 's-1' as never });
    assert.equal(placeIn([held, limited, session('s-1', nux[1], { state: 'ended' })]), 'attention');
  });

  const landings: Readonly<Record<Exclude<LandingState, 'verified'>, BeadPlace>> = {
    submitted: 'review',
    merged: 'merge',
    conflict: 'attention',
    rejected: 'attention',
    lost: 'attention',
    'waiting-for-checkout': 'attention',
  };
  const done = polecat('backend/nux', 'be-a', { state: 'done' });
  for (const [state, place] of Object.entries(landings))
    test(`what was submitted of it is ${state}`, () => {
      const request = mergeRequest('mr-1', nux[1], { state: state as LandingState });
      assert.equal(placeIn([held, done, request]), place);
    });

  test('what was submitted lands by itself, could not yet, or is being landed', () => {
    const auto = rig('backend', 'be', { settings: { merge: 'auto' } });
    const request = mergeRequest('mr-1', nux[1]);
    assert.equal(placeIn([held, done, request, auto]), 'merge');
    const refused = mergeRequest('mr-1', nux[1], { reason: 'The remote could not be reached.' });
    assert.equal(placeIn([held, done, refused, auto]), 'merge');
    const often = mergeRequest('mr-1', nux[1], { reason: 'The remote could not be reached.', failures: 3 });
    assert.equal(placeIn([held, done, often, auto]), 'attention');
    const once = mergeRequest('mr-1', nux[1], { state: 'merged', failures: 1 });
    assert.equal(placeIn([held, done, once, auto]), 'merge');
    const unproven = mergeRequest('mr-1', nux[1], { state: 'merged', failures: 3 });
    assert.equal(placeIn([held, done, unproven, auto]), 'attention');
    const merged = mergeRequest('mr-1', nux[1], { approved: { by: 'ann', at: noon } });
    assert.equal(placeIn([held, done, merged]), 'merge');
    const none = rig('backend', 'be', { settings: { merge: 'none' } });
    assert.equal(placeIn([held, done, request, none]), 'review');
    const landing = mergeRequest('mr-1', nux[1], { claim: { at: noon, until: time(90) } });
    assert.equal(placeIn([held, done, landing]), 'merge');
    const over = mergeRequest('mr-1', nux[1], { claim: { at: noon, until: time(30) } });
    assert.equal(placeIn([held, done, over]), 'review');
  });

  test('what was given back is not being landed, though its landing has left something to take away', () => {
    const left = { id: 'land mr-1', kind: 'land', at: noon, mergeRequest: 'mr-1' } as never;
    const rejected = mergeRequest('mr-1', nux[1], { state: 'rejected' });
    assert.equal(placeIn([held, done, rejected, ['intents', left]]), 'attention');
    assert.equal(placeIn([held, done, mergeRequest('mr-1', nux[1]), ['intents', left]]), 'review');
  });

  test('what it could not land with is a bead, which somebody has, is queued, or is to be its author’s', () => {
    const request = (fields: Parameters<typeof mergeRequest>[2] = {}): GivenRecord =>
      mergeRequest('mr-1', nux[1], { state: 'conflict', blockedBy: 'be-m' as never, ...fields });
    const auto = rig('backend', 'be', { settings: { merge: 'auto' } });
    const own = bead('be-m', { assignee: 'backend/nux' });
    assert.equal(placeIn([held, done, own, request()]), 'attention');
    assert.equal(placeIn([held, done, own, request(), auto]), 'blocked');
    assert.equal(placeIn([held, done, own, request({ takenUp: { times: 2 } }), auto]), 'attention');
    const refused = request({ takenUp: { times: 1, refused: 'Its folder is gone.' } });
    assert.equal(placeIn([held, done, own, refused, auto]), 'attention');
    const taken = bead('be-m', { status: 'hooked', assignee: 'backend/slit' });
    assert.equal(placeIn([held, done, taken, request()]), 'blocked');
    assert.equal(placeIn([held, done, bead('be-m', { status: 'closed' }), request()]), 'attention');
  });

  test('its work was rejected and is taken up again', () => {
    assert.equal(placeIn([held, nux, mergeRequest('mr-1', nux[1], { state: 'rejected' })]), 'hooked');
  });
});
