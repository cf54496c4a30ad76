import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { claimBead, closeBead, createBead, type NewBead, updateBead } from '../../server/domain/beads.ts';
import type { BeadChange } from '../../server/domain/beadEdit.ts';
import {
  act,
  bead,
  beadId,
  convoy,
  edge,
  given,
  later,
  noon,
  polecat,
  refusedBy,
  rig,
  rigName,
  time,
} from './support.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

const a = beadId('be-a');
const nux = polecat('backend/nux', 'be-a');
const held = (status: 'hooked' | 'in_progress') => bead('be-a', { status, assignee: 'backend/nux' });

describe('a new bead', () => {
  const backend = rig('backend', 'be');

  test('is open, a task of priority 2, and all that was said', () => {
    given(backend)
      .when((draft) => createBead(draft, { id: 'be-a', rig: rigName('backend'), title: 'Do it' }, act))
      .thenHolds((made, town) => {
        assert.deepEqual(made, {
          id: 'be-a',
          rig: 'backend',
          title: 'Do it',
          status: 'open',
          priority: 2,
          type: 'task',
          labels: [],
          createdAt: later,
          createdBy: 'overseer',
          updatedAt: later,
        });
        assert.equal(town.get('beads', 'be-a'), made);
      });
  });

  test('takes types, priorities and labels as people write them', () => {
    given()
      .when((draft) =>
        createBead(
          draft,
          { id: 'hq-a', title: 'x', type: 'Feat', priority: 'P0', labels: ['b', 'a', ' b '] },
          act,
        ),
      )
      .thenHolds((made) =>
        assert.deepEqual([made.type, made.priority, made.labels], ['feature', 0, ['a', 'b']]),
      );
  });

  test('with a date ahead sleeps; with one behind it does not', () => {
    const when = (deferUntil: string) =>
      given().when((draft) => createBead(draft, { id: 'hq-a', title: 'x', deferUntil }, act));
    when(time(120)).thenHolds((made) =>
      assert.deepEqual([made.status, made.deferUntil], ['deferred', time(120)]),
    );
    when(noon).thenHolds((made) => assert.deepEqual([made.status, made.deferUntil], ['open', undefined]));
  });

  const bad: readonly (readonly [string, Partial<NewBead>, string])[] = [
    ['no title', { title: '' }, 'title'],
    ['a blank title', { title: ' \n ' }, 'title'],
    ['a title of 501 characters', { title: 'x'.repeat(501) }, 'title'],
    ['a title like an option', { title: '--title' }, 'title'],
    ['a title like a short option', { title: ' -t x' }, 'title'],
    ['a priority of 5', { priority: 5 }, 'priority'],
    ['a priority of 1.5', { priority: 1.5 }, 'priority'],
    ['a priority in words', { priority: 'high' }, 'priority'],
    ['an unknown type', { type: 'thing' }, 'type'],
    ['a blank label', { labels: ['a', ' '] }, 'labels'],
    ['a label with an escape', { labels: ['a\u001B'] }, 'labels'],
    ['a date in words', { dueAt: 'tomorrow' }, 'dueAt'],
    ['an id that is none', { id: 'be a' }, 'id'],
    ['an id of another rig', { id: 'fe-a', rig: rigName('backend') }, 'id'],
  ];
  for (const [what, fields, field] of bad) {
    test(`with ${what} is refused`, () => {
      const refusal = given(backend)
        .when((draft) => createBead(draft, { id: 'be-a', title: 'x', ...fields }, act))
        .thenRefused('invalid');
      assert.equal(refusal.details.field, field);
    });
  }
  for (const title of ['- a list item', '-1 is not handled', '修复', 'x'.repeat(500), '$(touch /tmp/pwn)']) {
    test(`may be titled ${title.slice(0, 20)}`, () => {
      given()
        .when((draft) => createBead(draft, { id: 'hq-a', title }, act))
        .thenHolds((made) => assert.equal(made.title, title));
    });
  }

  test('is called like nothing else', () => {
    for (const there of [bead('be-a'), convoy('be-a', []), rig('be-a', 'bea')]) {
      given(there)
        .when((draft) => createBead(draft, { id: 'be-a', title: 'x' }, act))
        .thenRefused('taken', /be-a/);
    }
  });
});

describe('an update', () => {
  test('changes what is named, and nothing else', () => {
    const before = bead('be-a', { description: 'old', notes: 'one', labels: ['a', 'b'] });
    given(before)
      .when((draft) =>
        updateBead(
          draft,
          a,
          {
            title: 'New',
            priority: 'P1',
            description: '',
            appendNotes: 'two',
            addLabels: ['c'],
            removeLabels: ['a'],
          },
          act,
        ),
      )
      .thenHolds((now) => {
        const { description: _, ...rest } = before[1];
        assert.deepEqual(now, {
          ...rest,
          title: 'New',
          priority: 1,
          notes: 'one\n\ntwo',
          labels: ['b', 'c'],
          updatedAt: later,
        });
      });
  });

  test('of an unknown bead says what bd says', () => {
    given()
      .when((draft) => updateBead(draft, a, {}, act))
      .thenRefused('not-found', /no issue found/);
  });

  const bad: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ status: 'done' }, 'status'],
    [{ status: 'hooked' }, 'status'],
    [{ title: '' }, 'title'],
    [{ priority: 9 }, 'priority'],
    [{ closedAt: noon }, 'closedAt'],
    [{ id: 'be-b' }, 'id'],
    [{ rig: 'x' }, 'rig'],
    [{ dueAt: '2026' }, 'dueAt'],
  ];
  for (const [change, field] of bad) {
    test(`of ${JSON.stringify(change)} is refused`, () => {
      const refusal = given(bead('be-a'))
        .when((draft) => updateBead(draft, a, change as BeadChange, act))
        .thenRefused('invalid');
      assert.equal(refusal.details.field, field);
    });
  }

  test('notes the first start only', () => {
    const town = new TownTwin([bead('be-a')]);
    for (const [status, minutes] of [
      ['in_progress', 1],
      ['open', 2],
      ['in_progress', 3],
    ] as const) {
      updateBead(town, a, { status }, { at: time(minutes), by: 'ann' });
    }
    assert.equal(town.get('beads', 'be-a')?.startedAt, time(1));
  });

  test('puts to sleep and wakes', () => {
    const town = new TownTwin([bead('be-a')]);
    const asleep = updateBead(town, a, { deferUntil: time(99) }, act);
    assert.deepEqual([asleep.status, asleep.deferUntil], ['deferred', time(99)]);
    const awake = updateBead(town, a, { deferUntil: '' }, act);
    assert.deepEqual([awake.status, awake.deferUntil], ['open', undefined]);
    updateBead(town, a, { deferUntil: time(99) }, act);
    assert.equal(updateBead(town, a, { status: 'open' }, act).deferUntil, undefined);
  });

  test('to closed asks what closing asks, and away from it forgets the closing', () => {
    given(bead('be-a'), bead('be-b'), edge('be-a', 'be-b'))
      .when((draft) => updateBead(draft, a, { status: 'closed' }, act))
      .thenRefused('blocked', /be-b/);
    const town = new TownTwin([bead('be-a')]);
    const closed = updateBead(town, a, { status: 'closed', title: 'Ended' }, act);
    assert.deepEqual(
      [closed.status, closed.closedAt, closed.closeReason, closed.title],
      ['closed', later, 'Closed', 'Ended'],
    );
    const open = updateBead(town, a, { status: 'in_progress' }, act);
    assert.deepEqual([open.status, open.closedAt, open.closeReason], ['in_progress', undefined, undefined]);
  });

  test('does not take a bead from the hook of an agent', () => {
    const there = [nux, held('in_progress')];
    for (const change of [
      { status: 'open' },
      { assignee: 'ann' },
      { assignee: '' },
      { status: 'deferred' },
      { deferUntil: time(99) },
    ]) {
      given(...there)
        .when((draft) => updateBead(draft, a, change, act))
        .thenRefused('held', /gt unsling be-a/);
    }
    given(...there)
      .when((draft) => updateBead(draft, a, { status: 'closed' }, act))
      .thenRefused('held');
    given(...there)
      .when((draft) => updateBead(draft, a, { status: 'closed' }, { at: later, by: 'backend/nux' }))
      .thenRefused('held', /gt done/);
    given(...there)
      .when((draft) => updateBead(draft, a, { notes: 'n' }, act))
      .thenHolds((now) => assert.equal(now.notes, 'n'));
    given(nux, held('hooked'))
      .when((draft) => updateBead(draft, a, { status: 'in_progress' }, act))
      .thenHolds((now) => assert.deepEqual([now.status, now.startedAt], ['in_progress', later]));
  });

  test('gives an agent no second bead', () => {
    given(nux, held('hooked'), bead('be-b'))
      .when((draft) =>
        updateBead(draft, beadId('be-b'), { status: 'in_progress', assignee: 'backend/nux' }, act),
      )
      .thenRefused('held', /full.*be-a/);
  });
});

describe('closing', () => {
  test('says when and why, once', () => {
    given(bead('be-a'))
      .when((draft) => closeBead(draft, a, { reason: 'not needed' }, act))
      .thenHolds(({ bead: closed }, town) => {
        assert.deepEqual(
          [closed.status, closed.closedAt, closed.closeReason],
          ['closed', later, 'not needed'],
        );
        const again = closeBead(town, a, { reason: 'other' }, { at: time(99), by: 'ann' });
        assert.equal(again.bead, closed);
      });
  });

  const guarded: readonly (readonly [string, readonly GivenRecord[], string])[] = [
    ['a blocked bead', [bead('be-a'), bead('be-b'), edge('be-a', 'be-b')], 'blocked'],
    ['a pinned bead', [bead('be-a', { status: 'pinned' })], 'invalid'],
    [
      'an epic with open children',
      [bead('be-a', { type: 'epic' }), bead('be-b'), edge('be-b', 'be-a', 'parent-child')],
      'blocked',
    ],
  ];
  for (const [what, records, code] of guarded) {
    test(`${what} takes force`, () => {
      given(...records)
        .when((draft) => closeBead(draft, a, {}, act))
        .thenRefused(code as 'blocked', /--force/);
      given(...records)
        .when((draft) => closeBead(draft, a, { force: true }, act))
        .thenHolds((closed) => assert.equal(closed.bead.status, 'closed'));
    });
  }

  test('a bead that is blocked only through its parent is closed', () => {
    given(
      bead('be-a'),
      bead('be-p'),
      bead('be-b'),
      edge('be-a', 'be-p', 'parent-child'),
      edge('be-p', 'be-b'),
    )
      .when((draft) => closeBead(draft, a, {}, act))
      .thenHolds((closed) => assert.equal(closed.bead.status, 'closed'));
  });

  for (const status of ['hooked', 'in_progress'] as const) {
    test(`a bead that is ${status} by an agent is for gt done`, () => {
      const own = { at: later, by: 'backend/nux' };
      given(nux, held(status))
        .when((draft) => closeBead(draft, a, {}, own))
        .thenRefused('held', /gt done/);
      given(nux, held(status))
        .when((draft) => closeBead(draft, a, { force: true }, own))
        .thenRefused('held', /gt done/);
      given(nux, held(status))
        .when((draft) => closeBead(draft, a, {}, act))
        .thenRefused('held', /unsling/);
      given(nux, held(status), polecat('backend/slit', 'be-b'))
        .when((draft) => closeBead(draft, a, { force: true }, { at: later, by: 'backend/slit' }))
        .thenRefused('held', /backend\/nux/);
      given(nux, held(status))
        .when((draft) => closeBead(draft, a, { force: true }, act))
        .thenHolds((closed) => assert.equal(closed.bead.status, 'closed'));
    });
  }

  test("a person's own work closes", () => {
    given(bead('be-a', { status: 'in_progress', assignee: 'ann' }))
      .when((draft) => closeBead(draft, a, {}, { at: later, by: 'ann' }))
      .thenHolds((closed) => assert.equal(closed.bead.closeReason, 'Closed'));
  });

  test('a reopened bead is open, on no hook, and forgets its end', () => {
    given(bead('be-a', { status: 'closed', closeReason: 'x', assignee: 'backend/nux' }))
      .when((draft) => updateBead(draft, a, { status: 'open' }, act))
      .thenHolds((open) => {
        assert.deepEqual(
          [open.status, open.closedAt, open.closeReason, open.assignee],
          ['open', undefined, undefined, undefined],
        );
      });
  });

  test('a reopened bead is free, whichever agent had it; one of a person stays theirs', () => {
    const stays = { ann: 'ann', 'backend/crew/dave': undefined, mayor: undefined };
    for (const [had, has] of Object.entries(stays)) {
      given(bead('be-a', { status: 'closed', closeReason: 'x', assignee: had }))
        .when((draft) => updateBead(draft, a, { status: 'open' }, act))
        .thenHolds((open) => assert.equal(open.assignee, has, had));
    }
  });
});

describe('a claim', () => {
  test('takes an open, free bead', () => {
    given(bead('be-a'))
      .when((draft) => claimBead(draft, a, 'ann', later))
      .thenHolds((now) =>
        assert.deepEqual([now.status, now.assignee, now.startedAt], ['in_progress', 'ann', later]),
      );
  });

  test('again by the same actor is a success that changes nothing', () => {
    const town = new TownTwin([bead('be-a')]);
    const first = claimBead(town, a, 'ann', later);
    assert.equal(claimBead(town, a, 'ann', time(99)), first);
    const refusal = refusedBy(() => claimBead(town, a, 'bob', time(99)));
    assert.match(refusal.message, /already claimed by ann/);
    assert.equal(refusal.details.facts?.['holder'], 'ann');
  });

  test('begins what lies on one’s own hook', () => {
    given(nux, held('hooked'))
      .when((draft) => claimBead(draft, a, 'backend/nux', later))
      .thenHolds((now) => assert.equal(now.status, 'in_progress'));
  });

  test('wakes a bead whose date has come', () => {
    given(bead('be-a', { status: 'deferred', deferUntil: time(10) }))
      .when((draft) => claimBead(draft, a, 'ann', later))
      .thenHolds((now) => assert.deepEqual([now.status, now.deferUntil], ['in_progress', undefined]));
  });

  const refused: readonly (readonly [string, Parameters<typeof bead>[1], string])[] = [
    ['closed', { status: 'closed' }, 'closed'],
    ['deferred', { status: 'deferred', deferUntil: time(99) }, 'deferred'],
    ['blocked by hand', { status: 'blocked' }, 'blocked'],
    ['pinned', { status: 'pinned' }, 'invalid'],
    ['assigned to another', { assignee: 'bob' }, 'held'],
    ['hooked by another', { status: 'hooked', assignee: 'backend/nux' }, 'held'],
  ];
  for (const [what, fields, code] of refused) {
    test(`of a bead that is ${what} is refused`, () => {
      given(bead('be-a', fields))
        .when((draft) => claimBead(draft, a, 'ann', later))
        .thenRefused(code as 'held');
    });
  }

  test('by an agent whose hook is full is refused; people may have many', () => {
    given(nux, held('hooked'), bead('be-b'))
      .when((draft) => claimBead(draft, beadId('be-b'), 'backend/nux', later))
      .thenRefused('held', /full/);
    given(bead('be-a', { status: 'in_progress', assignee: 'ann' }), bead('be-b'))
      .when((draft) => claimBead(draft, beadId('be-b'), 'ann', later))
      .thenHolds((now) => assert.equal(now.assignee, 'ann'));
  });
});
