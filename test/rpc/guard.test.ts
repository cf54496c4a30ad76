import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes, helloMethod } from '../../server/protocol/hello.ts';
import { protocolVersion } from '../../server/protocol/version.ts';
import { maxMessageBytes } from '../../server/rpc/frame.ts';
import { sameSecret } from '../../server/rpc/guard.ts';
import { eventually } from '../support/wait.ts';
import { person, serve } from './place.ts';
import { hello, RawClient } from './rawClient.ts';

test('a wrong token is refused, and its connection closed, within 2 s', async (t) => {
  const { file, server } = await serve(t);
  const begun = Date.now();
  const client = new RawClient(t, file.endpoint).greet({ token: 'wrong' });
  const { error } = await client.answerTo('hello');
  await client.end();
  assert.equal(error?.code, errorCodes.unauthorized);
  assert.match(error.message, /token/);
  assert.ok(Date.now() - begun < 2000, 'in time');
  assert.equal(server.connections, 0);
});

const refusals = {
  'another town': { townId: 'elsewhere' },
  'an old nonce': { nonce: 'of yesterday' },
  'a session that is not the owner of the token': { session: 's-1' },
};

for (const [what, changes] of Object.entries(refusals)) {
  test(`hello with ${what} is refused`, async (t) => {
    const { file } = await serve(t);
    const client = new RawClient(t, file.endpoint).greet(changes);
    assert.equal((await client.answerTo('hello')).error?.code, errorCodes.unauthorized);
    await client.end();
  });
}

test('another protocol major is told which one is spoken here', async (t) => {
  const { file } = await serve(t);
  const client = new RawClient(t, file.endpoint).greet({ protocol: { major: 2, minor: 0 } });
  const { error } = await client.answerTo('hello');
  assert.equal(error?.code, errorCodes.protocol);
  assert.deepEqual(error.data?.['protocol'], protocolVersion);
  assert.match(error.message, /version 0\.1\.0 with protocol 1; test 0\.1\.0 speaks protocol 2/);
});

test('a silent client is closed after the deadline, one that trickles too', async (t) => {
  const { file } = await serve(t, undefined, { helloMs: 150 });
  const silent = new RawClient(t, file.endpoint);
  const trickling = new RawClient(t, file.endpoint);
  trickling.socket.write('Content-Len');
  await Promise.all([silent.end(), trickling.end()]);
  await person(t, file);
});

test('the deadline is 2 s where nobody says otherwise', async (t) => {
  const { file } = await serve(t);
  const begun = Date.now();
  await new RawClient(t, file.endpoint).end();
  const taken = Date.now() - begun;
  assert.ok(taken >= 1900 && taken < 5000, `closed after ${taken} ms`);
});

test('a hello that waits while the town is busy is not late', async (t) => {
  const { file } = await serve(t, undefined, { helloMs: 300 });
  const client = new RawClient(t, file.endpoint);
  // Once this one is served, the one before it is accepted, and its time runs.
  await person(t, file);
  client.greet();
  const busyUntil = Date.now() + 400;
  while (Date.now() < busyUntil);
  assert.ok((await client.answerTo('hello')).result);
});

test('what is not hello is not looked at before it', async (t) => {
  const { file, town } = await serve(t);
  const client = new RawClient(t, file.endpoint).say({
    id: 1,
    method: 'bead/create',
    params: { title: 'Sneaked in' },
  });
  assert.equal((await client.answerTo(1)).error?.code, errorCodes.unauthorized);
  await client.end();
  assert.equal(town.seq, 0);
});

test('what is no request at all closes the connection before hello', async (t) => {
  const { file } = await serve(t, undefined, { helloMs: 60_000 });
  for (const message of [{ id: 1 }, { method: '$/cancelRequest' }, { id: 1, result: {} }]) {
    await new RawClient(t, file.endpoint).say(message).end();
  }
});

test('requests behind hello in the same write are answered', async (t) => {
  const { file } = await serve(t);
  const client = new RawClient(t, file.endpoint).say(
    { id: 'hello', method: helloMethod, params: hello() },
    { id: 1, method: 'bead/create', params: { title: 'At once', description: 'x'.repeat(100_000) } },
  );
  assert.deepEqual((await client.answerTo(1)).result, { bead: { title: 'At once' } });
  assert.equal(client.answers[0]?.id, 'hello');
});

test('more than 4 kB before the token are refused', async (t) => {
  const { file } = await serve(t);
  const client = new RawClient(t, file.endpoint).greet({ token: 'x'.repeat(5000) });
  await client.end();
  assert.match(client.answers[0]?.error?.message ?? '', /over 3840/);
});

test('a header of 100 MB is refused before it is buffered', async (t) => {
  const { file } = await serve(t);
  for (const greeted of [false, true]) {
    const client = new RawClient(t, file.endpoint);
    if (greeted) await client.greet().answerTo('hello');
    const sent = await flood(client, Buffer.alloc(1024 * 1024, 'X'));
    // What the kernel takes on both sides, and not a byte more.
    assert.ok(sent < 4 * 1024 * 1024, `${sent} bytes were taken`);
  }
});

test('a message over 8 MB is refused at its header', async (t) => {
  const { file } = await serve(t);
  const client = new RawClient(t, file.endpoint);
  await client.greet().answerTo('hello');
  client.socket.write(`Content-Length: ${maxMessageBytes + 1}\r\n\r\n`);
  await eventually('it is told why', () =>
    client.answers.some(({ error }) => /over 8388608/.test(error?.message ?? '')),
  );
  const sent = await flood(client, Buffer.alloc(1024 * 1024, ' '));
  assert.ok(sent < 4 * 1024 * 1024, `${sent} bytes were taken`);
});

test('a message of just 8 MB is read', async (t) => {
  const { file } = await serve(t);
  const client = new RawClient(t, file.endpoint);
  await client.greet().answerTo('hello');
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'no/such', params: {} });
  client.socket.write(`Content-Length: ${maxMessageBytes}\r\n\r\n`);
  client.socket.write(body + ' '.repeat(maxMessageBytes - body.length));
  assert.equal((await client.answerTo(1)).error?.code, -32601);
});

test('announced megabytes that never come cost no memory', async (t) => {
  const { file } = await serve(t);
  const before = process.memoryUsage().rss;
  for (let index = 0; index < 50; index += 1) {
    const client = new RawClient(t, file.endpoint);
    await client.greet().answerTo('hello');
    client.socket.write(`Content-Length: ${maxMessageBytes}\r\n\r\n{"jsonrpc"`);
  }
  await person(t, file);
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  assert.ok(grown < 200, `50 × 8 MB were announced and ${Math.round(grown)} MB taken`);
});

test('secrets of any length compare', () => {
  assert.ok(sameSecret('abc', 'abc'));
  assert.ok(!sameSecret('abc', 'abd'));
  assert.ok(!sameSecret('abc', 'abcd'));
  assert.ok(!sameSecret('', 'abc'));
});

/** Writes the piece a hundred times, or until the other end closes; how much of it has left this process. */
async function flood(client: RawClient, piece: Buffer): Promise<number> {
  for (let count = 0; count < 100 && !client.closed; count += 1) {
    if (client.socket.write(piece)) continue;
    await eventually('it drains, or is closed', () => client.closed || !client.socket.writableNeedDrain);
  }
  await client.end();
  return client.socket.bytesWritten - client.socket.writableLength;
}
