import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attentionOf } from '../../server/domain/attention.ts';
import { beadsAskedAbout, examinePlace } from '../../server/domain/placeCheck.ts';
import type { IndexName } from '../../server/domain/view.ts';
import {
  bead,
  beadId,
  edge,
  later,
  mayor,
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
const queued: GivenRecord = [
  'dispatches',
  {
    id: beadId('be-a'),
    rig: rigName('backend'),
    state: 'waiting',
    priority: 2,
    queuedAt: noon,
    queuedBy: 'ann',
    failures: 0,
  },
];

/** A town whose lists may say what its records do not. */
class Forgetful extends TownTwin {
  readonly wrong = new Map<IndexName, boolean>();

  override lists(index: IndexName, key: string, id: string): boolean {
    return this.wrong.get(index) ?? super.lists(index, key, id);
  }
}

function found(
  records: readonly GivenRecord[],
  {
    wrong = [],
    asked,
  }: { wrong?: readonly (readonly [IndexName, boolean])[]; asked?: readonly string[] } = {},
): string | undefined {
  const town = new Forgetful([townRecord(), rig('backend', 'be'), ...records]);
  for (const [index, answer] of wrong) town.wrong.set(index, answer);
  const about = town.get('beads', 'be-a');
  assert.ok(about);
  const heard = asked ? new Set(asked) : beadsAskedAbout(attentionOf(town, later));
  return examinePlace(town, about, later, heard).fault;
}

const done = polecat('backend/nux', 'be-a', { state: 'done' });
const auto = rig('backend', 'be', { settings: { merge: 'auto' } });

type Planted = readonly [string, RegExp, readonly GivenRecord[], Parameters<typeof found>[1]?];

const planted: readonly Planted[] = [
  [
    'hooked by an agent who does not know of it',
    /^By its records be-a is in the place “hooked”, but backend\/nux does not know of it, and has be-b\.$/,
    [held, polecat('backend/nux', 'be-b')],
  ],
  [
    'the hook of its holder has another',
    /backend\/nux has be-0 on its hook/,
    [bead('be-0', { status: 'hooked', assignee: 'backend/nux' }), held, nux],
  ],
  [
    'its holder works, in a session that has ended',
    /session of backend\/nux, which is working, has ended/,
    [
      held,
      polecat('backend/nux', 'be-a', { session: 's-1' as never }),
      session('s-1', nux[1], { state: 'ended' }),
    ],
  ],
  ['somebody has it, and it is queued', /queue of slings, though backend\/nux has it/, [held, nux, queued]],
  [
    'closed, and queued',
    /is closed, no open work, but it waits in the queue/,
    [bead('be-a', { status: 'closed' }), queued],
  ],
  ['ready, and not listed', /not listed as ready/, [bead('be-a')], { wrong: [['beadsReady', false]] }],
  [
    'its date has passed, and nobody woke it',
    /not listed as ready/,
    [bead('be-a', { status: 'deferred', deferUntil: time(30) })],
  ],
  ['held, and listed as ready', /it is listed as ready/, [held, nux], { wrong: [['beadsReady', true]] }],
  [
    'blocked, and listed as ready',
    /“blocked”, but it is listed as ready/,
    [bead('be-a', { status: 'blocked' })],
    { wrong: [['beadsReady', true]] },
  ],
  [
    'blocked by nothing that is open',
    /“blocked”, but no bead, no date and nobody blocks it/,
    [bead('be-a'), bead('be-b'), edge('be-a', 'be-b')],
    { wrong: [['beadsBlocked', false]] },
  ],
  [
    'to be landed, while it waits for a bead',
    /“merge”, but backend does not land mr-1: It waits for be-m/,
    [held, done, auto, bead('be-m'), mergeRequest('mr-1', nux[1], { blockedBy: beadId('be-m') })],
  ],
  [
    'to be landed in a rig that is gone',
    /the rig of mr-1, frontend, is gone/,
    [held, done, mergeRequest('mr-1', nux[1], { rig: rigName('frontend') })],
  ],
  [
    'what it waits for is nobody’s',
    /nobody has be-m, which it waits for/,
    [
      held,
      done,
      bead('be-m', { status: 'hooked', assignee: 'backend/slit' }),
      mergeRequest('mr-1', nux[1], { state: 'conflict', blockedBy: beadId('be-m') }),
    ],
  ],
  ['done, and nothing was submitted', /“attention”, but the attention list asks nobody/, [held, done]],
  [
    'failed, and nobody is asked',
    /the attention list asks nobody/,
    [held, polecat('backend/nux', 'be-a', { state: 'failed' })],
    { asked: [] },
  ],
  [
    'submitted, and nobody is asked',
    /“review”, but the attention list asks nobody/,
    [held, done, mergeRequest('mr-1', nux[1])],
    { asked: ['be-b'] },
  ],
];

describe('what the town keeps disagrees with the place of a bead', () => {
  for (const [name, fault, records, how] of planted)
    test(name, () => {
      assert.match(found(records, how) ?? 'nothing was found', fault);
    });
});

const sound: readonly (readonly [string, readonly GivenRecord[]])[] = [
  ['ready', [bead('be-a'), queued]],
  ['closed', [bead('be-a', { status: 'closed' })]],
  ['a person has it', [bead('be-a', { status: 'in_progress', assignee: 'ann' })]],
  ['the mayor has it', [bead('be-a', { status: 'hooked', assignee: 'mayor' }), mayor()]],
  ['the mayor had it, and is gone', [bead('be-a', { status: 'in_progress', assignee: 'mayor' })]],
  ['its holder failed', [held, polecat('backend/nux', 'be-a', { state: 'failed' })]],
  [
    'below a parent that was put off',
    [bead('be-a'), bead('be-p', { deferUntil: time(90) }), edge('be-a', 'be-p', 'parent-child')],
  ],
  ['put off', [bead('be-a', { status: 'deferred', deferUntil: time(90) })]],
  ['waits for a review', [held, done, mergeRequest('mr-1', nux[1])]],
  ['lands by itself', [held, done, auto, mergeRequest('mr-1', nux[1])]],
  [
    'is on the target, and waits for its proof',
    [held, done, mergeRequest('mr-1', nux[1], { state: 'merged', failures: 1, retryAt: time(90) })],
  ],
];

describe('what the town keeps agrees', () => {
  for (const [name, records] of sound)
    test(name, () => {
      assert.equal(found(records), undefined);
    });
});
