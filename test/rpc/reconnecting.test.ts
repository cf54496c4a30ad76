import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ServerFile } from '../../server/protocol/address.ts';
import { Unreached } from '../../server/rpc/failure.ts';
import { ReconnectingTown, type ReconnectingOptions } from '../../server/rpc/reconnecting.ts';
import { eventually } from '../support/wait.ts';
import { person, serve, type Served } from './place.ts';
import { StandIn } from './standIn.ts';

test('after the end of a server it comes back, greets again, and misses nothing', async (t) => {
  const town = new StandIn();
  const first = await serve(t, town);
  const { wire, heard, resyncs, states, greeted } = follow(t, first);
  await eventually('it is connected', () => wire.state === 'connected');
  assert.deepEqual(resyncs, [0], 'the lists are read once, at the beginning');
  town.commit('one');
  await eventually('the change is heard', () => heard.length === 1);

  await first.server.close('a test');
  await eventually('it is lost', () => states.includes('lost'));
  town.listeners.length = 0;
  town.commit('two');
  town.commit('three');
  const second = await serve(t, town);
  current = second.file;
  await eventually('what was missed is heard', () => heard.length === 3);
  town.commit('four');
  await eventually('and what comes then', () => heard.length === 4);
  assert.deepEqual(heard, [1, 2, 3, 4]);
  assert.deepEqual(resyncs, [0]);
  assert.equal(greeted(), 2);
});

test('where the missed changes are no longer at hand, the lists are read again', async (t) => {
  const town = new StandIn();
  const first = await serve(t, town);
  const { wire, heard, resyncs } = follow(t, first);
  await eventually('it is connected', () => wire.state === 'connected');
  await first.server.close('a test');
  town.listeners.length = 0;
  for (const subject of ['one', 'two', 'three']) town.commit(subject);
  town.oldest = 3;
  current = (await serve(t, town)).file;
  await eventually('it is told to read again', () => resyncs.length === 2);
  assert.deepEqual(resyncs, [0, 3]);
  town.commit('four');
  await eventually('and follows from there', () => heard.length === 1);
  assert.deepEqual(heard, [4]);
});

test('a town that went back in time is read again', async (t) => {
  const town = new StandIn();
  for (const subject of ['one', 'two']) town.commit(subject);
  const first = await serve(t, town);
  const { resyncs } = follow(t, first);
  await eventually('it has read', () => resyncs.length === 1);
  await first.server.close('a test');
  const older = new StandIn({ 'town/subscribe': () => ({ seq: 0, entries: [], resync: false }) });
  current = (await serve(t, older)).file;
  await eventually('it reads again', () => resyncs.length === 2);
  assert.deepEqual(resyncs, [2, 0]);
});

test('a gap in seq is asked for, and nothing is heard twice or out of order', async (t) => {
  let asked = 0;
  const town: StandIn = new StandIn({
    'town/subscribe': ({ since = town.seq }) => {
      asked += 1;
      return { seq: town.seq, entries: town.entries.slice(since), resync: false };
    },
  });
  const served = await serve(t, town);
  const { server } = served;
  const { wire, heard, resyncs } = follow(t, served);
  await eventually('it is connected', () => wire.state === 'connected');
  town.listeners.length = 0;
  const entries = ['one', 'two', 'three', 'four', 'five'].map((subject) => town.commit(subject));
  const [, , three, , five] = entries;
  assert.ok(three && five);
  server.broadcast(three);
  server.broadcast(three);
  server.broadcast(five);
  await eventually('everything is heard', () => heard.length === 5);
  server.broadcast(three);
  server.broadcast(five);
  await wire.request('bead/create', { title: 'Six' });
  server.broadcast(town.commit('seven'));
  await eventually('and what comes then', () => heard.length === 7);
  assert.equal(asked, 3, 'at the beginning, and once for each gap');
  assert.deepEqual(heard, [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(resyncs, [0]);
});

test('requests under way fail with the reason, later ones wait for the next connection', async (t) => {
  const town = new StandIn({ 'town/feed': () => new Promise(() => undefined) });
  const first = await serve(t, town, { finishMs: 20 });
  const { wire } = follow(t, first);
  const pending = wire.request('town/feed', {});
  const outcome = assert.rejects(pending, (error) => {
    assert.ok(error instanceof Unreached);
    assert.equal(error.reason, 'lost');
    assert.match(error.message, /closed the connection.*had not answered/);
    return true;
  });
  await wire.request('bead/create', { title: 'First' });
  await first.server.close('a test');
  await outcome;
  const later = wire.request('bead/create', { title: 'Later' });
  current = (await serve(t, town)).file;
  assert.deepEqual(await later, { bead: { title: 'Later' } });
});

test('a request waits no longer than its deadline, and says why', async (t) => {
  const served = await serve(t);
  await served.server.close('a test');
  const { wire } = follow(t, served, { waitMs: 60 });
  await assert.rejects(wire.request('town/get', {}), (error) => {
    assert.ok(error instanceof Unreached);
    assert.match(error.message, /Nobody answers/);
    return true;
  });
});

test('pauses double, with chance in them, up to a limit', async (t) => {
  let attempts = 0;
  const chances: number[] = [];
  const wire = new ReconnectingTown({
    connect: () => {
      attempts += 1;
      return Promise.reject(new Error(`attempt ${attempts}`));
    },
    pauses: { firstMs: 1, mostMs: 4 },
    random: () => {
      chances.push(attempts);
      return 0;
    },
  });
  t.after(() => wire.close());
  await eventually('it tries again and again', () => attempts >= 8);
  assert.match(wire.reason ?? '', /attempt \d/);
  assert.deepEqual(chances.slice(0, 3), [1, 2, 3]);
});

test('retry does not wait, and close is the end', async (t) => {
  const states: string[] = [];
  let attempts = 0;
  const served = await serve(t);
  const wire = new ReconnectingTown({
    connect: () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('not yet')) : person(t, served.file);
    },
    onState: (state) => states.push(state),
    pauses: { firstMs: 1e9, mostMs: 1e9 },
  });
  await eventually('the first attempt fails', () => wire.state === 'lost');
  wire.retry();
  await eventually('the second does not', () => wire.state === 'connected');
  wire.close();
  await assert.rejects(wire.request('town/get', {}), Unreached);
  await eventually('nobody is connected', () => served.server.connections === 0);
  assert.deepEqual(states, ['connecting', 'lost', 'connecting', 'connected', 'closed']);
});

/** The server that the next connection goes to. */
let current: ServerFile | undefined;

function follow(t: TestContext, served: Served, more: Partial<ReconnectingOptions> = {}) {
  current = served.file;
  const heard: number[] = [];
  const resyncs: number[] = [];
  const states: string[] = [];
  let greetings = 0;
  const wire = new ReconnectingTown({
    connect: () => person(t, current ?? served.file),
    greet: () => {
      greetings += 1;
      return Promise.resolve();
    },
    onState: (state) => states.push(state),
    subscription: { changed: ({ seq }) => heard.push(seq), resync: (seq) => resyncs.push(seq) },
    pauses: { firstMs: 5, mostMs: 20 },
    ...more,
  });
  t.after(() => wire.close());
  return { wire, heard, resyncs, states, greeted: () => greetings };
}
