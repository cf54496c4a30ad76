import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame } from '../../server/rpc/frame.ts';
import { eventually } from '../support/wait.ts';
import { person, serve } from './place.ts';
import { RawClient } from './rawClient.ts';

const total = 10_000;
const seed = 20_260_501;

test(
  `${total} malformed frames are answered or dropped, and the server lives`,
  { timeout: 120_000 },
  async (t) => {
    const { file, town, server, log } = await serve(t);
    const staying = await person(t, file);
    const random = chance(seed);
    let client = new RawClient(t, file.endpoint);
    let connections = 1;
    for (let count = 0; count < total; count += 1) {
      if (client.closed || client.socket.writableEnded) {
        client = new RawClient(t, file.endpoint);
        connections += 1;
        // One in ten tries its luck before hello.
        if (random(10) > 0) await reacted(client.greet());
      }
      client.socket.write(malformed(random));
      // So that the town's end is seen; else most of them would go to a connection that is closed already.
      if (random(4) === 0) await settled(client);
    }
    client.socket.destroy();
    await staying.request('bead/create', { title: 'Still here' });
    assert.equal(town.seq, 1, 'and nothing of it was taken for a request');
    assert.ok(connections > 100, `over ${connections} connections`);
    await eventually('only one is left', () => server.connections === 1);
    assert.deepEqual(log, [], 'no fault');
  },
);

test('what is JSON but no request is answered, and the connection goes on', async (t) => {
  const { file } = await serve(t);
  const client = new RawClient(t, file.endpoint);
  await client.greet().answerTo('hello');
  const bodies = [
    '[]',
    '{}',
    'null',
    '7',
    '"text"',
    '{"jsonrpc":"1.0","id":1,"method":"bead/create"}',
    '{"jsonrpc":"2.0","id":2,"method":7}',
    '{"jsonrpc":"2.0","id":{},"method":"bead/create"}',
    '{"jsonrpc":"2.0","id":null,"method":"bead/create"}',
    '{"jsonrpc":"2.0","id":3,"method":"bead/create","params":"title"}',
    '{"jsonrpc":"2.0","method":"$/cancelRequest"}',
    '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":null}}',
    '{"jsonrpc":"2.0","id":4,"result":{}}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}',
    '{"jsonrpc":"2.0","method":"no/such/notification"}',
    `{"jsonrpc":"2.0","id":5,"method":"${'x'.repeat(100)}"}`,
  ];
  for (const body of bodies) client.socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  client.say({ id: 'last', method: 'bead/create', params: { title: 'After all that' } });
  assert.deepEqual((await client.answerTo('last')).result, { bead: { title: 'After all that' } });
  const codes = client.answers.filter(({ error }) => error).map(({ id, error }) => [id, error?.code]);
  assert.deepEqual(codes, [
    [1, -32600],
    [2, -32600],
    [null, -32600],
    [null, -32600],
    [3, -32600],
    [5, -32600],
  ]);
});

test('methods and params that would reach a prototype find nothing', async (t) => {
  const { file, town } = await serve(t);
  const client = new RawClient(t, file.endpoint);
  await client.greet().answerTo('hello');
  for (const method of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'town/hello', '']) {
    const { error } = await client.say({ id: method, method, params: {} }).answerTo(method);
    assert.equal(error?.code, -32601, method);
  }
  const body =
    '{"jsonrpc":"2.0","id":1,"method":"bead/create","params":{"title":"x","__proto__":{"rig":"y"}}}';
  client.socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  assert.match((await client.answerTo(1)).error?.message ?? '', /^__proto__: /);
  assert.equal(town.seq, 0);
});

const words = [
  '"jsonrpc":"2.0"',
  '"id":1',
  '"id":null',
  '"id":[[1]]',
  '"method":"bead/create"',
  '"method":"work/done"',
  '"method":{}',
  '"params":[]',
  '"params":{"title":7}',
  '"params":{"title":""}',
  '"params":{"__proto__":{}}',
  '"result":1',
  '"error":{}',
];

/** Bytes of some kind, none of which is a request that would be carried out. */
function malformed(random: (below: number) => number): Buffer {
  const pick = (): string => words[random(words.length)] ?? '';
  const object = `{${Array.from({ length: random(6) }, pick).join(',')}}`;
  const kinds: (() => Buffer)[] = [
    () => Buffer.from(Array.from({ length: random(200) }, () => random(256))),
    () =>
      Buffer.from(
        `Content-Length: ${random(2) ? -random(100) : 9 * 1024 * 1024 + random(1e6)}\r\n\r\n${object}`,
      ),
    () => Buffer.from(`Content-Length: ${Buffer.byteLength(object)}\r\n\r\n${object}`),
    () => Buffer.from(`Content-Length: ${Buffer.byteLength(object)}\r\n\r\n${object}`),
    () => Buffer.from(`Content-Length: ${object.length + random(9)}\r\n\r\n${object.slice(random(9))}`),
    () => Buffer.from(`Content-Length: 60\r\n\r\n${'['.repeat(60)}`),
    () =>
      Buffer.from(
        frame({ jsonrpc: '2.0', method: `no/${random(100)}`, params: { text: '\0'.repeat(random(50)) } }),
      ),
    () => Buffer.from('x'.repeat(random(400))),
  ];
  return (kinds[random(kinds.length)] ?? kinds[0])?.() ?? Buffer.alloc(0);
}

/** Resolves when the town answers or closes. One ping may become the end of a message announced longer than it was; three never do. */
function settled(client: RawClient): Promise<unknown> {
  const answered = reacted(client);
  client.say(...['a', 'b', 'c'].map((id) => ({ id, method: 'no/ping', params: {} })));
  return answered;
}

function reacted({ socket, closed }: RawClient): Promise<unknown> {
  if (closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('data', resolve);
    socket.once('close', resolve);
  });
}

/** Mulberry32. */
function chance(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
