import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { ServerFile, TownPaths } from '../../server/protocol/address.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { Unreached } from '../../server/rpc/failure.ts';
import { reachTown } from '../../server/rpc/reach.ts';
import { ServerStart } from '../../server/rpc/start.ts';
import { eventually } from '../support/wait.ts';
import { isAlive, servingPids, standInServer, startServer, temporaryTown } from './place.ts';

const rounds = 20;
const contenders = 4;
const callers = 3;

test(`of ${contenders} servers started at once one lives, and every caller is served, ${rounds} times`, async (t) => {
  for (let round = 0; round < rounds; round += 1) {
    const paths = temporaryTown(t);
    const started = Array.from({ length: contenders }, () => startServer(t, paths));
    const ends = started.map(async (child) => {
      if (child.exitCode === null) await once(child, 'exit');
      return child.exitCode;
    });
    const clients = await Promise.all(Array.from({ length: callers }, () => find(t, paths)));
    const titles = clients.map((_, index) => `from caller ${index}`);
    await Promise.all(
      clients.map((client, index) => client.request('bead/create', { title: titles[index] ?? '' })),
    );
    const reader = await find(t, paths);
    const { seq } = await reader.request('town/subscribe', {});
    assert.equal(seq, callers, 'all of them wrote to one and the same server');

    const [alive] = servingPids(paths).filter(isAlive);
    assert.ok(alive);
    await Promise.all(ends.filter((_, index) => started[index]?.pid !== alive));
    assert.equal(servingPids(paths).filter(isAlive).length, 1);
    const losers = started.filter(({ pid }) => pid !== alive);
    assert.deepEqual(
      losers.map(({ exitCode }) => exitCode),
      losers.map(() => 75),
    );
    reader.close();
    for (const client of clients) client.close();
    process.kill(alive, 'SIGTERM');
    await eventually('the server leaves', () => !isAlive(alive) && !existsSync(paths.server));
  }
});

test('callers that find no server start one, together', async (t) => {
  const paths = temporaryTown(t);
  const clients = await Promise.all(Array.from({ length: 8 }, () => reach(t, paths)));
  assert.equal(new Set(clients.map(({ hello }) => hello.townId)).size, 1);
  await eventually('one server is left', () => servingPids(paths).filter(isAlive).length === 1);
});

test('of many that miss a server at once one starts it, and the next only a moment later', async (t) => {
  const paths = temporaryTown(t);
  const starts = Array.from({ length: 24 }, () => new ServerStart(paths, standInServer));
  assert.deepEqual(
    starts.map((start) => start.again()).filter((did) => did),
    [true],
  );
  const others = starts.slice(1);
  await eventually('another has its turn', () => others.some((start) => start.again()));
  assert.ok(Date.now() - statSync(paths.starting).birthtimeMs >= 400);
  const clients = await Promise.all(Array.from({ length: 24 }, () => reach(t, paths)));
  assert.equal(new Set(clients.map(({ hello }) => hello.townId)).size, 1);
});

test('what kill -9 leaves, lock and socket and server file, stops nobody', async (t) => {
  const paths = temporaryTown(t);
  const first = await reach(t, paths);
  const { pid, endpoint } = fileOf(paths);
  const ended = new Promise((resolve) => first.onEnd(resolve));
  process.kill(pid, 'SIGKILL');
  await ended;
  assert.ok(existsSync(endpoint), 'the socket is still there');
  assert.ok(existsSync(paths.server), 'and so is the file that names it');

  const second = await reach(t, paths);
  assert.notEqual(fileOf(paths).pid, pid);
  assert.equal(fileOf(paths).endpoint, endpoint);
  await second.request('bead/create', { title: 'Still here' });
});

test('a server file of a process id that is somebody else, and a socket nobody listens at', async (t) => {
  const paths = temporaryTown(t);
  const stale = { townId: 'town', pid: process.pid, endpoint: `${paths.state}/stale.sock`, nonce: 'old' };
  const server = createServer().listen(stale.endpoint);
  await once(server, 'listening');
  writeFileSync(paths.server, JSON.stringify(stale));
  server.close();
  const client = await reach(t, paths);
  await client.request('bead/create', { title: 'Found' });
});

test('a town path of 200 characters', async (t) => {
  const paths = temporaryTown(t, `${'long-'.repeat(20)}/${'path-'.repeat(20)}`);
  assert.ok(paths.town.length >= 200);
  const client = await reach(t, paths);
  await client.request('bead/create', { title: 'Far down' });
  assert.ok(Buffer.byteLength(fileOf(paths).endpoint) <= 102);
});

test('only this user may read the server file and the socket', async (t) => {
  const paths = temporaryTown(t);
  await reach(t, paths);
  assert.equal(statSync(paths.server).mode & 0o777, 0o600);
  assert.equal(statSync(fileOf(paths).endpoint).mode & 0o077, 0);
});

async function reach(t: TestContext, paths: TownPaths, start = true): Promise<TownClient> {
  const client = await reachTown({ town: paths.town, client: 'test', start, serverProgram: standInServer });
  t.after(() => client.close());
  return client;
}

/** Reaches whoever serves the town, starts nobody. */
function find(t: TestContext, paths: TownPaths): Promise<TownClient> {
  return eventually('a server answers', async () => {
    try {
      return await reach(t, paths, false);
    } catch (error) {
      if (error instanceof Unreached) return undefined;
      throw error;
    }
  });
}

function fileOf(paths: TownPaths): ServerFile {
  return JSON.parse(readFileSync(paths.server, 'utf8')) as ServerFile;
}
