import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { access } from '../../server/protocol/access.ts';
import type { Method } from '../../server/protocol/messages.ts';
import { TownFault, Unreached } from '../../server/rpc/failure.ts';
import { eventually } from '../support/wait.ts';
import { person, serve, session } from './place.ts';
import { RawClient } from './rawClient.ts';
import { authenticate, StandIn } from './standIn.ts';

test('a refusal arrives as a refusal, whole', async (t) => {
  const town = new StandIn({
    'bead/get': () => {
      throw new Refusal('held', 'be-auth is on the hook of backend/nux.', {
        field: 'bead',
        next: 'gt unsling be-auth',
        facts: { holder: 'backend/nux' },
      });
    },
  });
  const { file, log } = await serve(t, town);
  const client = await person(t, file);
  await assert.rejects(client.request('bead/get', { bead: 'be-auth' }), (error) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, 'held');
    assert.equal(error.message, 'be-auth is on the hook of backend/nux.');
    assert.deepEqual(error.details, {
      field: 'bead',
      next: 'gt unsling be-auth',
      facts: { holder: 'backend/nux' },
    });
    return true;
  });
  assert.deepEqual(log, [], 'and is no fault');
});

test('a full disk is no fault, and says what to do', async (t) => {
  const town = new StandIn({
    'bead/get': () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  });
  const { file, log } = await serve(t, town);
  const client = await person(t, file);
  await assert.rejects(client.request('bead/get', { bead: 'be-auth' }), (error) => {
    assert.ok(error instanceof Refusal);
    assert.match(error.message, /^The disk is full: ENOSPC/);
    assert.match(error.details.next ?? '', /Make room/);
    return true;
  });
  assert.equal(log.length, 1);
});

test('a fault is logged with its stack and told in one sentence', async (t) => {
  const town = new StandIn({
    'bead/get': () => {
      throw new TypeError('secret of the inside');
    },
  });
  const { file, log } = await serve(t, town);
  const client = await person(t, file);
  await assert.rejects(client.request('bead/get', { bead: 'be-auth' }), (error) => {
    assert.ok(error instanceof TownFault);
    assert.match(error.message, /^The town server broke at bead\/get/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.match(log.join('\n'), /TypeError: secret of the inside\n +at /);
});

test('a session may not do what is for people, nor a person what is for sessions', async (t) => {
  const { file } = await serve(t);
  const [one, other] = [await person(t, file), await session(t, file)];
  for (const [method, needed] of Object.entries(access) as [Method, string][]) {
    const ask = (client: typeof one) => code(client.request(method, {}));
    if (needed === 'person' || needed === 'coordinator') assert.equal(await ask(other), 'forbidden', method);
    if (needed === 'session') assert.equal(await ask(one), 'no-session', method);
  }
  await assert.rejects(other.request('rig/remove', { rig: 'backend' }), /rig\/remove is for people/);
  await assert.rejects(
    other.request('work/sling', { beads: ['be-auth'] }),
    /work\/sling is for people and the mayor; the session of backend\/nux/,
  );
});

test("the mayor's session may plan and give work, and nothing else that is for people", async (t) => {
  const town = new StandIn();
  const { file } = await serve(t, town, {
    authenticate: (hello) => {
      const known = authenticate(hello);
      return known?.role === 'session' ? { ...known, by: 'mayor', agentRole: 'mayor' } : known;
    },
  });
  const mayor = await session(t, file);
  const allowed: string[] = [];
  for (const [method, needed] of Object.entries(access) as [Method, string][]) {
    if (needed === 'anyone' || needed === 'session') continue;
    if ((await code(mayor.request(method, {}))) !== 'forbidden') allowed.push(method);
  }
  assert.deepEqual(allowed, [
    'convoy/create',
    'convoy/add',
    'convoy/stage',
    'convoy/launch',
    'convoy/remove',
    'convoy/close',
    'convoy/check',
    'scheduler/clear',
    'scheduler/retry',
    'work/sling',
    'work/unsling',
    'nudge/broadcast',
    'destination/create',
    'destination/change',
    'destination/delete',
  ]);
});

test('a bad param is refused before any handler sees it', async (t) => {
  const { file, town } = await serve(t);
  const client = await person(t, file);
  await assert.rejects(client.request('bead/create', { title: '  ' }), (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual(
      [error.code, error.message, error.details.field],
      ['invalid', 'title: must not be empty', 'title'],
    );
    return true;
  });
  assert.equal(town.seq, 0);
});

test('a handler knows its caller and can speak to it', async (t) => {
  const town = new StandIn({
    'session/run': async (_params, { peer }) => {
      const opened = await peer.request('session/open', {} as never);
      return opened as never;
    },
  });
  const { file } = await serve(t, town);
  const window = await person(t, file);
  window.onRequest('session/open', () => Promise.resolve({ processId: 4711 }));
  assert.deepEqual(await window.request('session/run', { agent: 'backend/nux' }), { processId: 4711 });

  window.onRequest('session/open', () => Promise.reject(new Refusal('no-host', 'No terminals here.')));
  await assert.rejects(window.request('session/run', { agent: 'backend/nux' }), /No terminals here/);

  const polecat = await session(t, file);
  await polecat.request('bead/create', { title: 'Mine' });
  const [caller] = town.callers;
  assert.deepEqual(
    [caller?.role, caller?.by, caller?.session, caller?.client],
    ['session', 'backend/nux', 's-1', 'test'],
  );
});

test('whoever asks a client that goes is told so, and the end of a caller is noticed', async (t) => {
  const asked: Promise<unknown>[] = [];
  let ends = 0;
  const town = new StandIn({
    'host/offer': (_params, { peer }) => {
      asked.push(peer.request('session/open', {} as never).then(() => 'opened', String));
      peer.onEnd(() => (ends += 1));
      return {};
    },
  });
  const { file } = await serve(t, town);
  const window = await person(t, file);
  window.onRequest('session/open', () => new Promise(() => undefined));
  await window.request('host/offer', { window: 'w', trusted: true, focused: true });
  window.close();
  assert.match(String(await asked[0]), /test went before it answered/);
  await eventually('the end is told', () => ends === 1);
});

test('a client that exits, dies, is cut or says exit leaves the others and the town alone', async (t) => {
  const { file, server } = await serve(t);
  const staying = await person(t, file);
  const closing = await person(t, file);
  const cut = new RawClient(t, file.endpoint).greet();
  const exiting = new RawClient(t, file.endpoint).greet({
    client: { name: 'lsp', version: '1', pid: 999_999_999 },
  });
  await Promise.all([cut.answerTo('hello'), exiting.answerTo('hello')]);
  const dying = spawn(process.execPath, ['-e', connecting(file.endpoint)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(dying.stdout, 'data');
  await eventually('all are connected', () => server.connections === 5);

  exiting.say({ id: 1, method: 'shutdown' }, { method: 'exit' });
  assert.equal((await exiting.answerTo(1)).error?.code, -32601);
  await exiting.end();
  closing.close();
  cut.socket.destroy();
  dying.kill('SIGKILL');
  await eventually('one is left', () => server.connections === 1);
  await staying.request('bead/create', { title: 'Still here' });
});

test('a closing server lets requests finish, says why it goes, and is gone', async (t) => {
  let finish = (): void => undefined;
  const town = new StandIn({
    'town/feed': () => new Promise((resolve) => (finish = () => resolve({ items: [], more: false }))),
  });
  const { file, server } = await serve(t, town);
  const client = await person(t, file);
  const told: string[] = [];
  client.onNotification('town/leaving', ({ reason }) => told.push(reason));
  const running = client.request('town/feed', {});
  await client.request('bead/create', { title: 'First' });
  const closed = server.close('a test');
  await eventually('it is told', () => told[0] === 'a test');
  assert.equal(await code(client.request('bead/create', { title: 'Too late' })), 'unavailable');
  assert.ok(!existsSync(file.endpoint), 'the socket is gone');
  finish();
  assert.deepEqual(await running, { items: [], more: false });
  await closed;
  await assert.rejects(person(t, file), (error) => error instanceof Unreached && error.reason === 'nobody');
});

test('town/retire and town/down are answered, then lead to leaving', async (t) => {
  const { file, left } = await serve(t);
  const client = await person(t, file);
  assert.deepEqual(await client.request('town/retire', { version: '9.9.9' }), { seq: 0 });
  await client.request('town/down', {});
  await eventually('both were told', () => left.length === 2);
  assert.deepEqual(left, ['town/retire', 'town/down']);
});

test('only subscribers hear of changes', async (t) => {
  const { file, town } = await serve(t);
  const [one, other] = [await person(t, file), await person(t, file)];
  const heard: number[] = [];
  one.onNotification('town/changed', ({ seq }) => heard.push(seq));
  other.onNotification('town/changed', () => heard.push(-1));
  await one.request('town/subscribe', {});
  for (let index = 0; index < 5; index += 1) town.commit(`b-${index}`);
  await eventually('all came', () => heard.length === 5);
  assert.deepEqual(heard, [1, 2, 3, 4, 5]);
});

test('a subscriber that does not read is dropped, and nobody else', async (t) => {
  const { file, town, log, server } = await serve(t);
  const reading = await person(t, file);
  let last = 0;
  reading.onNotification('town/changed', ({ seq }) => (last = seq));
  await reading.request('town/subscribe', {});
  const lazy = new RawClient(t, file.endpoint).greet().say({ id: 1, method: 'town/subscribe' });
  await lazy.answerTo(1);
  lazy.socket.pause();
  const subject = 'x'.repeat(500_000);
  for (let count = 1; count <= 60; count += 1) {
    town.commit(subject);
    await eventually('the other reads on', () => last === count);
  }
  assert.match(log.join('\n'), /test of overseer does not read; its connection is cut/);
  await eventually('one is left', () => server.connections === 1);
});

test('a client that asks and does not read is not read either', async (t) => {
  const answer = { items: [], more: false, filler: 'x'.repeat(50_000) };
  let asked = 0;
  const town = new StandIn({
    'town/feed': () => {
      asked += 1;
      return answer;
    },
  });
  const { file } = await serve(t, town);
  const lazy = new RawClient(t, file.endpoint);
  await lazy.greet().answerTo('hello');
  lazy.socket.pause();
  lazy.say(...Array.from({ length: 600 }, (_, id) => ({ id, method: 'town/feed', params: {} })));
  const other = await person(t, file);
  // One request of a connection is begun in each turn of the event loop, and each of these takes some.
  for (let count = 0; count < 1000; count += 1) await other.request('bead/create', { title: 'Meanwhile' });
  assert.ok(asked < 400, `${asked} of 600 requests were carried out`);
  lazy.socket.resume();
  await lazy.answerTo(599);
  assert.equal(asked, 600);
});

async function code(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'none';
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
}

/** A program that connects, says so, and stays. */
function connecting(endpoint: string): string {
  const path = JSON.stringify(`${import.meta.dirname}/rawClient.ts`);
  return `
    const { RawClient } = await import(${path});
    const client = new RawClient({ after() {} }, ${JSON.stringify(endpoint)}).greet();
    await client.answerTo('hello');
    process.stdout.write('connected');
  `;
}
