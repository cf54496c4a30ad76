import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateOf } from '../../server/store/bulk.ts';
import { State } from '../../server/store/state.ts';
import { bead, dependency } from '../support/beads.ts';

test('a fork and its origin do not see each other’s changes', () => {
  const origin = new State();
  for (let at = 0; at < 100; at++) origin.apply(['beads', `b-${at}`, bead({ id: `b-${at}` })]);
  const fork = origin.fork();
  origin.apply(['beads', 'b-7', bead({ id: 'b-7', title: 'origin' })]);
  origin.apply(['beads', 'b-8', null]);
  fork.apply(['beads', 'b-7', bead({ id: 'b-7', title: 'fork', status: 'closed' })]);
  fork.apply(['beads', 'new', bead({ id: 'new' })]);
  assert.deepEqual([origin.get('beads', 'b-7')?.title, fork.get('beads', 'b-7')?.title], ['origin', 'fork']);
  assert.deepEqual([origin.count('beadsReady', ''), fork.count('beadsReady', '')], [99, 100]);
  assert.deepEqual([origin.get('beads', 'new'), fork.get('beads', 'b-8')?.id], [undefined, 'b-8']);
});

test('an old version can be walked while newer ones are made', () => {
  let state = new State();
  const walks: { readonly expected: number; readonly walk: Iterable<unknown> }[] = [];
  for (let at = 0; at < 300; at++) {
    state.apply(['beads', `b-${at % 150}`, at < 150 ? bead({ id: `b-${at}` }) : null]);
    walks.push({ expected: state.count('beadsOpen', ''), walk: state.find('beadsOpen', '') });
    state = state.fork();
  }
  for (const { expected, walk } of walks) assert.equal([...walk].length, expected);
});

test('a state of many records at once is the same as one that was put together', () => {
  const beads = Array.from({ length: 500 }, (_, at) =>
    bead({ id: `b-${at}`, priority: (at % 5) as never, ...(at % 3 ? { rig: 'infra' as never } : {}) }),
  );
  const edges = beads.slice(1).flatMap((one, at) => (at % 4 ? [] : [dependency(one.id, `b-${at}`)]));
  const atOnce = stateOf(
    new Map<'beads' | 'dependencies', typeof beads | typeof edges>([
      ['beads', beads],
      ['dependencies', edges],
    ]),
  );
  const put = new State();
  for (const one of beads) put.apply(['beads', one.id, one]);
  for (const edge of edges) put.apply(['dependencies', edge.id, edge]);
  for (const index of ['beadsReady', 'beadsBlocked', 'beadsOpen', 'beadsByRig'] as const)
    for (const key of ['', 'infra'])
      assert.deepEqual([...atOnce.find(index, key)], [...put.find(index, key)], `${index} ${key}`);
  assert.equal(atOnce.count('beadsBlocked', ''), edges.length);
  assert.deepEqual([...atOnce.all('beads')], [...put.all('beads')]);
});
