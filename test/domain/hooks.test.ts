import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holdingAgent, hookBead, hookOf, startWork, unhook } from '../../server/domain/hooks.ts';
import type { Bead } from '../../server/domain/bead.ts';
import { agentId, bead, beadId, given, later, noon, polecat, time } from './support.ts';
import { TownTwin } from './townTwin.ts';

const a = beadId('be-a');
const nux = agentId('backend/nux');
const slit = agentId('backend/slit');

describe('a hook', () => {
  test('takes an open bead', () => {
    given(bead('be-a'))
      .when((draft) => hookBead(draft, a, nux, later))
      .thenHolds((hooked, town) => {
        assert.deepEqual([hooked.status, hooked.assignee, hooked.updatedAt], ['hooked', nux, later]);
        assert.equal(hookOf(town, nux), hooked);
      });
  });

  test('that has the bead already keeps it as it is', () => {
    for (const status of ['hooked', 'in_progress'] as const) {
      given(bead('be-a', { status, assignee: nux }))
        .when((draft) => hookBead(draft, a, nux, later))
        .thenHolds((same) => assert.deepEqual([same.status, same.updatedAt], [status, noon]));
    }
  });

  test('does not take what another has, and says who', () => {
    const refusal = given(bead('be-a', { status: 'hooked', assignee: nux }))
      .when((draft) => hookBead(draft, a, slit, later))
      .thenRefused('held', /backend\/nux.*gt unsling be-a/);
    assert.equal(refusal.details.facts?.['holder'], nux);
  });

  test('holds one bead', () => {
    for (const status of ['hooked', 'in_progress'] as const) {
      given(bead('be-b', { status, assignee: nux }), bead('be-a'))
        .when((draft) => hookBead(draft, a, nux, later))
        .thenRefused('held', /be-b/);
    }
  });

  const refused: readonly (readonly [Partial<Bead>, string])[] = [
    [{ status: 'closed' }, 'closed'],
    [{ status: 'deferred' }, 'deferred'],
    [{ status: 'blocked' }, 'blocked'],
    [{ status: 'pinned' }, 'invalid'],
    [{ status: 'in_progress' }, 'held'],
    [{ status: 'in_progress', assignee: 'ann' }, 'held'],
  ];
  for (const [fields, code] of refused) {
    test(`does not take a bead that is ${fields.status ?? ''} ${fields.assignee ?? ''}`, () => {
      given(bead('be-a', fields))
        .when((draft) => hookBead(draft, a, nux, later))
        .thenRefused(code as 'held');
    });
  }

  test('does not take an unknown bead', () => {
    given()
      .when((draft) => hookBead(draft, a, nux, later))
      .thenRefused('not-found');
  });

  test('lets go of its own bead only, and only once', () => {
    const town = new TownTwin([bead('be-a', { status: 'in_progress', assignee: nux, startedAt: noon })]);
    unhook(town, a, slit, later);
    assert.equal(hookOf(town, nux)?.id, 'be-a');
    const freed = unhook(town, a, nux, later);
    assert.deepEqual([freed?.status, freed?.assignee, freed?.startedAt], ['open', undefined, noon]);
    assert.equal(hookOf(town, nux), undefined);
    assert.equal(unhook(town, a, nux, time(99))?.updatedAt, later);
    hookBead(town, a, slit, time(99));
    unhook(town, a, nux, time(100));
    assert.equal(hookOf(town, slit)?.id, 'be-a', 'a late unhook does not free what another has by now');
    assert.equal(unhook(town, beadId('be-gone'), nux, later), undefined);
  });

  test('does not let go of what is closed', () => {
    given(bead('be-a', { status: 'closed', assignee: nux }))
      .when((draft) => unhook(draft, a, nux, later))
      .thenHolds((same) => assert.equal(same?.status, 'closed'));
  });

  test('shows a start once', () => {
    const town = new TownTwin([bead('be-a', { status: 'hooked', assignee: nux })]);
    const started = startWork(town, a, nux, later);
    assert.deepEqual([started.status, started.startedAt], ['in_progress', later]);
    assert.equal(startWork(town, a, nux, time(99)), started);
    given(bead('be-a', { status: 'hooked', assignee: slit }))
      .when((draft) => startWork(draft, a, nux, later))
      .thenRefused('held');
  });

  test('is an agent’s only where the town knows the agent', () => {
    const held = bead('be-a', { status: 'in_progress', assignee: nux });
    assert.equal(holdingAgent(new TownTwin([held]), held[1]), undefined);
    assert.equal(holdingAgent(new TownTwin([held, polecat(nux, 'be-a')]), held[1]), nux);
  });
});
