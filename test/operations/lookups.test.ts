import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAgent, findPolecat, findSession } from '../../server/operations/lookups.ts';
import { later, noon, polecat, rig, session } from '../domain/support.ts';
import { TownTwin } from '../domain/townTwin.ts';

const agate = polecat('frontend/agate', 'fe-a');
const nux = polecat('backend/nux', 'be-a');
const records = [
  rig('frontend', 'fe'),
  rig('backend', 'be'),
  agate,
  nux,
  session('s-1', nux[1], { createdAt: noon }),
  session('s-2', nux[1], { createdAt: later }),
  session('s-3', agate[1]),
];

test('a session is found by its id, and as the newest of its polecat, named in full or not', () => {
  const town = new TownTwin(records);
  for (const [text, id] of [
    ['s-1', 's-1'],
    ['backend/nux', 's-2'],
    ['nux', 's-2'],
    ['agate', 's-3'],
  ] as const) {
    assert.equal(findSession(town, text).id, id, text);
  }
  assert.throws(() => findSession(town, 'slit'), {
    code: 'not-found',
    details: { field: 'session', next: 'gt session list' },
  });
});

test('a name that several polecats have is refused with all of them', () => {
  const town = new TownTwin([...records, polecat('backend/agate', 'be-b')]);
  for (const [find, whose] of [
    [findPolecat, 'polecats'],
    [findSession, 'agents'],
    [findAgent, 'agents'],
  ] as const) {
    assert.throws(() => find(town, 'agate'), {
      code: 'invalid',
      message: `"agate" is the name of several ${whose}: frontend/agate, backend/agate.`,
    });
  }
});
