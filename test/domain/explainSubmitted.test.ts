import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../server/domain/explain.ts';
import type { ExplainReason } from '../../server/domain/explaining.ts';
import { bead, beadId, later, mergeRequest, noon, polecat, rig, time, townRecord } from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const nux = polecat('backend/nux', 'be-a', { state: 'done' });
const submitted = (fields: Parameters<typeof mergeRequest>[2] = {}): GivenRecord[] => [
  bead('be-a', { status: 'in_progress', assignee: 'backend/nux' }),
  nux,
  mergeRequest('mr-1', nux[1], fields),
];
const conflict = submitted({ state: 'conflict', blockedBy: beadId('be-m') });
const auto = rig('backend', 'be', { settings: { merge: 'auto' } });

interface Case {
  readonly is: string;
  readonly given: readonly GivenRecord[];
  readonly reason: ExplainReason;
  readonly says: RegExp;
  readonly next?: string;
}

const cases: readonly Case[] = [
  {
    is: 'submitted and tried again later',
    given: [...submitted({ reason: 'No access.', retryAt: time(90), failures: 1 }), auto],
    reason: 'pausing',
    says: /is tried again at .*: No access\.$/,
    next: 'gt mq merge be-a',
  },
  {
    is: 'submitted in a paused refinery',
    given: [
      ...submitted(),
      rig('backend', 'be', { settings: { merge: 'auto' }, refinery: { pausedAt: noon, by: 'ann' } }),
    ],
    reason: 'paused',
    says: /does not land: The refinery of backend was paused by ann/,
    next: 'gt refinery resume backend',
  },
  {
    is: 'claimed',
    given: [...submitted({ claim: { at: noon, until: time(90) } }), auto],
    reason: 'merge',
    says: /is being landed now/,
  },
  {
    is: 'waiting for what its author is to put right',
    given: [...conflict, bead('be-m', { assignee: 'backend/nux' })],
    reason: 'not-landed',
    says: /did not land, conflict; it waits for be-m, which backend\/nux is to put right\.$/,
    next: 'gt session run backend/nux',
  },
  {
    is: 'waiting for what the town begins its author again for',
    given: [...conflict, bead('be-m', { assignee: 'backend/nux' }), auto],
    reason: 'blocked',
    says: /it waits for be-m, which the town begins backend\/nux again for\.$/,
    next: 'gt explain be-m',
  },
  {
    is: 'waiting for what nobody puts right',
    given: [...conflict, bead('be-m')],
    reason: 'not-landed',
    says: /it waits for be-m, which is open and held by nobody\.$/,
    next: 'gt sling be-m',
  },
  {
    is: 'waiting for what another puts right',
    given: [
      ...conflict,
      bead('be-m', { status: 'hooked', assignee: 'backend/slit' }),
      polecat('backend/slit', 'be-m'),
    ],
    reason: 'blocked',
    says: /it waits for be-m, which is working with backend\/slit\.$/,
    next: 'gt explain be-m',
  },
];

for (const { is, given, reason, says, next } of cases)
  test(`submitted, and ${is}`, () => {
    const town = new TownTwin([townRecord(), rig('backend', 'be'), ...given]);
    const found = town.get('beads', 'be-a');
    assert.ok(found);
    const answer = explain(town, found, later);
    assert.equal(answer.reason, reason, answer.sentence);
    assert.match(answer.sentence, says);
    if (next !== undefined) assert.equal(answer.next, next);
  });
