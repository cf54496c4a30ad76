import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Timestamp } from '../../server/domain/ids.ts';
import { longestOvertakingHours, nextRetry, score, type Waiting } from '../../server/domain/mergeQueue.ts';
import { mergeRequest, noon, polecat, rig, time } from './support.ts';
import { TownTwin } from './townTwin.ts';

const start = Date.parse('2026-11-01T00:00:00.000Z');
const after = (hours: number): Timestamp => new Date(start + hours * 3_600_000).toISOString() as Timestamp;

const request = (submitted: number): fc.Arbitrary<Waiting> =>
  fc.record({
    submittedAt: fc.constant(after(submitted)),
    priority: fc.integer({ min: 0, max: 4 }),
    attempts: fc.nat(1000),
    convoySince: fc.integer({ min: 0, max: 10_000 }).map(after),
  });

test('nothing starves: from some wait on nobody who came later goes first, however favoured', () => {
  fc.assert(
    fc.property(
      request(0),
      fc.integer({ min: 1, max: 500 }).chain((more) => request(longestOvertakingHours + more)),
      fc.integer({ min: 10_000, max: 20_000 }),
      (old, young, now) => score(old, after(now)) > score(young, after(now)),
    ),
  );
});

test('a queue that something new and urgent comes into every hour lands the least favoured all the same', () => {
  const last: Waiting = { submittedAt: after(0), priority: 4, attempts: 10 };
  let queue: Waiting[] = [last];
  let hour = 0;
  for (; queue.includes(last); hour += 1) {
    assert.ok(hour <= longestOvertakingHours + 1, 'it starves');
    queue.push({ submittedAt: after(hour), priority: 0, attempts: 0, convoySince: after(0) });
    const [first] = queue.toSorted((a, b) => score(b, after(hour)) - score(a, after(hour)));
    queue = queue.filter((each) => each !== first);
  }
  assert.ok(hour > 1, 'what is urgent goes first');
});

test('of the same age the urgent goes first, what failed goes later, and a convoy that waits helps', () => {
  const usual: Waiting = { submittedAt: after(0), priority: 2, attempts: 0 };
  const at = (each: Partial<Waiting>): number => score({ ...usual, ...each }, after(5));
  assert.ok(at({ priority: 1 }) > at({}));
  assert.ok(at({ attempts: 2 }) < at({}));
  assert.equal(at({ attempts: 100 }), at({ attempts: 6 }));
  assert.ok(at({ convoySince: after(0) }) > at({}));
});

test('a queue is looked at again when the first try, or claim, is over of what only waits for that', () => {
  const [, worker] = polecat('backend/nux', 'be-a');
  const auto = rig('backend', 'be', { settings: { merge: 'auto' } });
  const next = (...fields: readonly Parameters<typeof mergeRequest>[2][]): Timestamp | undefined =>
    nextRetry(
      new TownTwin([auto, ...fields.map((each, at) => mergeRequest(`mr-${at}`, worker, each))]),
      auto[1],
      time(10),
    );
  assert.equal(next({ retryAt: time(30) }, { retryAt: time(20) }), time(20));
  assert.equal(next({ claim: { at: noon, until: time(40) } }, { retryAt: time(50) }), time(40));
  assert.equal(next({ retryAt: time(5) }), undefined);
  assert.equal(next({ retryAt: time(20), paused: { pausedAt: noon, by: 'ann' } }), undefined);
  assert.equal(next({ retryAt: time(20), state: 'merged' }), time(20));
});
