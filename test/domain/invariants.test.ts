import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { claimBead, closeBead, updateBead } from '../../server/domain/beads.ts';
import { agentOf } from '../../server/domain/agents.ts';
import { assignBead, unassignBead } from '../../server/domain/assigning.ts';
import { hookBead, hookOf, isHeld, startWork, unhook } from '../../server/domain/hooks.ts';
import type { BeadId, MergeRequestId } from '../../server/domain/ids.ts';
import {
  closeDoneBead,
  openMergeRequest,
  transitionLanding,
  verifyLanding,
} from '../../server/domain/landings.ts';
import { isSlung } from '../../server/domain/polecat.ts';
import { transitionPolecat } from '../../server/domain/polecats.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { checkBead, checkSling } from '../../server/domain/slinging.ts';
import type { Draft } from '../../server/domain/view.ts';
import {
  agentId,
  bead,
  beadId,
  convoy,
  crew,
  edge,
  mayor,
  polecat,
  rig,
  sha,
  time,
  townRecord,
} from './support.ts';
import { placeFaults, placeProblems } from '../support/places.ts';
import { TownTwin } from './townTwin.ts';

const beads = ['be-a', 'be-b', 'be-c'].map(beadId);
const polecats = ['backend/nux', 'backend/slit', 'backend/rictus'].map(agentId);
const agents = [...polecats, ...['backend/crew/dave', 'mayor'].map(agentId)];
const backend = rig('backend', 'be', { settings: { maxPolecats: 2 } });

const step = fc.record({
  verb: fc.constantFrom(
    ...([
      'sling',
      'sling',
      'unsling',
      'start',
      'claim',
      'update',
      'close',
      'force',
      'reopen',
      'done',
      'done',
      'verify',
    ] as const),
    ...(['no code', 'remove', 'interrupt', 'merge', 'reject'] as const),
    ...(['wait', 'put', 'put', 'clear'] as const),
  ),
  bead: fc.constantFrom(...beads),
  agent: fc.constantFrom(...agents),
  by: fc.constantFrom('ann', ...agents),
  tip: fc.constantFrom('1', '2'),
  status: fc.constantFrom('open', 'in_progress', 'closed', 'deferred', 'hooked'),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

test('whatever people and agents do: one hook per agent, one holder per bead, one request per branch and tip, one landing per convoy', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const town = new TownTwin([
        townRecord(),
        backend,
        crew('backend/crew/dave'),
        mayor(),
        ...beads.map((id) => bead(id)),
        edge('be-c', 'be-a'),
        convoy('hq-c', ['be-a', 'be-b']),
      ]);
      const landed: string[] = [];
      steps.forEach((one, minute) => {
        const before = new Map([...town.all('beads')].map((found) => [found.id, found]));
        const from = town.changes.length;
        attempt(town, one, minute);
        for (const [collection, id, record] of town.changes.slice(from)) {
          if (collection === 'convoys' && record?.state === 'landed') landed.push(id);
        }
        checkHooks(town);
        checkHandover(town, before, one);
        checkLandings(town);
        assert.deepEqual(placeProblems(town, time(minute)), []);
        assert.deepEqual(placeFaults(town, time(minute)), []);
      });
      assert.ok(landed.length <= 1, 'a convoy lands once');
    }),
    { numRuns: 1500 },
  );
});

function attempt(town: TownTwin, one: Step, minute: number): void {
  const before = town.snapshot();
  try {
    town.transact((draft) => verbs[one.verb](draft, one, minute));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assert.deepEqual(town.snapshot(), before);
  }
}

const verbs: Record<Step['verb'], (draft: Draft, one: Step, minute: number) => unknown> = {
  sling: (draft, { bead: id, agent }, minute) => {
    const found = draft.get('beads', id);
    if (!found || !polecats.includes(agent) || draft.get('agents', agent)) return;
    checkSling(draft, { bead: found, rig: backend[1], now: time(minute) });
    draft.put(...polecat(agent, id, { branch: `polecat/${agent}/${id}-${minute}` }));
    hookBead(draft, id, agent, time(minute));
  },
  unsling: (draft, { bead: id, agent }, minute) => unhook(draft, id, agent, time(minute)),
  start: (draft, { bead: id, agent }, minute) => startWork(draft, id, agent, time(minute)),
  claim: (draft, { bead: id, by }, minute) => claimBead(draft, id, by, time(minute)),
  update: (draft, { bead: id, by, status, agent }, minute) =>
    updateBead(draft, id, { status, assignee: agent }, { at: time(minute), by }),
  close: (draft, { bead: id, by }, minute) => closeBead(draft, id, {}, { at: time(minute), by }),
  force: (draft, { bead: id, by }, minute) => closeBead(draft, id, { force: true }, { at: time(minute), by }),
  reopen: (draft, { bead: id, by }, minute) =>
    updateBead(draft, id, { status: 'open' }, { at: time(minute), by }),
  done: (draft, { agent, tip }, minute) => {
    const worker = draft.get('agents', agent);
    if (!worker || !isSlung(worker)) return;
    const wanted = { polecat: worker, target: 'main', tip: sha(tip), commits: 1, at: time(minute) };
    const first = openMergeRequest(draft, { ...wanted, id: `mr-${minute}` as MergeRequestId });
    const again = openMergeRequest(draft, { ...wanted, id: `mr-${minute}-again` as MergeRequestId });
    assert.equal(again, first, 'done is idempotent on branch and tip');
  },
  verify: (draft, { bead: id }, minute) => {
    for (const request of draft.find('mergeRequestsByBead', id)) {
      verifyLanding(draft, request.id, { landed: sha('9'), at: time(minute) });
    }
  },
  'no code': (draft, { agent }, minute) => {
    const worker = draft.get('agents', agent);
    if (worker && isSlung(worker))
      closeDoneBead(draft, worker, { reason: 'nothing to do', at: time(minute) });
  },
  remove: (draft, { agent }, minute) => {
    const worker = draft.get('agents', agent);
    if (!worker) return;
    if (worker.bead) unhook(draft, worker.bead, agent, time(minute));
    draft.remove('agents', agent);
  },
  interrupt: (draft, { agent }, minute) => {
    const worker = draft.get('agents', agent);
    if (worker) draft.put('agents', transitionPolecat(worker, 'interrupted', { at: time(minute) }));
  },
  wait: (draft, { agent }, minute) => {
    if (!polecats.includes(agent) || draft.get('agents', agent) || hookOf(draft, agent)) return;
    const { bead: _, ...waiting } = polecat(agent, 'none', {
      branch: `polecat/${agent}/seance-${minute}`,
    })[1];
    draft.put('agents', waiting);
  },
  put: (draft, { bead: id, agent }, minute) => {
    const [found, whose] = [draft.get('beads', id), agentOf(draft, agent)];
    if (!found || !whose) return;
    checkBead(draft, { bead: found, now: time(minute) });
    assignBead(draft, { bead: id, agent: whose, at: time(minute), instructions: `minute ${minute}` });
    assert.equal(hookOf(draft, agent)?.id, id);
  },
  clear: (draft, { bead: id, agent }, minute) => {
    const whose = agentOf(draft, agent);
    if (whose && whose.role !== 'polecat') unassignBead(draft, id, whose, time(minute));
  },
  merge: (draft, one, minute) => move(draft, one, 'merged', minute),
  reject: (draft, one, minute) => move(draft, one, 'rejected', minute),
};

function move(draft: Draft, one: Step, to: 'merged' | 'rejected', minute: number): void {
  for (const request of draft.find('mergeRequestsByBead', one.bead)) {
    draft.put('mergeRequests', transitionLanding(request, to, { at: time(minute) }));
  }
}

function checkHooks(town: TownTwin): void {
  for (const agent of agents.filter((id) => agentOf(town, id))) {
    const held = [...town.find('beadsByAssignee', agent)].filter(isHeld);
    assert.ok(held.length <= 1, `${agent} holds ${held.map((one) => one.id).join(' and ')}`);
    assert.equal(hookOf(town, agent), held[0]);
    const polecatOf = town.get('agents', agent);
    if (polecatOf && polecatOf.bead === undefined) assert.notEqual(polecatOf.state, 'done');
  }
}

/** A bead goes from one live agent to another only by way of being free, and is never taken from it by anyone but those who may. */
function checkHandover(
  town: TownTwin,
  before: ReadonlyMap<BeadId, { status: string; assignee?: string }>,
  one: Step,
): void {
  for (const now of town.all('beads')) {
    const was = before.get(now.id);
    const holder = was && isHeldStatus(was.status) ? was.assignee : undefined;
    if (holder === undefined || !town.get('agents', holder)) continue;
    if (isHeld(now)) assert.equal(now.assignee, holder, `${now.id} changed hands by ${one.verb}`);
    else
      assert.ok(
        ['unsling', 'force', 'verify', 'no code'].includes(one.verb),
        `${one.verb} took ${now.id} from ${holder}`,
      );
  }
}

function isHeldStatus(status: string): boolean {
  return status === 'hooked' || status === 'in_progress';
}

function checkLandings(town: TownTwin): void {
  const pairs = [...town.all('mergeRequests')].map((one) => `${one.branch} ${one.tip}`);
  assert.equal(new Set(pairs).size, pairs.length, 'one request for a branch and tip');
  for (const found of town.all('beads')) {
    assert.equal(found.closedAt !== undefined, found.status === 'closed', `${found.id}: closed, and when`);
    assert.ok(found.status === 'deferred' || found.deferUntil === undefined);
  }
}

test('slinging a bead again to the same rig is refused, and leaves it where it is', () => {
  const there = [
    townRecord(),
    backend,
    bead('be-a', { status: 'hooked', assignee: 'backend/nux' }),
    polecat('backend/nux', 'be-a'),
  ];
  const town = new TownTwin(there);
  for (const again of [1, 2]) {
    const found = town.get('beads', 'be-a');
    assert.ok(found);
    assert.throws(() => checkSling(town, { bead: found, rig: backend[1], now: time(again) }), {
      code: 'held',
    });
    assert.equal(hookOf(town, agentId('backend/nux'))?.id, 'be-a');
  }
});
