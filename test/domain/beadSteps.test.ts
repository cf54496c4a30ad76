import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BeadStep } from '../../server/domain/bead.ts';
import { createBead, updateBead } from '../../server/domain/beads.ts';
import { stepProgress, withSteps } from '../../server/domain/beadSteps.ts';
import { act, bead, beadId, given, refusedBy } from './support.ts';

const step = (id: number, title: string, done = false): BeadStep => ({ id, title, done });
const two = [step(1, 'Read'), step(2, 'Write', true)];

test('a bead is created with its steps, numbered from 1 and open', () => {
  given()
    .when((draft) => createBead(draft, { id: 'hq-x', title: 'X', steps: [' Read\nit ', 'Write it'] }, act))
    .thenHolds((made) => assert.deepEqual(made.steps, [step(1, 'Read it'), step(2, 'Write it')]));
  given()
    .when((draft) => createBead(draft, { id: 'hq-y', title: 'Y', steps: [] }, act))
    .thenHolds((made) => assert.ok(!('steps' in made)));
});

test('steps are marked, opened and added, all in one change', () => {
  const change = { addSteps: ['Test'], stepsDone: [1, 3], stepsOpen: [2] };
  given(bead('be-auth', { steps: two }))
    .when((draft) => updateBead(draft, beadId('be-auth'), change, act))
    .thenHolds((changed) =>
      assert.deepEqual(changed.steps, [step(1, 'Read', true), step(2, 'Write'), step(3, 'Test', true)]),
    );
  given(bead('be-auth', { steps: two }))
    .when((draft) => updateBead(draft, beadId('be-auth'), { title: 'Other' }, act))
    .thenHolds((changed) => assert.deepEqual(changed.steps, two));
});

test('how far they have come, and the first that is open', () => {
  assert.equal(stepProgress({}), undefined);
  assert.deepEqual(stepProgress({ steps: two }), { done: 1, total: 2, next: step(1, 'Read') });
  assert.deepEqual(stepProgress({ steps: [step(1, 'Read', true)] }), { done: 1, total: 1 });
});

describe('refused, with nothing changed:', () => {
  const cases = {
    'a number that names none': { stepsDone: [3] },
    'a number that is none': { stepsOpen: [0] },
    'done and open at once': { stepsDone: [1], stepsOpen: [1] },
    'an empty step': { addSteps: ['ok', ' \n '] },
    'a step that is too long': { addSteps: ['x'.repeat(501)] },
    'too many': { addSteps: Array.from({ length: 99 }, (_, at) => `step ${at}`) },
  };
  for (const [name, change] of Object.entries(cases)) {
    test(name, () => {
      const refusal = given(bead('be-auth', { steps: two }))
        .when((draft) => updateBead(draft, beadId('be-auth'), change, act))
        .thenRefused('invalid');
      assert.equal(refusal.details.field, 'steps');
    });
  }

  test('a number in a bead without steps says so', () => {
    assert.match(refusedBy(() => withSteps([], { stepsDone: [1] })).message, /It has none/);
  });
});
