import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bead } from '../../server/domain/bead.ts';
import type { PolecatState } from '../../server/domain/polecat.ts';
import type { RefusalCode } from '../../server/domain/refusal.ts';
import { checkSling, rigOfBead, workingPolecats } from '../../server/domain/slinging.ts';
import { bead, beadId, edge, given, later, polecat, rig, session, time, townRecord } from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const backend = rig('backend', 'be', { settings: { maxPolecats: 2 } });

function sling(slung: readonly ['beads', Bead], others: readonly GivenRecord[] = [], into = backend) {
  return given(townRecord({ maxSessions: 3 }), into, slung, ...others).when((draft) =>
    checkSling(draft, { bead: slung[1], rig: into[1], now: later }),
  );
}

describe('a bead goes to a new polecat', () => {
  test('when it is open and free', () =>
    sling(bead('be-a')).thenHolds((nothing) => assert.equal(nothing, undefined)));

  test('when its date has come, also if nobody has woken it', () => {
    sling(bead('be-a', { status: 'deferred', deferUntil: time(10) })).thenHolds(() => undefined);
  });

  test('when what it waited for is closed', () => {
    sling(bead('be-a'), [bead('be-b', { status: 'closed' }), edge('be-a', 'be-b')]).thenHolds(
      () => undefined,
    );
  });

  const refused: readonly (readonly [string, Partial<Bead>, RefusalCode, RegExp])[] = [
    ['closed', { status: 'closed' }, 'closed', /bd update \S+ --status open/],
    ['on a hook', { status: 'hooked', assignee: 'backend/nux' }, 'held', /backend\/nux.*gt unsling be-a/],
    [
      'claimed by a person',
      { status: 'in_progress', assignee: 'ann' },
      'held',
      /ann.*bd update be-a --status open/,
    ],
    ['deferred', { status: 'deferred', deferUntil: time(99) }, 'deferred', /until 2026/],
    ['deferred without a date', { status: 'deferred' }, 'deferred', /deferred\./],
    ['blocked by hand', { status: 'blocked' }, 'blocked', /by hand/],
    ['pinned', { status: 'pinned' }, 'invalid', /pinned/],
    ['an epic', { type: 'epic' }, 'invalid', /Sling the beads in it/],
    ['a convoy', { type: 'convoy' }, 'invalid', /not work/],
    ['a merge request', { type: 'merge-request' }, 'invalid', /not work/],
  ];
  for (const [what, fields, code, says] of refused) {
    test(`not when it is ${what}`, () => void sling(bead('be-a', fields)).thenRefused(code, says));
  }

  test('not when it waits for others, which are named', () => {
    const refusal = sling(bead('be-a'), [
      bead('be-b'),
      bead('be-c'),
      edge('be-a', 'be-b'),
      edge('be-a', 'be-c'),
    ]).thenRefused('blocked', /be-b, be-c/);
    assert.deepEqual(refusal.details.facts?.['blockers'], ['be-b', 'be-c']);
  });

  test('not when its parent waits', () => {
    sling(bead('be-a'), [
      bead('be-p'),
      bead('be-b'),
      edge('be-a', 'be-p', 'parent-child'),
      edge('be-p', 'be-b'),
    ]).thenRefused('blocked', /be-p/);
  });

  for (const state of ['parked', 'docked'] as const) {
    test(`not when the rig is ${state}`, () => {
      sling(bead('be-a'), [], rig('backend', 'be', { state })).thenRefused('parked', /state active/);
    });
  }

  test('not when the rig is full; finished polecats do not fill it', () => {
    const two = (state: PolecatState) => [
      polecat('backend/nux', 'be-x', { state }),
      polecat('backend/slit', 'be-y', { state }),
    ];
    for (const state of ['spawning', 'working', 'needs-you', 'rate-limited', 'stalled'] as const) {
      sling(bead('be-a'), two(state)).thenRefused('capacity', /2 of 2/);
    }
    for (const state of ['done', 'interrupted', 'failed'] as const)
      sling(bead('be-a'), two(state)).thenHolds(() => undefined);
    const town = new TownTwin([...two('working'), polecat('other/rictus', 'ot-a')]);
    assert.equal(workingPolecats(town, backend[1].id), 2);
  });

  test('not when the town is full; ended sessions do not fill it', () => {
    const [, worker] = polecat('other/nux', 'ot-a');
    const sessions = (state: 'starting' | 'running' | 'ended') =>
      ['1', '2', '3'].map((id) => session(id, worker, { state }));
    sling(bead('be-a'), sessions('running')).thenRefused('capacity', /3 of 3 sessions/);
    sling(bead('be-a'), sessions('starting')).thenRefused('capacity');
    sling(bead('be-a'), sessions('ended')).thenHolds(() => undefined);
  });
});

describe('the rig of a bead', () => {
  const town = new TownTwin([rig('backend', 'be'), rig('my-project', 'my-project'), rig('my', 'm')]);

  test('is that of its prefix, the longest that fits', () => {
    assert.equal(rigOfBead(town, beadId('be-auth')).id, 'backend');
    assert.equal(rigOfBead(town, beadId('my-project-auth')).id, 'my-project');
  });

  test('is not guessed', () => {
    given(rig('backend', 'be'))
      .when((draft) => rigOfBead(draft, beadId('xx-a')))
      .thenRefused('not-found', /have be.*gt sling xx-a RIG/);
    given(rig('backend', 'be'))
      .when((draft) => rigOfBead(draft, beadId('hq-a')))
      .thenRefused('not-found', /town's own/);
    given()
      .when((draft) => rigOfBead(draft, beadId('be-a')))
      .thenRefused('not-found', /no rig yet/);
    given(rig('backend', 'be'))
      .when((draft) => rigOfBead(draft, beadId('bea-a')))
      .thenRefused('not-found');
  });
});
