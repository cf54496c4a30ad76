import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../support/fakeClock.ts';
import { refusal, TestTown } from './support.ts';

const hour = 60 * 60 * 1000;

test('what nobody takes is raised again after four hours, twice at most, each time one level up', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const pass = (hours: number): Promise<void> => clock.pass(hours * hour, () => town.settle());
  const { id } = await town.ask('escalation/create', {
    description: 'The key has expired.',
    severity: 'low',
  });
  const now = (): unknown[] => {
    const { severity, raised } = town.view.get('escalations', id) ?? {};
    return [severity, raised];
  };
  const first = (await town.ask('attention/list', {})).items.map((item) => item.id);
  await pass(3.9);
  assert.deepEqual(now(), ['low', 0]);
  await pass(0.2);
  assert.deepEqual(now(), ['medium', 1]);
  const second = (await town.ask('attention/list', {})).items.map((item) => item.id);
  assert.equal(second.length, 1);
  assert.notDeepEqual(first, second);
  // Within the time it is not raised twice, whoever looks.
  assert.equal((await town.ask('escalation/list', { stale: true })).length, 0);
  await pass(3.5);
  assert.deepEqual(now(), ['medium', 1]);
  // A restart counts from when it was raised, not from its start.
  await town.reopen({ now: clock.date, sleep: clock.sleep });
  await pass(0.6);
  assert.deepEqual(now(), ['high', 2]);
  await pass(48);
  assert.deepEqual(now(), ['high', 2]);
  assert.equal((await town.ask('escalation/list', { stale: true })).length, 1);
});

test('taken or closed it is not raised again, and leaves the attention list', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const one = await town.ask('escalation/create', { description: 'a', severity: 'critical' });
  const other = await town.ask('escalation/create', { description: 'b', severity: 'high' });
  const waits = async (): Promise<unknown> =>
    (await town.ask('attention/list', {})).items.map(({ subject, severity }) => [subject, severity]);
  assert.deepEqual(await waits(), [
    [one.id, 'critical'],
    [other.id, 'high'],
  ]);
  const taken = await town.ask('escalation/acknowledge', { escalation: one.id });
  assert.deepEqual([taken.state, taken.acknowledged?.by], ['acknowledged', 'overseer']);
  await town.ask('escalation/close', { escalation: other.id, reason: 'new key' });
  assert.deepEqual(await waits(), []);
  await clock.pass(10 * hour, () => town.settle());
  assert.equal(town.view.get('escalations', one.id)?.raised, 0);
  await refusal('closed', town.ask('escalation/close', { escalation: other.id }));
  await refusal('closed', town.ask('escalation/acknowledge', { escalation: other.id }));
  await refusal('not-found', town.ask('escalation/get', { escalation: 'es-nowhere' }));
  assert.equal((await town.ask('escalation/list', {})).length, 1);
  assert.equal((await town.ask('escalation/list', { all: true })).length, 2);
});

test('an agent raises in its own name, the same words once, and closes its own only', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const [nux, slit] = [await town.worker(), await town.worker('Cache sessions')];
  const said = { description: ' per user\nor per key? ', bead: nux.bead, reason: 'both fit' } as const;
  const one = await town.ask('escalation/create', said, nux.caller);
  assert.deepEqual([one.by, one.description, one.severity], [nux.id, 'per user or per key?', 'medium']);
  assert.equal((await town.ask('escalation/create', said, nux.caller)).id, one.id);
  assert.notEqual((await town.ask('escalation/create', said, slit.caller)).id, one.id);
  await refusal('forbidden', town.ask('escalation/close', { escalation: one.id }, slit.caller));
  await town.ask('escalation/close', { escalation: one.id }, nux.caller);
  const dry = await town.ask('escalation/create', { description: 'x', dryRun: true });
  assert.equal(town.view.get('escalations', dry.id), undefined);
  for (const description of ['', ' \n', 'x'.repeat(501)])
    await refusal('invalid', town.ask('escalation/create', { description }));
  await refusal('not-found', town.ask('escalation/create', { description: 'x', bead: 'be-none' }));
  // Its question is one matter, what it escalated another: both are there.
  await nux.done({ status: 'escalated', message: 'which?' });
  assert.equal((await town.ask('attention/list', {})).items.length, 2);
});
