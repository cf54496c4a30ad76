import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { Refusal } from '../../server/domain/refusal.ts';
import type { ServerFile } from '../../server/protocol/address.ts';
import { call, type CallOptions } from '../../server/rpc/call.ts';
import { connectFailure, TownFault, Unreached } from '../../server/rpc/failure.ts';
import { frame } from '../../server/rpc/frame.ts';
import { serve, serverFile, temporaryFolder } from './place.ts';
import { StandIn, tokens } from './standIn.ts';

test('one call, one answer', async (t) => {
  const { file, server } = await serve(t);
  assert.deepEqual(await create(t, file), { bead: { title: 'A call' } });
  assert.ok(server.connections <= 1);
});

test('a session calls with its own token', async (t) => {
  const { file, town } = await serve(t);
  await create(t, file, { token: tokens.session, session: 's-1' });
  assert.equal(town.callers[0]?.session, 's-1');
});

test('a refusal and a fault come as what they are', async (t) => {
  const town = new StandIn({
    'bead/get': () => {
      throw new Error('broken');
    },
  });
  const { file } = await serve(t, town);
  await assert.rejects(create(t, file, { method: 'bead/get', params: { bead: 'x' } }), TownFault);
  await assert.rejects(create(t, file, { method: 'bead/close', params: { bead: 'x' } }), (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual([error.code, error.details.next], ['not-found', 'Look elsewhere.']);
    return true;
  });
  await assert.rejects(create(t, file, { params: { title: '' } }), /^Refusal: title: must not be empty$/);
});

test('no server file, none that can be read, and nobody behind it', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'server.json');
  const ask = () => call({ ...usual, serverFile: path });
  assert.equal(await reason(ask()), 'no-server');
  writeFileSync(path, '{"endpoint":');
  assert.equal(await reason(ask()), 'no-server');
  writeFileSync(path, JSON.stringify(serverFile(join(folder, 'nobody.sock'))));
  assert.equal(await reason(ask()), 'nobody');
});

test('a wrong token and an old nonce are unauthorized, and nothing has happened', async (t) => {
  const { file, town } = await serve(t);
  assert.equal(await reason(create(t, file, { token: 'wrong' })), 'unauthorized');
  assert.equal(await reason(create(t, { ...file, nonce: 'old' })), 'unauthorized');
  assert.equal(town.seq, 0);
});

test('another protocol is a refusal that says what to do', async (t) => {
  const file = await answering(t, (socket) => {
    const error = {
      code: -32004,
      message: 'This town is served by version 2.0.0 with protocol 2.',
      data: {},
    };
    socket.end(frame({ jsonrpc: '2.0', id: 0, error }));
  });
  await assert.rejects(create(t, file), (error) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, 'unavailable');
    assert.match(error.details.next ?? '', /Update/);
    return true;
  });
});

test('a server that goes before hello has done nothing; after it, nobody knows', async (t) => {
  const early = await answering(t, (socket) => socket.destroy());
  assert.equal(await reason(create(t, early)), 'nobody');
  const late = await answering(t, (socket) => socket.end(frame({ jsonrpc: '2.0', id: 0, result: {} })));
  assert.equal(await reason(create(t, late)), 'lost');
});

test('no answer in time', async (t) => {
  const file = await answering(t, () => undefined);
  assert.equal(await reason(create(t, file, { timeoutMs: 50 })), 'silent');
});

test('what is no answer is a failure, not a hang', async (t) => {
  const file = await answering(t, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await assert.rejects(create(t, file), /Content-Length/);
  const other = await answering(t, (socket) => socket.write('Content-Length: 3\r\n\r\n{]}'));
  await assert.rejects(create(t, other), SyntaxError);
});

test('more than the town takes is refused before it is sent', async (t) => {
  const { file } = await serve(t);
  const params = { title: 'Long', description: 'x'.repeat(9_000_000) };
  await assert.rejects(
    create(t, file, { params }),
    (error) => error instanceof Refusal && error.code === 'invalid',
  );
});

test('a sandbox that forbids connecting is neither an absent server nor a lost one', () => {
  const failure = connectFailure(Object.assign(new Error('connect EPERM'), { code: 'EPERM' }), '/run/x.sock');
  assert.ok(failure instanceof Refusal);
  assert.equal(failure.code, 'unavailable');
  assert.match(failure.message, /sandbox/);
});

test('the call loads nothing but sockets and files', async () => {
  const path = JSON.stringify(join(import.meta.dirname, '../../server/rpc/call.ts'));
  const program = `
    await import(${path});
    process.stdout.write(JSON.stringify(Object.keys((await import('node:module')).createRequire('file:///').cache)));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  assert.equal(stdout, '[]', 'no CommonJS module, so no package, was loaded');
});

const client = { name: 'gt', version: '0.1.0', pid: process.pid };
const usual: Omit<CallOptions<'bead/create'>, 'serverFile'> = {
  token: tokens.person,
  client,
  method: 'bead/create',
  params: { title: 'A call' },
  timeoutMs: 5000,
};

function create(t: TestContext, file: ServerFile, changes: object = {}): Promise<unknown> {
  const path = join(temporaryFolder(t), 'server.json');
  writeFileSync(path, JSON.stringify(file));
  return call({ ...usual, ...changes, serverFile: path });
}

async function reason(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'answered';
  } catch (error) {
    return error instanceof Unreached ? error.reason : String(error);
  }
}

/** A server of no manners, which does one thing to whoever connects and has said something. */
async function answering(t: TestContext, answer: (socket: Socket) => void): Promise<ServerFile> {
  const endpoint = join(temporaryFolder(t), 'rude.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(endpoint, resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return serverFile(endpoint);
}
