import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCrewName, parseTarget } from '../../server/domain/agentNames.ts';
import { agentOf } from '../../server/domain/agents.ts';
import {
  assignBead,
  deadHolder,
  deferAgain,
  unassignBead,
  wakeForced,
} from '../../server/domain/assigning.ts';
import { hookOf, instructionsFor, refuseFilledHook } from '../../server/domain/hooks.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { View } from '../../server/domain/view.ts';
import { agentId, bead, beadId, crew, given, later, mayor, noon, polecat, session } from './support.ts';

const dave = crew('backend/crew/dave');
const held = bead('be-a', { status: 'hooked', assignee: 'backend/crew/dave' });
const { bead: _bead, ...idle } = polecat('backend/nux', 'none')[1];
const waiting = ['agents', idle as Polecat] as const;

describe('assigning', () => {
  test('puts the bead on the hook, with what was said, and in the session that runs', () => {
    const running = session('s-1', polecat('backend/nux', 'none')[1]);
    given(bead('be-a'), ['agents', { ...idle, session: running[1].id }], running)
      .when((draft) => {
        const agent = agentOf(draft, 'backend/nux') ?? idle;
        return assignBead(draft, { bead: beadId('be-a'), agent, instructions: 'small steps', at: later });
      })
      .thenHolds((_, town) => {
        const agent = town.get('agents', 'backend/nux');
        assert.equal(agent?.bead, 'be-a');
        assert.equal(agent && instructionsFor(agent, hookOf(town, agent.id)), 'small steps');
        assert.equal(town.get('sessions', 's-1')?.bead, 'be-a');
      });
  });

  test('takes a bead for a polecat once; a full hook and a held bead are refused', () => {
    const busy = polecat('backend/nux', 'be-a');
    given(bead('be-a', { status: 'hooked', assignee: 'backend/nux' }), bead('be-b'), busy)
      .when((draft) => assignBead(draft, { bead: beadId('be-b'), agent: busy[1], at: later }))
      .thenRefused('in-use');
    given(held, bead('be-b'), dave)
      .when((draft) => assignBead(draft, { bead: beadId('be-b'), agent: dave[1], at: later }))
      .thenRefused('held');
    given(held, dave, mayor())
      .when((draft) => assignBead(draft, { bead: beadId('be-a'), agent: mayor()[1], at: later }))
      .thenRefused('held');
    const done = ['agents', { ...idle, state: 'done' }] as const;
    given(bead('be-a'), done)
      .when((draft) => assignBead(draft, { bead: beadId('be-a'), agent: done[1], at: later }))
      .thenRefused('in-use');
  });

  test('is undone whole: the bead is open, and the polecat waits again', () => {
    given(bead('be-a'), waiting)
      .when((draft) => {
        assignBead(draft, { bead: beadId('be-a'), agent: waiting[1], instructions: 'x', at: later });
        return unassignBead(draft, beadId('be-a'), waiting[1], later);
      })
      .thenHolds((freed, town) => {
        assert.deepEqual([freed?.status, freed?.assignee], ['open', undefined]);
        const now = town.get('agents', 'backend/nux');
        assert.deepEqual([now?.bead, now?.instructions], [undefined, undefined]);
      });
  });

  test('what was said with an earlier bead is past', () => {
    const said = crew('backend/crew/dave', { instructions: { bead: beadId('be-z'), text: 'old' } });
    given(held, said)
      .when((draft) => instructionsFor(said[1], hookOf(draft, said[1].id)))
      .thenHolds((text) => assert.equal(text, undefined));
  });

  test('what is forced out of its sleep can be put to sleep again, until when it was', () => {
    given(bead('be-a', { status: 'deferred', deferUntil: later }))
      .when((draft) => {
        const deferral = wakeForced(draft, bead('be-a', { status: 'deferred', deferUntil: later })[1], noon);
        assert.equal(draft.get('beads', 'be-a')?.status, 'open');
        deferAgain(draft, beadId('be-a'), deferral ?? {}, noon);
        return draft.get('beads', 'be-a');
      })
      .thenHolds((now) => assert.deepEqual([now?.status, now?.deferUntil], ['deferred', later]));
  });

  test('a name that was given work by hand begins no agent', () => {
    given(held)
      .when((draft) => refuseFilledHook(draft, agentId('backend/crew/dave')))
      .thenRefused('held');
  });
});

describe('a holder is dead', () => {
  const onHook = bead('be-a', { status: 'in_progress', assignee: 'backend/nux' });
  const holder = (view: View) => deadHolder(view, onHook[1])?.id;

  test('where its session has ended, or never was', () => {
    const nux = polecat('backend/nux', 'be-a', {
      session: session('s-1', polecat('backend/nux', 'be-a')[1])[1].id,
    });
    const ended = session('s-1', nux[1], { state: 'ended', exit: { end: 'failed' } });
    given(onHook, nux, ended)
      .when(holder)
      .thenHolds((id) => assert.equal(id, 'backend/nux'));
    given(onHook, polecat('backend/nux', 'be-a'))
      .when(holder)
      .thenHolds((id) => assert.equal(id, 'backend/nux'));
    given(onHook, nux, session('s-1', nux[1]))
      .when(holder)
      .thenHolds((id) => assert.equal(id, undefined));
  });

  test('not where it is on its way, was submitted, or is no agent', () => {
    for (const state of ['spawning', 'done'] as const) {
      given(onHook, polecat('backend/nux', 'be-a', { state }))
        .when(holder)
        .thenHolds((id) => assert.equal(id, undefined, state));
    }
    given(bead('be-a', { status: 'in_progress', assignee: 'ann' }))
      .when((view) => deadHolder(view, bead('be-a', { status: 'in_progress', assignee: 'ann' })[1]))
      .thenHolds((id) => assert.equal(id, undefined));
  });
});

describe('names', () => {
  test('targets in each of their forms', () => {
    const forms: Record<string, unknown> = {
      backend: { kind: 'rig', rig: 'backend' },
      'backend/nux': { kind: 'agent', agent: 'backend/nux' },
      'backend/polecats/nux': { kind: 'agent', agent: 'backend/nux' },
      'backend/crew/dave': { kind: 'agent', agent: 'backend/crew/dave' },
      mayor: { kind: 'agent', agent: 'mayor' },
    };
    for (const [text, target] of Object.entries(forms)) assert.deepEqual(parseTarget(text), target);
    for (const text of [
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      'mayor/',
      'mayor/x',
      'a/crew',
      'a/polecats',
      'a/dog/b',
      'a/b/c/d',
    ])
      assert.throws(() => parseTarget(text), { code: 'invalid' }, text);
  });

  test('of crew: nothing that a path, an option or a ref would read otherwise', () => {
    for (const name of ['dave', 'a', '0-9', 'x'.repeat(40)]) assert.equal(parseCrewName(name), name);
    for (const name of ['', '-a', 'A', 'a/b', '..', 'a.lock', 'a b', 'x'.repeat(41), 'é', 'a\n'])
      assert.throws(() => parseCrewName(name), { code: 'invalid' }, name);
  });
});
