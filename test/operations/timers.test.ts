import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Timestamp } from '../../server/domain/ids.ts';
import { keyedTimers, type Timers } from '../../server/operations/timers.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { TestTown } from './support.ts';

const minute = 60_000;

function timersOf(clock: FakeClock): { readonly timers: Timers; readonly done: string[] } {
  const done: string[] = [];
  const timers = keyedTimers({
    now: clock.now,
    sleep: clock.sleep,
    background(what, work) {
      done.push(`${what} ${clock.now().slice(11, 16)}`);
      void work();
    },
  });
  return { timers, done };
}

const at = (time: string): Timestamp => `2026-11-26T${time}:00.000Z` as Timestamp;
const nothing = (): Promise<void> => Promise.resolve();

describe('timers', () => {
  test('each does its work once, at its time; the same key again replaces, and what is cancelled is not done', async () => {
    const clock = new FakeClock();
    const { timers, done } = timersOf(clock);
    timers.at('b', at('08:30'), nothing);
    timers.at('a', at('08:10'), nothing);
    timers.at('a', at('08:20'), nothing);
    timers.at('c', at('08:40'), nothing);
    timers.at('past', at('07:00'), nothing);
    assert.equal(timers.next(), at('07:00'));
    timers.cancel('c');
    await clock.pass(60 * minute);
    assert.deepEqual(done, ['past 08:00', 'a 08:20', 'b 08:30']);
    assert.equal(timers.next(), undefined);
  });

  test('a machine that slept does what fell into its sleep within a minute, and the rest at its time, each once', async () => {
    const clock = new FakeClock();
    const { timers, done } = timersOf(clock);
    timers.at('b', at('15:30'), nothing);
    timers.at('a', at('10:00'), nothing);
    await clock.pass(10 * minute);
    clock.suspend(7 * 60 * minute);
    await clock.pass(minute);
    assert.deepEqual(done, ['a 15:11']);
    await clock.pass(30 * minute);
    assert.deepEqual(done, ['a 15:11', 'b 15:30']);
    assert.equal(timers.next(), undefined);
  });

  test('a clock that is set back has nothing done before its time', async () => {
    const clock = new FakeClock();
    const { timers, done } = timersOf(clock);
    timers.at('b', at('08:30'), nothing);
    await clock.pass(10 * minute);
    clock.suspend(-60 * minute);
    await clock.pass(79 * minute);
    assert.deepEqual(done, []);
    await clock.pass(2 * minute);
    assert.deepEqual(done, ['b 08:30']);
  });

  test('a wait longer than a timer of the platform can be is waited for in parts', async () => {
    const clock = new FakeClock();
    const { timers, done } = timersOf(clock);
    const inSixtyDays = new Date(clock.date().getTime() + 60 * 24 * 60 * minute).toISOString() as Timestamp;
    timers.at('far', inSixtyDays, nothing);
    await clock.pass(59 * 24 * 60 * minute);
    assert.deepEqual(done, []);
    await clock.pass(2 * 24 * 60 * minute);
    assert.deepEqual(done, ['far 08:00']);
  });
});

test('a deferred bead is opened when its date comes, and a nearer date counts', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  await town.addRig();
  const [auth, cache] = [await town.bead('Auth work'), await town.bead('Cache work')];
  await town.parts.store.transact({ verb: 'bead/defer', by: 'overseer' }, (draft) => {
    for (const [id, time] of [
      [auth, '09:00'],
      [cache, '08:30'],
    ] as const) {
      const bead = draft.get('beads', id);
      assert.ok(bead);
      draft.put('beads', { ...bead, status: 'deferred', deferUntil: at(time) });
    }
  });
  await clock.pass(31 * minute, () => town.settle());
  assert.deepEqual([town.status(auth), town.status(cache)], ['deferred', 'open']);
  await clock.pass(30 * minute, () => town.settle());
  assert.deepEqual([town.status(auth), town.status(cache)], ['open', 'open']);
});
