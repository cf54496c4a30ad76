import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Params } from '../../server/protocol/messages.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { eventually } from '../support/wait.ts';
import { refusal, TestTown } from './support.ts';

async function busyTown(t: TestContext) {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  const pass = (ms: number): Promise<void> => clock.pass(ms, () => town.settle());
  await town.addRig();
  await town.addRig({ name: 'frontend' });
  const nux = await town.worker('Auth work');
  await pass(60_000);
  const other = await town.worker('Login work', 'frontend');
  await pass(60_000);
  const { session = '' } = nux.polecat;
  await nux.submit();
  await eventually('its session ends', () => town.view.get('sessions', session)?.state === 'ended');
  await town.settle();
  const read = async (params: Params<'town/feed'>): Promise<string[]> => {
    const { items } = await town.ask('town/feed', params);
    return items.map(({ verb, subject = '' }) => `${verb} ${subject}`.trim()).toReversed();
  };
  return { town, clock, pass, nux, other, read };
}

test('the feed can be asked about one bead, agent, rig or convoy, a kind of thing, and since when', async (t) => {
  const { town, clock, nux, other, read } = await busyTown(t);
  assert.deepEqual(await read({ bead: nux.bead, types: ['bead', 'sling', 'done'] }), [
    `bead/create ${nux.bead}`,
    `sling ${nux.bead}`,
    `sling/started ${nux.bead}`,
    `done ${nux.bead}`,
  ]);
  assert.deepEqual(await read({ types: ['bead'] }), [`bead/create ${nux.bead}`, `bead/create ${other.bead}`]);
  assert.deepEqual(await read({ rig: 'frontend', types: ['sling', 'done'] }), [
    `sling ${other.bead}`,
    `sling/started ${other.bead}`,
  ]);
  assert.deepEqual(await read({ agent: nux.polecat.name, types: ['done', 'sling'] }), [
    `sling ${nux.bead}`,
    `done ${nux.bead}`,
  ]);
  const since = new Date(clock.date().getTime() - 30_000).toISOString() as never;
  assert.deepEqual(await read({ since, types: ['sling', 'done', 'bead'] }), [`done ${nux.bead}`]);
  const [convoy] = (await town.ask('convoy/list', {})).items.filter(({ beads }) => beads[0]?.id === nux.bead);
  const ofConvoy = await read({ convoy: convoy?.convoy.id ?? '' });
  assert.ok(ofConvoy.includes(`done ${nux.bead}`));
  assert.ok(ofConvoy.every((line) => !line.includes(other.bead)));
  for (const wrong of [{ bead: 'be-nobody' }, { rig: 'nowhere' }, { agent: 'nobody' }, { convoy: 'none' }])
    await refusal('not-found', read(wrong));
  assert.match((await refusal('invalid', read({ types: ['dance'] }))).details.next ?? '', /sling/);
});

test('pages of a filtered feed hold everything once, also through a restart', async (t) => {
  const { town, clock, nux } = await busyTown(t);
  await town.parts.store.writeSnapshot();
  await town.reopen({ now: clock.date, sleep: clock.sleep });
  const whole = (await town.ask('town/feed', { bead: nux.bead, limit: 100 })).items.map(({ seq }) => seq);
  const paged: number[] = [];
  for (let before: number | undefined, more = true; more;) {
    const page = await town.ask('town/feed', { bead: nux.bead, limit: 2, ...(before ? { before } : {}) });
    paged.push(...page.items.map(({ seq }) => seq));
    before = page.next;
    more = page.more;
    assert.equal(more, before !== undefined);
  }
  assert.ok(whole.length >= 4);
  assert.deepEqual(paged, whole);
});

test('several slings within half a minute are one line that names them', async (t) => {
  const clock = new FakeClock();
  const town = await TestTown.open(t, { now: clock.date, sleep: clock.sleep });
  await town.addRig();
  const beads = [await town.bead('Auth work'), await town.bead('Cache work'), await town.bead('Limit work')];
  for (const bead of beads) await town.sling(bead);
  const { items } = await town.ask('town/feed', { types: ['sling'] });
  const [line] = items.filter(({ verb }) => verb === 'sling');
  assert.deepEqual([line?.count, line?.subjects], [3, beads]);
  assert.equal(line?.text, `overseer slung 3 beads: ${beads.join(', ')}`);
});

test('a follower is answered by what happens, and after a while by nothing', async (t) => {
  const { town, pass, nux } = await busyTown(t);
  const from = town.parts.store.seq;
  let news: string[] | undefined;
  const waiting = town
    .ask('town/feed', { after: from, wait: true, bead: nux.bead, types: ['bead'] })
    .then(({ items }) => (news = items.map(({ text }) => text)));
  await town.bead('Another');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(news, undefined, 'what is not wanted does not wake it');
  await town.ask('bead/update', { bead: nux.bead, title: 'Better auth work' });
  await waiting;
  assert.deepEqual(news, [`overseer updated ${nux.bead}`]);
  let ended = false;
  const idle = town
    .ask('town/feed', { after: town.parts.store.seq, wait: true, types: ['bead'] })
    .then((page) => {
      ended = true;
      return page;
    });
  await pass(10_000);
  assert.equal(ended, false);
  await pass(15_000);
  await eventually('it ends', () => ended);
  assert.deepEqual((await idle).items, []);
});

test('the scorecard counts what was landed, refined and removed, and goes on where it stopped', async (t) => {
  const { town, nux, other } = await busyTown(t);
  const card = async (params: Params<'runtime/scorecard'> = {}) =>
    (await town.ask('runtime/scorecard', params)).rows.map(({ runtime, type, ...row }) => [
      `${runtime} ${type}`,
      [row.landedFirst, row.landedReworked, row.failed, row.open],
    ]);
  assert.deepEqual(await card(), [['sim task', [0, 0, 0, 2]]]);
  const [request] = await town.ask('mergeRequest/list', {});
  assert.equal(request?.mergeRequest.bead, nux.bead);
  await town.merge(request.mergeRequest.id);
  await town.settle();
  assert.deepEqual(await card(), [['sim task', [1, 0, 0, 1]]]);
  await other.exit({ end: 'failed', code: 1 });
  await town.ask('polecat/remove', { agent: other.id, force: true });
  const [row] = (await town.ask('runtime/scorecard', {})).rows;
  assert.deepEqual(
    [row?.samples, row?.failed, row?.firstRate, row?.failures],
    [2, 1, undefined, { failed: 1 }],
  );
  assert.deepEqual(await card({ rig: 'backend' }), [['sim task', [1, 0, 0, 0]]]);
  await refusal('not-found', card({ rig: 'nowhere' }));
});

test('the history of a bead says who did what, and what became another, through restarts', async (t) => {
  const { town, clock, pass, nux } = await busyTown(t);
  await town.ask('bead/update', { bead: nux.bead, priority: 0, addLabels: ['urgent'] });
  await town.parts.store.writeSnapshot();
  await town.reopen({ now: clock.date, sleep: clock.sleep });
  const [request] = await town.ask('mergeRequest/list', {});
  await town.merge(request?.mergeRequest.id ?? '');
  await pass(60_000);
  const { items, more, bead } = await town.ask('bead/history', { bead: nux.bead });
  assert.deepEqual([more, bead.id], [false, nux.bead]);
  const told = items.map(({ by, verb, details }) => `${by} ${verb}: ${details.join('; ')}`).join('\n');
  for (const line of [
    /^overseer bead\/create: "Auth work"; task, priority 2$/m,
    /^overseer sling: .* works on it with sim, on polecat\/.*; open → hooked; assignee nobody → backend\/\w+$/m,
    /done: .*merge request submitted: [0-9a-f]{7} for main/,
    /^overseer bead\/update: priority 2 → 0; labels none → urgent$/m,
    /land: .*closed/,
    /landed as [0-9a-f]{7} on main/,
    /session ended: done/,
  ])
    assert.match(told, line);
  assert.deepEqual(
    items,
    items.toSorted((a, b) => a.seq - b.seq),
  );
  const page = await town.ask('bead/history', { bead: nux.bead, limit: 2 });
  assert.deepEqual([page.items, page.more], [items.slice(-2), true]);
  const before = await town.ask('bead/history', { bead: nux.bead, limit: 2, before: page.next ?? 0 });
  assert.deepEqual(before.items, items.slice(-4, -2));
});
