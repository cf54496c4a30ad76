import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { BeadStatus } from '../../server/domain/bead.ts';
import {
  affectedBy,
  blockersOf,
  isBlocked,
  isReady,
  type KnownBlocks,
  wakeDeferred,
} from '../../server/domain/readiness.ts';
import type { Change } from '../../server/domain/records.ts';
import { bead, beadId, edge, later, noon, time } from './support.ts';
import { naiveReadiness } from './naiveReadiness.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

function stateOf(records: readonly GivenRecord[], id = 'a'): string {
  const town = new TownTwin(records);
  const found = town.get('beads', id);
  assert.ok(found);
  const ready = isReady(town, found);
  const blocked = isBlocked(town, found);
  assert.ok(!(ready && blocked), 'never both');
  if (blocked) return `waits for ${blockersOf(town, found).join(', ')}`;
  assert.deepEqual(blockersOf(town, found), []);
  return ready ? 'ready' : 'neither';
}

describe('a bead is ready or waits', () => {
  const cases: readonly (readonly [string, readonly GivenRecord[], string])[] = [
    ['alone', [bead('a')], 'ready'],
    ['on an open one', [bead('a'), bead('b'), edge('a', 'b')], 'waits for b'],
    [
      'on two, one closed',
      [bead('a'), bead('b', { status: 'closed' }), bead('c'), edge('a', 'b'), edge('a', 'c')],
      'waits for c',
    ],
    ['on a closed one', [bead('a'), bead('b', { status: 'closed' }), edge('a', 'b')], 'ready'],
    ['on a pinned one', [bead('a'), bead('b', { status: 'pinned' }), edge('a', 'b')], 'ready'],
    ['on one in progress', [bead('a'), bead('b', { status: 'in_progress' }), edge('a', 'b')], 'waits for b'],
    ['on a deferred one', [bead('a'), bead('b', { status: 'deferred' }), edge('a', 'b')], 'waits for b'],
    ['on an unknown one', [bead('a'), edge('a', 'gone')], 'ready'],
    ['on another project', [bead('a'), edge('a', 'external:x:y')], 'ready'],
    ['by conditional-blocks', [bead('a'), bead('b'), edge('a', 'b', 'conditional-blocks')], 'waits for b'],
    ['by related only', [bead('a'), bead('b'), edge('a', 'b', 'related')], 'ready'],
    ['as the blocker itself', [bead('a'), bead('b'), edge('b', 'a')], 'ready'],
    ['closed, on an open one', [bead('a', { status: 'closed' }), bead('b'), edge('a', 'b')], 'neither'],
    ['pinned, on an open one', [bead('a', { status: 'pinned' }), bead('b'), edge('a', 'b')], 'neither'],
    ['in progress', [bead('a', { status: 'in_progress' })], 'neither'],
    ['hooked', [bead('a', { status: 'hooked' })], 'neither'],
    ['deferred', [bead('a', { status: 'deferred' })], 'neither'],
    [
      'in progress, on an open one',
      [bead('a', { status: 'in_progress' }), bead('b'), edge('a', 'b')],
      'waits for b',
    ],
    ['under an open parent', [bead('a'), bead('p'), edge('a', 'p', 'parent-child')], 'ready'],
    [
      'under a blocked parent',
      [bead('a'), bead('p'), bead('b'), edge('a', 'p', 'parent-child'), edge('p', 'b')],
      'waits for p',
    ],
    [
      'under a blocked grandparent',
      [
        bead('a'),
        bead('p'),
        bead('g'),
        bead('b'),
        edge('a', 'p', 'parent-child'),
        edge('p', 'g', 'parent-child'),
        edge('g', 'b'),
      ],
      'waits for p',
    ],
    [
      'under a closed parent of a blocked grandparent',
      [
        bead('a'),
        bead('p', { status: 'closed' }),
        bead('g'),
        bead('b'),
        edge('a', 'p', 'parent-child'),
        edge('p', 'g', 'parent-child'),
        edge('g', 'b'),
      ],
      'ready',
    ],
    [
      'its own grandparent',
      [bead('a'), bead('p'), edge('a', 'p', 'parent-child'), edge('p', 'a', 'parent-child')],
      'ready',
    ],
    [
      'in a circle of parents, one of them blocked',
      [
        bead('a'),
        bead('p'),
        bead('b'),
        edge('a', 'p', 'parent-child'),
        edge('p', 'a', 'parent-child'),
        edge('p', 'b'),
      ],
      'waits for p',
    ],
    [
      'under a parent that is put off',
      [bead('a'), bead('p', { status: 'deferred', deferUntil: later }), edge('a', 'p', 'parent-child')],
      'neither',
    ],
    [
      'as the parent of a blocked child',
      [bead('a'), bead('c'), bead('b'), edge('c', 'a', 'parent-child'), edge('c', 'b')],
      'ready',
    ],
    ['waiting for children, none', [bead('a'), bead('s'), edge('a', 's', 'waits-for')], 'ready'],
    [
      'waiting for children',
      [bead('a'), bead('s'), bead('c'), edge('a', 's', 'waits-for'), edge('c', 's', 'parent-child')],
      'waits for c',
    ],
    [
      'waiting for all children, one closed',
      [
        bead('a'),
        bead('s'),
        bead('c'),
        bead('d', { status: 'closed' }),
        edge('a', 's', 'waits-for'),
        edge('c', 's', 'parent-child'),
        edge('d', 's', 'parent-child'),
      ],
      'waits for c',
    ],
    [
      'waiting for any child, one closed',
      [
        bead('a'),
        bead('s'),
        bead('c'),
        bead('d', { status: 'closed' }),
        edge('a', 's', 'waits-for', '{"gate":"any-children"}'),
        edge('c', 's', 'parent-child'),
        edge('d', 's', 'parent-child'),
      ],
      'ready',
    ],
    [
      'waiting for any child, none closed',
      [
        bead('a'),
        bead('s'),
        bead('c'),
        edge('a', 's', 'waits-for', '{ "gate" : "any-children" }'),
        edge('c', 's', 'parent-child'),
      ],
      'waits for c',
    ],
    ...['merge-request', 'gate', 'molecule', 'message', 'agent', 'role', 'rig'].map(
      (type) => [`of the type ${type}`, [bead('a', { type })], 'neither'] as const,
    ),
    ['of the type epic', [bead('a', { type: 'epic' })], 'ready'],
  ];
  for (const [what, records, state] of cases)
    test(`${what}: ${state}`, () => assert.equal(stateOf(records), state));
});

describe('deferral', () => {
  const asleep = bead('a', { status: 'deferred', deferUntil: time(30) });
  const town = new TownTwin([
    asleep,
    bead('b', { status: 'deferred' }),
    bead('c'),
    edge('c', 'a', 'parent-child'),
  ]);
  const ready = (id: string, now?: ReturnType<typeof time>): boolean => {
    const found = town.get('beads', id);
    assert.ok(found);
    return isReady(town, found, now);
  };

  test('holds without a clock, and until its date', () => {
    assert.deepEqual(
      [ready('a'), ready('a', noon), ready('a', time(30)), ready('a', later)],
      [false, false, true, true],
    );
  });

  test('without a date holds for ever', () => assert.equal(ready('b', later), false));

  test('of a parent holds its children back as long', () => {
    assert.deepEqual([ready('c'), ready('c', noon), ready('c', later)], [false, false, true]);
  });

  test('ends: the beads whose date has come are open and lose it', () => {
    assert.deepEqual(wakeDeferred(town, noon), []);
    const [woken, ...others] = wakeDeferred(town, later);
    assert.deepEqual(others, []);
    const { deferUntil: _, ...rest } = asleep[1];
    assert.deepEqual(woken, { ...rest, status: 'open', updatedAt: later });
  });
});

describe('what a change affects', () => {
  const of = (town: TownTwin, change: Change): string[] => [...affectedBy(town, change)].toSorted();

  test('a bead: itself, those that wait for it, its tree, and waiters on its parent', () => {
    const town = new TownTwin([
      ...['a', 'blocked', 'child', 'grandchild', 'parent', 'waiter', 'related', 'below'].map((id) =>
        bead(id),
      ),
      edge('blocked', 'a'),
      edge('below', 'blocked', 'parent-child'),
      edge('child', 'a', 'parent-child'),
      edge('grandchild', 'child', 'parent-child'),
      edge('a', 'parent', 'parent-child'),
      edge('waiter', 'parent', 'waits-for'),
      edge('related', 'a', 'related'),
    ]);
    const change = bead('a', { status: 'closed' });
    town.put(...change);
    const affected = [...affectedBy(town, ['beads', 'a', change[1]])];
    assert.equal(affected[0], 'a');
    assert.deepEqual(affected.toSorted(), ['a', 'below', 'blocked', 'child', 'grandchild', 'waiter']);
  });

  test('an edge: the bead it leaves and its tree, also when the edge is gone', () => {
    const town = new TownTwin([bead('a'), bead('b'), bead('c'), edge('c', 'a', 'parent-child')]);
    assert.deepEqual(of(town, ['dependencies', 'a b', null]), ['a', 'c']);
  });

  test('other collections: nothing', () => {
    assert.deepEqual([...affectedBy(new TownTwin(), ['convoys', 'hq-a', null])], []);
  });
});

test('a chain of 10,000 is no matter: neither of blocks nor of parents', () => {
  const count = 10_000;
  const records: GivenRecord[] = [];
  for (let i = 0; i < count; i += 1) {
    records.push(bead(`x-${i}`));
    if (i > 0) records.push(edge(`x-${i}`, `x-${i - 1}`, 'parent-child'));
  }
  const town = new TownTwin([...records, bead('x-b'), edge('x-0', 'x-b')]);
  const known: KnownBlocks = new Map();
  const affected = [...affectedBy(town, ['dependencies', 'x-0 x-b', edge('x-0', 'x-b')[1]])];
  assert.equal(affected.length, count);
  for (const id of affected) {
    const found = town.get('beads', id);
    assert.ok(found && isBlocked(town, found, known), id);
  }
  const last = town.get('beads', `x-${count - 1}`);
  assert.ok(last && isBlocked(town, last), 'also without anything known');
});

describe('answers kept from change to change', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map(beadId);
  const anId = fc.constantFrom(...ids);
  const aStatus = fc.constantFrom<BeadStatus>(
    'open',
    'in_progress',
    'closed',
    'pinned',
    'deferred',
    'hooked',
  );
  const aType = fc.constantFrom('blocks', 'conditional-blocks', 'parent-child', 'waits-for', 'related');
  const metadata = fc.constantFrom(undefined, '{"gate":"any-children"}', '{}');
  const aChange = fc.oneof(
    fc.record({
      kind: fc.constant('bead' as const),
      id: anId,
      status: aStatus,
      until: fc.constantFrom(undefined, later),
    }),
    fc.record({ kind: fc.constant('edge' as const), id: anId, other: anId, type: aType, metadata }),
    fc.record({ kind: fc.constant('remove edge' as const), id: anId, other: anId }),
    fc.record({ kind: fc.constant('remove bead' as const), id: anId }),
  );

  type Step = typeof aChange extends fc.Arbitrary<infer S> ? S : never;
  function apply(town: TownTwin, step: Step): void {
    if (step.kind === 'bead') {
      const deferUntil = step.status === 'deferred' && step.until ? { deferUntil: step.until } : {};
      town.put(...bead(step.id, { status: step.status, ...deferUntil }));
    }
    if (step.kind === 'edge') town.put(...edge(step.id, step.other, step.type, step.metadata));
    if (step.kind === 'remove edge') town.remove('dependencies', `${step.id} ${step.other}`);
    if (step.kind === 'remove bead') town.remove('beads', step.id);
  }

  function recompute(town: TownTwin, id: string, kept: Map<string, string>, known: KnownBlocks): void {
    const found = town.get('beads', id);
    if (!found) kept.delete(id);
    else if (isBlocked(town, found, known)) kept.set(id, 'blocked');
    else kept.set(id, isReady(town, found, undefined, known) ? 'ready' : 'neither');
  }

  test('recomputing what is affected gives what recomputing everything gives', () => {
    const transactions = fc.array(fc.array(aChange, { minLength: 1, maxLength: 4 }), { maxLength: 14 });
    fc.assert(
      fc.property(transactions, (all) => {
        const town = new TownTwin();
        const kept = new Map<string, string>();
        for (const steps of all) {
          const from = town.changes.length;
          for (const step of steps) apply(town, step);
          const known: KnownBlocks = new Map();
          for (const change of town.changes.slice(from)) {
            for (const id of affectedBy(town, change)) recompute(town, id, kept, known);
          }
          assert.deepEqual(kept, naiveReadiness(town));
        }
      }),
      { numRuns: 1500 },
    );
  });
});
