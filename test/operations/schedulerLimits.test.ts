import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Timestamp } from '../../server/domain/ids.ts';
import { explained, finish, queue, timedTown, worked } from './timedTown.ts';

describe('limits of the queue', () => {
  test('a runtime is parked while its quota is used up, by hand or as a polecat shows, and no longer', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig();
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    const agent = await town.sling(first);
    await town.parts.store.transact({ verb: 'polecat/rate-limited', by: 'town' }, (draft) => {
      const until = '2026-11-26T10:00:00.000Z' as Timestamp;
      draft.put('agents', { ...agent.polecat, state: 'rate-limited', until });
    });
    await town.settle();
    assert.equal((await town.refusedSling(second)).code, 'capacity');
    assert.deepEqual(await queue(town, [second]), [second]);
    assert.equal(await explained(town, second), 'quota');
    await pass(119);
    assert.deepEqual(worked(town), [first]);
    await pass(1);
    assert.deepEqual(worked(town), [first, second]);
    assert.deepEqual(await town.ask('quota/list', {}), []);

    await town.parts.store.transact({ verb: 'polecat/rate-limited', by: 'town' }, (draft) => {
      const until = '2026-11-26T20:00:00.000Z' as Timestamp;
      draft.put('agents', { ...agent.polecat, state: 'rate-limited', until });
    });
    await town.settle();
    assert.equal((await town.ask('quota/list', {}))[0]?.by, agent.id);
    await pass(1);
    await town.ask('bead/get', { bead: first }, agent.caller);
    await town.settle();
    assert.deepEqual(await town.ask('quota/list', {}), [], 'it works again');

    const parked = await town.ask('quota/park', { runtime: 'sim', until: '14:00', reason: 'weekly limit' });
    assert.equal(parked.until, '2026-11-26T14:00:00.000Z');
    const third = await town.bead('Docs work');
    await queue(town, [third]);
    await town.ask('quota/clear', { runtime: 'sim' });
    await town.settle();
    assert.deepEqual(worked(town), [first, second, third]);
  });

  test('a runtime whose account has no more credit is parked for an hour, or until its polecat works again', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig();
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    const agent = await town.sling(first);
    const log = town.view.get('sessions', agent.polecat.session ?? '')?.log ?? assert.fail('it has no log');
    town.host.output.set(log, ['insufficient_quota: You exceeded your current quota']);
    await agent.exit({ end: 'failed', code: 1 });
    await town.settle();
    assert.equal(agent.polecat.state, 'failed', 'nobody knows when it is over');
    assert.deepEqual(
      (await town.ask('quota/list', {})).map(({ id, until, by }) => [id, until, by]),
      [['sim', '2026-11-26T09:00:00.000Z', agent.id]],
    );
    assert.deepEqual(await queue(town, [second]), [second]);
    assert.equal(await explained(town, second), 'quota');
    await pass(59);
    assert.deepEqual(worked(town), [first]);
    await pass(1);
    assert.deepEqual(worked(town), [first, second]);
  });

  test('a budget stops what is new, lets work finish, and is there again the next day', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig({ settings: { budgetTurns: ['1'] } });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    const refused = await town.refusedSling(second);
    assert.match(refused.message, /The budget of backend is reached: 1 of 1 sessions were started today/);
    await queue(town, [second]);
    assert.equal(await explained(town, second), 'budget');
    await finish(town, first);
    await pass(60);
    assert.deepEqual(worked(town), []);
    await pass(15 * 60);
    assert.deepEqual(worked(town), [second]);
  });

  test('minutes of a day count wherever the session began, and cost is not told by any runtime', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig();
    await town.ask('town/configure', { key: 'scheduler.budget_minutes', words: ['90'] });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    await pass(60);
    const { budgets, costReported } = await town.ask('scheduler/status', {});
    assert.deepEqual(budgets, [{ minutes: 90, usedTurns: 1, usedMinutes: 60 }]);
    assert.deepEqual(costReported, []);
    await pass(30);
    assert.equal((await town.refusedSling(second)).code, 'capacity');
  });

  test('minutes over midnight count for each day, also when their session has ended', async (t) => {
    const { town, pass } = await timedTown(t);
    await town.addRig({ settings: { budgetMinutes: ['90'] } });
    const agent = await town.worker();
    const used = async (): Promise<number | undefined> =>
      (await town.ask('scheduler/status', {})).budgets[0]?.usedMinutes;
    await pass(16 * 60 + 100);
    assert.equal(await used(), 100);
    await agent.exit({ end: 'failed', code: 1 });
    await pass(5);
    assert.equal(await used(), 100);
    assert.match((await town.refusedSling(await town.bead('Cache work'))).message, /100 of 90 minutes/);
    await pass(24 * 60);
    assert.equal(await used(), 0);
  });

  test('a runtime takes so many sessions, and the queue so many polecats', async (t) => {
    const { town } = await timedTown(t);
    await town.addRig();
    await town.ask('town/configure', { key: 'runtime.sim.max_sessions', words: ['1'] });
    const [first, second] = [await town.bead('Auth work'), await town.bead('Cache work')];
    await town.sling(first);
    assert.match((await town.refusedSling(second)).message, /1 of 1 sessions run on sim already/);
    await town.ask('town/configure', { key: 'runtime.sim.max_sessions', words: ['none'] });
    await town.ask('town/configure', { key: 'scheduler.max_polecats', words: ['1'] });
    const { queued } = await town.ask('work/sling', { beads: [second] });
    assert.match(queued?.[0]?.message ?? '', /1 of 1 polecats of the scheduler work already/);
    await town.ask('town/configure', { key: 'scheduler.max_polecats', words: ['2'] });
    await town.settle();
    assert.deepEqual(worked(town), [first, second]);
  });
});
