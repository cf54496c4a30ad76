import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dispatch } from '../../server/domain/dispatch.ts';
import { explain } from '../../server/domain/explain.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { Quota } from '../../server/domain/quota.ts';
import {
  bead,
  beadId,
  convoy,
  crew,
  edge,
  later,
  mayor,
  mergeRequest,
  noon,
  polecat,
  rig,
  rigName,
  session,
  sha,
  time,
  townRecord,
} from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';
import { assertExplained, type ExplainCase } from './explained.ts';

const nux = polecat('backend/nux', 'be-a');
const held = bead('be-a', { status: 'in_progress', assignee: 'backend/nux' });
const by = (state: Polecat['state'], more: Partial<Polecat> = {}): GivenRecord[] => [
  held,
  polecat('backend/nux', 'be-a', { state, ...(more as object) }),
];
const submitted = (fields: Parameters<typeof mergeRequest>[2] = {}): GivenRecord[] => [
  ...by('done'),
  mergeRequest('mr-1', nux[1], fields),
];
const auto = rig('backend', 'be', { settings: { merge: 'auto' } });

function queued(fields: Partial<Dispatch> = {}): GivenRecord {
  return [
    'dispatches',
    {
      id: beadId('be-a'),
      rig: rigName('backend'),
      state: 'waiting',
      priority: 2,
      queuedAt: noon,
      queuedBy: 'ann',
      failures: 0,
      ...fields,
    },
  ];
}

const failure = { at: time(10), code: 'git', sentence: 'The remote could not be reached.' };
const others = ['slit', 'rictus'].map((name) => polecat(`backend/${name}`, `be-${name}`));
const small = rig('backend', 'be', { settings: { maxPolecats: 2 } });
const quota = (until?: Quota['until']): GivenRecord => [
  'quotas',
  { id: 'claude-code', since: noon, by: 'ann', ...(until ? { until } : {}) } as Quota,
];
const live = (id: string): GivenRecord => session(id, nux[1], { startedAt: noon });
const ended = (id: string): GivenRecord => session(id, nux[1], { state: 'ended' });

/** Every way in which a bead may not run, and the ways in which it does. */
const cases: readonly ExplainCase[] = [
  {
    is: 'closed',
    given: [bead('be-a', { status: 'closed', closeReason: 'Landed as 1234567 on main' })],
    reason: 'closed',
    says: /closed: Landed as 1234567 on main\.$/,
  },
  { is: 'pinned', given: [bead('be-a', { status: 'pinned' })], reason: 'note', says: /is pinned/ },
  { is: 'kept', given: [bead('be-a', { type: 'gate' })], reason: 'note', says: /of the type gate/ },
  {
    is: 'worked on',
    given: by('working'),
    reason: 'running',
    says: /backend\/nux works on be-a/,
    next: 'gt polecat show backend/nux',
  },
  { is: 'being started', given: by('spawning'), reason: 'running', says: /works on be-a/ },
  {
    is: 'asked about',
    given: by('needs-you', { reason: 'per user or per key?' }),
    reason: 'needs-person',
    says: /needs you \(per user or per key\?\)/,
  },
  { is: 'stalled', given: by('stalled'), reason: 'needs-person', says: /shows no progress/ },
  {
    is: 'done with nothing submitted',
    given: by('done'),
    reason: 'needs-person',
    says: /nothing of be-a was submitted/,
  },
  {
    is: 'interrupted',
    given: by('interrupted'),
    reason: 'dead-session',
    says: /held by backend\/nux, whose session is dead: interrupted/,
    next: 'gt session run backend/nux',
  },
  {
    is: 'failed',
    given: by('failed', { reason: 'exit 1' }),
    reason: 'dead-session',
    says: /dead: failed \(exit 1\)/,
  },
  {
    is: 'waiting for a limit',
    given: [...by('rate-limited', { session: 's-1' as never }), live('s-1')],
    reason: 'quota',
    says: /waits for its rate limit/,
  },
  {
    is: 'left at a limit',
    given: [...by('rate-limited', { session: 's-1' as never }), ended('s-1')],
    reason: 'dead-session',
    says: /its session has ended/,
  },
  {
    is: 'submitted',
    given: submitted(),
    reason: 'review',
    says: /waits for your review/,
    next: 'gt mq merge be-a',
  },
  {
    is: 'submitted where the town lands',
    given: [...submitted(), auto],
    reason: 'merge',
    says: /waits in the merge queue of backend/,
  },
  {
    is: 'submitted and refused by the target',
    given: [...submitted({ reason: 'No access.', retryAt: time(90), failures: 3 }), auto],
    reason: 'not-landed',
    says: /could not be landed 3 times in a row: No access\.$/,
    next: 'gt mq merge be-a',
  },
  {
    is: 'being landed',
    given: submitted({ claim: { at: noon, until: time(90) } }),
    reason: 'merge',
    says: /is being landed now/,
  },
  {
    is: 'in conflict',
    given: submitted({ state: 'conflict', files: ['a.ts'], reason: 'a.ts' }),
    reason: 'not-landed',
    says: /did not land, conflict: a\.ts/,
    next: 'gt mq show be-a',
  },
  {
    is: 'waiting for a checkout',
    given: submitted({ state: 'waiting-for-checkout' }),
    reason: 'not-landed',
    says: /waits for your checkout/,
    next: 'gt mq merge be-a',
  },
  {
    is: 'held by crew that runs',
    given: [
      bead('be-a', { status: 'hooked', assignee: 'backend/crew/dave' }),
      crew('backend/crew/dave', { session: 's-1' as never }),
      live('s-1'),
    ],
    reason: 'running',
    says: /has be-a on its hook and runs/,
  },
  {
    is: 'held by crew that does not',
    given: [bead('be-a', { status: 'hooked', assignee: 'backend/crew/dave' }), crew('backend/crew/dave')],
    reason: 'dead-session',
    says: /no session runs/,
    next: 'gt crew start backend dave',
  },
  {
    is: 'held by the mayor',
    given: [bead('be-a', { status: 'hooked', assignee: 'mayor' }), mayor()],
    reason: 'dead-session',
    says: /hook of mayor/,
    next: 'gt mayor start',
  },
  {
    is: "a person's",
    given: [bead('be-a', { status: 'in_progress', assignee: 'ann' })],
    reason: 'running',
    says: /ann has be-a in progress/,
  },
  {
    is: 'held by who is gone',
    given: [held],
    reason: 'holder-gone',
    says: /who is not there any more/,
    next: 'bd update be-a --status open',
  },
  {
    is: 'blocked by hand',
    given: [bead('be-a', { status: 'blocked' })],
    reason: 'blocked-by-hand',
    says: /by hand/,
  },
  {
    is: 'blocked by one at work',
    given: [
      bead('be-a'),
      bead('be-b', { status: 'in_progress', assignee: 'backend/nux' }),
      polecat('backend/nux', 'be-b'),
      edge('be-a', 'be-b'),
    ],
    reason: 'blocked',
    says: /waits for be-b, which is working with backend\/nux\./,
    next: 'gt explain be-b',
  },
  {
    is: 'blocked by what nobody has',
    given: [bead('be-a'), bead('be-b'), edge('be-a', 'be-b')],
    reason: 'blocked',
    says: /be-b, which is open and held by nobody/,
  },
  {
    is: 'blocked by what is blocked, and more',
    given: [
      bead('be-a'),
      ...['b', 'c', 'd', 'e'].flatMap((id) => [bead(`be-${id}`), edge('be-a', `be-${id}`)]),
      bead('be-x', { status: 'deferred' }),
      edge('be-b', 'be-x'),
    ],
    reason: 'blocked',
    says: /be-b, which is blocked itself; .* and 1 more/,
  },
  {
    is: 'blocked by what waits for review',
    given: [
      bead('be-a'),
      bead('be-b', { status: 'in_progress', assignee: 'backend/nux' }),
      polecat('backend/nux', 'be-b', { state: 'done' }),
      mergeRequest('mr-1', polecat('backend/nux', 'be-b')[1]),
      edge('be-a', 'be-b'),
    ],
    reason: 'blocked',
    says: /be-b, which is submitted/,
  },
  {
    is: 'blocked by what a person has',
    given: [bead('be-a'), bead('be-b', { status: 'in_progress', assignee: 'ann' }), edge('be-a', 'be-b')],
    reason: 'blocked',
    says: /in progress by ann/,
  },
  {
    is: 'deferred',
    given: [bead('be-a', { status: 'deferred', deferUntil: time(120) })],
    reason: 'deferred',
    says: /deferred until 2026-05-01 14:00 UTC/,
  },
  {
    is: 'deferred without a date',
    given: [bead('be-a', { status: 'deferred' })],
    reason: 'deferred',
    says: /without a date/,
  },
  {
    is: 'below what is deferred',
    given: [
      bead('be-a'),
      bead('be-p', { status: 'deferred', deferUntil: time(120) }),
      edge('be-a', 'be-p', 'parent-child'),
    ],
    reason: 'deferred',
    says: /by its parent be-p until/,
  },
  {
    is: 'an epic',
    given: [bead('be-a', { type: 'epic' }), bead('be-b'), edge('be-b', 'be-a', 'parent-child')],
    reason: 'container',
    says: /1 of 1 are open/,
    next: 'gt convoy stage be-a',
  },
  {
    is: 'an epic with nothing in it',
    given: [bead('be-a', { type: 'epic' })],
    reason: 'container',
    says: /and there is none/,
  },
  {
    is: 'an epic whose beads are closed',
    given: [
      bead('be-a', { type: 'epic' }),
      bead('be-b', { status: 'closed' }),
      edge('be-b', 'be-a', 'parent-child'),
    ],
    reason: 'container',
    says: /all 1 are closed/,
    next: 'bd close be-a',
  },
  {
    is: 'in a rig that is parked',
    given: [bead('be-a'), rig('backend', 'be', { state: 'parked' })],
    reason: 'parked',
    says: /not slung: The rig backend is parked/,
    next: 'gt rig config backend state active',
  },
  {
    is: 'nobody has slung it',
    given: [bead('be-a')],
    reason: 'not-slung',
    says: /Nobody has slung be-a/,
    next: 'gt sling be-a',
  },
  {
    is: 'nobody has slung it, and its rig is full',
    given: [bead('be-a'), small, ...others],
    reason: 'not-slung',
    says: /Nobody has slung/,
    next: 'gt sling be-a --queue',
  },
  {
    is: 'in a staged convoy',
    given: [bead('be-a'), convoy('hq-c', ['be-a'], { state: 'staged' })],
    reason: 'staged',
    says: /staged and was not launched/,
    next: 'gt convoy launch hq-c',
  },
  {
    is: 'queued in a rig that is parked',
    given: [bead('be-a'), queued(), rig('backend', 'be', { state: 'docked' })],
    reason: 'parked',
    says: /queued, 0 before it: The rig backend is docked/,
  },
  {
    is: 'queued in a full rig',
    given: [bead('be-a'), queued(), queued({ id: beadId('be-b'), priority: 1 }), small, ...others],
    reason: 'capacity',
    says: /queued, 1 before it: 2 of 2 polecats work in backend/,
    next: 'Wait for one to finish, or gt rig config backend maxPolecats 3.',
  },
  {
    is: 'queued in a full town',
    given: [bead('be-a'), queued(), townRecord({ maxSessions: 1 }), live('s-1')],
    reason: 'capacity',
    says: /1 of 1 sessions run in the town/,
  },
  {
    is: 'queued behind its limit',
    given: [bead('be-a'), queued(), townRecord({ scheduler: { maxPolecats: 2 } }), ...others],
    reason: 'capacity',
    says: /2 of 2 polecats of the scheduler/,
  },
  {
    is: 'queued for a full runtime',
    given: [
      bead('be-a'),
      queued(),
      townRecord({ scheduler: { runtimeSessions: { 'claude-code': 1 } } }),
      live('s-1'),
    ],
    reason: 'capacity',
    says: /1 of 1 sessions run on claude-code/,
  },
  {
    is: 'queued for a parked runtime',
    given: [bead('be-a'), queued(), quota(time(120))],
    reason: 'quota',
    says: /claude-code is parked until 2026-05-01 14:00 UTC/,
  },
  {
    is: 'queued for a runtime that was parked by hand',
    given: [bead('be-a'), queued(), quota()],
    reason: 'quota',
    says: /until a person clears it/,
  },
  {
    is: 'queued after the budget of the town',
    given: [bead('be-a'), queued(), townRecord({ scheduler: { budget: { turns: 1 } } }), live('s-1')],
    reason: 'budget',
    says: /The budget of the town is reached: 1 of 1 sessions/,
  },
  {
    is: 'queued after the budget of its rig',
    given: [
      bead('be-a'),
      queued(),
      rig('backend', 'be', { settings: { budget: { minutes: 60 } } }),
      live('s-1'),
    ],
    reason: 'budget',
    says: /The budget of backend is reached: 60 of 60 minutes/,
  },
  {
    is: 'queued and paused',
    given: [
      bead('be-a'),
      queued(),
      townRecord({ scheduler: { paused: { at: noon, by: 'ann', reason: 'a release' } } }),
    ],
    reason: 'paused',
    says: /paused by ann: a release/,
    next: 'gt scheduler resume',
  },
  {
    is: 'queued after a start that failed',
    given: [bead('be-a'), queued({ failures: 1, lastFailure: failure, notBefore: time(70) })],
    reason: 'pausing',
    says: /tried again at 2026-05-01 13:10 UTC after it could not be started: The remote/,
  },
  {
    is: 'queued and next',
    given: [bead('be-a'), queued()],
    reason: 'next',
    says: /as soon as its turn comes, 0 before it/,
  },
  {
    is: 'given up by the queue',
    given: [bead('be-a'), queued({ state: 'broken', failures: 3, lastFailure: failure })],
    reason: 'breaker',
    says: /could not be started 3 times and is not tried again: The remote/,
    next: 'gt scheduler retry be-a',
  },
];

describe('a bead is explained that is', () => {
  for (const each of cases) test(each.is, () => assertExplained(each));

  test('held back for the work of another', () => {
    const town = new TownTwin([townRecord(), rig('backend', 'be'), bead('be-a'), queued()]);
    const found = town.get('beads', 'be-a');
    assert.ok(found);
    const collision = { agent: nux[1].id, bead: beadId('be-b'), files: ['src/auth.ts'] };
    const said = explain(town, found, later, collision);
    assert.equal(said.reason, 'collision');
    assert.match(said.sentence, /held back: backend\/nux \(be-b\) has changed src\/auth\.ts/);
    assert.equal(said.evidence[0]?.what, 'both: src/auth.ts');
  });

  test('of no rig', () => {
    const town = new TownTwin([townRecord(), bead('hq-a')]);
    const found = town.get('beads', 'hq-a');
    assert.ok(found);
    assert.deepEqual(explain(town, found, later).reason, 'no-rig');
  });

  test('submitted, with what shows it', () => {
    const town = new TownTwin([townRecord(), rig('backend', 'be'), ...submitted({ tip: sha('7') })]);
    const found = town.get('beads', 'be-a');
    assert.ok(found);
    const [first] = explain(town, found, later).evidence;
    assert.deepEqual(first, { what: 'backend/nux submitted 7777777 for main', at: noon });
  });
});
