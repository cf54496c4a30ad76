import { test } from 'node:test';
import { bead, beadId, mergeRequest, noon, polecat, rig, time } from './support.ts';
import { type GivenRecord } from './townTwin.ts';
import { assertExplained, type ExplainCase } from './explained.ts';

const nux = polecat('backend/nux', 'be-a', { state: 'done' });
const submitted = (fields: Parameters<typeof mergeRequest>[2] = {}): GivenRecord[] => [
  bead('be-a', { status: 'in_progress', assignee: 'backend/nux' }),
  nux,
  mergeRequest('mr-1', nux[1], fields),
];
const conflict = submitted({ state: 'conflict', blockedBy: beadId('be-m') });
const auto = rig('backend', 'be', { settings: { merge: 'auto' } });

const cases: readonly ExplainCase[] = [
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
    is: 'on the target, and to be proven later',
    given: [...submitted({ state: 'merged', reason: 'No access.', retryAt: time(90), failures: 1 }), auto],
    reason: 'pausing',
    says: /^be-a is on main, and could not be proven there; it is tried again at .*: No access\.$/,
    next: 'gt mq merge be-a',
  },
  {
    is: 'on the target, and again and again not proven',
    given: [...submitted({ state: 'merged', reason: 'No access.', retryAt: time(90), failures: 3 }), auto],
    reason: 'not-landed',
    says: /^be-a is on main, and could not be proven there 3 times in a row: No access\.$/,
    next: 'gt mq merge be-a',
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
    is: 'not taken by the remote',
    given: [
      ...submitted({ state: 'rejected', reason: 'The remote did not take the push.', asIs: true }),
      auto,
    ],
    reason: 'not-landed',
    says: /did not land, rejected: The remote did not take the push\.$/,
    next: 'gt mq merge be-a',
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

for (const each of cases) test(`submitted, and ${each.is}`, () => assertExplained(each));
