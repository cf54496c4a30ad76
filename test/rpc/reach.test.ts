import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import type { ServerFile, TownPaths } from '../../server/protocol/address.ts';
import { productVersion } from '../../server/protocol/version.ts';
import type { TownClient } from '../../server/rpc/client.ts';
import { Unreached } from '../../server/rpc/failure.ts';
import { isNewer } from '../../server/rpc/newer.ts';
import { reachTown, type ReachOptions } from '../../server/rpc/reach.ts';
import { serverEnvironment, townLog } from '../../server/rpc/start.ts';
import { eventually } from '../support/wait.ts';
import { isAlive, servingPids, standInServer, startServer, temporaryTown } from './place.ts';
import { tokens } from './standIn.ts';

test('an older server is made to leave, and those who were on it are told', async (t) => {
  const paths = temporaryTown(t);
  startServer(t, paths, { STAND_IN_VERSION: '0.0.9' });
  await eventually('it serves', () => existsSync(paths.server));
  const old = fileOf(paths);
  const living = await reach(t, paths, { token: tokens.session, session: 's-1' });
  assert.equal(living.hello.version, '0.0.9', 'a session takes the server it finds');
  const told: string[] = [];
  living.onNotification('town/leaving', ({ reason }) => told.push(reason));
  const ended = new Promise((resolve) => living.onEnd(resolve));

  const newer = await reach(t, paths);
  assert.equal(newer.hello.version, productVersion);
  await ended;
  assert.deepEqual(told, ['town/retire']);
  await eventually('the old one is gone', () => !isAlive(old.pid));
  assert.notEqual(fileOf(paths).nonce, old.nonce);

  const again = await reach(t, paths, { token: tokens.session, session: 's-1' });
  assert.equal(again.hello.version, productVersion, 'the session comes back to the new one');
});

test('a newer server is taken as it is', async (t) => {
  const paths = temporaryTown(t);
  startServer(t, paths, { STAND_IN_VERSION: '9.0.0' });
  await eventually('it serves', () => existsSync(paths.server));
  const { pid } = fileOf(paths);
  const client = await reach(t, paths);
  assert.equal(client.hello.version, '9.0.0');
  assert.ok(isAlive(pid));
});

test('where nobody answers and none is to be started, it says so', async (t) => {
  const paths = temporaryTown(t);
  await assert.rejects(reach(t, paths, { start: false }), reasonIs('no-server'));
  writeFileSync(
    paths.server,
    JSON.stringify({ townId: 'x', nonce: 'x', endpoint: join(paths.state, 'none.sock') }),
  );
  await assert.rejects(reach(t, paths, { start: false }), reasonIs('nobody'));
  assert.deepEqual(servingPids(paths), []);
});

test('one refused connection is not nobody', async (t) => {
  const paths = temporaryTown(t);
  const endpoint = join(paths.state, 'late.sock');
  const bound = createServer().listen(endpoint);
  await once(bound, 'listening');
  writeFileSync(paths.server, JSON.stringify({ townId: 'x', nonce: 'x', endpoint }));
  rmSync(endpoint);
  const found = reach(t, paths, { start: false });
  startServer(t, paths);
  // Whether it comes in time for the four tries is chance; that an early one does not start a server is not.
  await found.catch(reasonIs('nobody'));
  bound.close();
  await eventually('it serves', () => servingPids(paths).length === 1);
});

test('a server that cannot start says why, with the last lines of its log', async (t) => {
  const paths = temporaryTown(t);
  process.env['STAND_IN_FAULT'] = 'line 17 of the journal is damaged';
  t.after(() => delete process.env['STAND_IN_FAULT']);
  await assert.rejects(reach(t, paths), (error) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /could not be started: it ended with exit code \d+\n/);
    assert.match(readFileSync(townLog(paths), 'utf8'), /line 17 of the journal is damaged/);
    assert.ok(error.details.next?.includes(townLog(paths)));
    return true;
  });
});

test('a program that is not there, and one that never answers', async (t) => {
  const paths = temporaryTown(t);
  const absent = join(paths.state, 'absent.cjs');
  await assert.rejects(reach(t, paths, { serverProgram: absent }), /could not be started/);
  const idle = join(paths.state, 'idle.cjs');
  writeFileSync(idle, 'setTimeout(() => undefined, 3000)');
  await assert.rejects(reach(t, paths, { serverProgram: idle, deadlineMs: 300 }), /did not answer in time/);
});

test('while another server is still loading the town, it is waited for', async (t) => {
  const paths = temporaryTown(t);
  const gate = join(paths.state, 'gate');
  const loading = startServer(t, paths, { STAND_IN_GATE: gate });
  await eventually('it has the lock', () => existsSync(paths.lock));
  const found = reach(t, paths);
  const log = townLog(paths);
  await eventually(
    'two that were started found the lock taken',
    () => existsSync(log) && readFileSync(log, 'utf8').split('another town server').length > 2,
  );
  writeFileSync(gate, '');
  await found;
  assert.equal(fileOf(paths).pid, loading.pid);
});

test('a wrong token is not a reason to start a server', async (t) => {
  const paths = temporaryTown(t);
  startServer(t, paths);
  await eventually('it serves', () => existsSync(paths.server));
  await assert.rejects(reach(t, paths, { token: 'wrong' }), reasonIs('unauthorized'));
  assert.equal(servingPids(paths).length, 1);
});

test('no town, no token', async (t) => {
  const paths = temporaryTown(t);
  rmSync(paths.token);
  await assert.rejects(reach(t, paths), (error) => error instanceof Refusal && error.code === 'unavailable');
  rmSync(paths.state, { recursive: true });
  await assert.rejects(reach(t, paths), (error) => error instanceof Refusal && error.code === 'not-found');
});

test('an idle server leaves, and takes its socket and its file with it', async (t) => {
  const paths = temporaryTown(t);
  const child = startServer(t, paths, { GT_IDLE_MS: '300' });
  await eventually('it serves', () => existsSync(paths.server));
  const { endpoint } = fileOf(paths);
  const client = await reach(t, paths);
  await client.request('bead/create', { title: 'Somebody is here' });
  client.close();
  await eventually('it has gone', () => child.exitCode !== null);
  assert.equal(child.exitCode, 0);
  assert.ok(!existsSync(endpoint) && !existsSync(paths.server));
});

test('a server does not leave while somebody is connected', async (t) => {
  const paths = temporaryTown(t);
  const child = startServer(t, paths, { GT_IDLE_MS: '1000' });
  const client = await eventually('it serves', () =>
    reach(t, paths, { start: false }).catch(() => undefined),
  );
  const silent = client.request('bead/create', { title: 'One' });
  await silent;
  const busy = Date.now() + 2500;
  await eventually('more than the idle time has passed', () => Date.now() > busy);
  assert.equal(child.exitCode, null);
  await client.request('bead/create', { title: 'Two' });
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} means: leave cleanly`, async (t) => {
    const paths = temporaryTown(t);
    const child = startServer(t, paths);
    const client = await eventually('it serves', () =>
      reach(t, paths, { start: false }).catch(() => undefined),
    );
    const ended = new Promise((resolve) => client.onEnd(resolve));
    child.kill(signal);
    await ended;
    await eventually('it has gone', () => child.exitCode !== null);
    assert.equal(child.exitCode, 0);
    assert.ok(!existsSync(paths.server));
  });
}

test("a started server inherits neither its starter's session nor its Electron", () => {
  const environment = serverEnvironment({
    PATH: '/bin',
    GT_SESSION: 's',
    GT_IDLE_MS: '5',
    GIT_DIR: 'g',
    GIT_AUTHOR_NAME: 'a',
    NODE_OPTIONS: 'o',
    VSCODE_IPC_HOOK: 'v',
    ELECTRON_RUN_AS_NODE: '1',
    BD_ACTOR: 'b',
  });
  assert.deepEqual(environment, { PATH: '/bin', GT_IDLE_MS: '5' });
});

test('versions', () => {
  assert.ok(isNewer('0.2.0', '0.1.9'));
  assert.ok(isNewer('0.10.0', '0.9.0'));
  assert.ok(isNewer('1.0.0', '0.99'));
  assert.ok(!isNewer('0.1.0', '0.1.0'));
  assert.ok(!isNewer('0.1.0-rc', '0.1.0'));
  assert.ok(!isNewer('0.1', '0.1.1'));
});

async function reach(
  t: TestContext,
  { town }: TownPaths,
  changes: Partial<ReachOptions> = {},
): Promise<TownClient> {
  const options = { town, client: 'test', start: true, serverProgram: standInServer, ...changes };
  const client = await reachTown(options);
  t.after(() => client.close());
  return client;
}

function fileOf(paths: TownPaths): ServerFile {
  return JSON.parse(readFileSync(paths.server, 'utf8')) as ServerFile;
}

function reasonIs(reason: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Unreached, String(error));
    assert.equal(error.reason, reason);
    return true;
  };
}
