import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { townPaths, type ServerFile, type TownPaths } from '../server/protocol/address.ts';
import { productVersion } from '../server/protocol/version.ts';
import type { TownClient } from '../server/rpc/client.ts';
import { reachTown } from '../server/rpc/reach.ts';
import { endProcess, isAlive, temporaryFolder } from './rpc/place.ts';
import { eventually } from './support/wait.ts';

const program = join(import.meta.dirname, '../server/main.ts');

test('create makes a town that only its owner can enter', async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout } = await run('create', join(folder, 'deep', 'town'));
  assert.equal(code, 0);
  const made = JSON.parse(stdout) as { readonly town: string; readonly townId: string };
  const paths = townPaths(made.town);
  assert.equal(made.town, join(folder, 'deep', 'town'));
  assert.match(made.townId, /^[0-9a-f-]{36}$/);
  assert.equal(statSync(paths.state).mode & 0o777, 0o700);
  assert.equal(statSync(paths.token).mode & 0o777, 0o600);
  assert.ok(readFileSync(paths.token, 'utf8').length >= 32);
});

test('create refuses a town, and a folder that is not empty, and changes nothing', async (t) => {
  const paths = await createdTown(t);
  const token = readFileSync(paths.token, 'utf8');
  const again = await run('create', paths.town);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^gastown-server: There is a town in /);
  assert.equal(readFileSync(paths.token, 'utf8'), token);

  const full = temporaryFolder(t);
  writeFileSync(join(full, 'thesis.txt'), 'mine');
  assert.equal((await run('create', full)).code, 1);
  assert.ok(!existsSync(townPaths(full).state));
});

test('what it is and how it is called', async () => {
  assert.deepEqual(await run('--version'), { code: 0, stdout: `${productVersion}\n`, stderr: '' });
  const help = await run('--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /gastown-server create PATH/);
  for (const wrong of [[], ['twon'], ['town'], ['create'], ['--nonsense']]) {
    const { code, stdout, stderr } = await run(...wrong);
    assert.deepEqual([wrong, code, stdout], [wrong, 2, '']);
    assert.match(stderr, /gastown-server town PATH/);
  }
});

test('of several servers of one town one lives, and kill -9 of it loses nothing', async (t) => {
  const paths = await createdTown(t);
  const started = Array.from({ length: 4 }, () => start(t, paths));
  const clients = await Promise.all(Array.from({ length: 4 }, () => reach(t, paths)));
  await Promise.all(
    clients.map((client, index) => client.request('bead/create', { title: `Bead ${index}` })),
  );
  await eventually(
    'the others have ended',
    () => started.filter(({ exitCode }) => exitCode === null).length <= 1,
  );
  const codes = new Set(started.map(({ exitCode }) => exitCode));
  assert.ok(
    [...codes].every((code) => code === 75 || code === null),
    `ended with ${[...codes].join(', ')}`,
  );

  const { pid } = fileOf(paths);
  process.kill(pid, 'SIGKILL');
  await eventually('it has gone', () => !isAlive(pid));
  const after = await reach(t, paths);
  assert.notEqual(fileOf(paths).pid, pid);
  const { total, items } = await after.request('bead/list', {});
  assert.deepEqual([total, items.length], [4, 4]);
});

test('changes reach who subscribed, in order and without a gap', async (t) => {
  const paths = await createdTown(t);
  const [writer, reader] = [await reach(t, paths), await reach(t, paths)];
  const heard: number[] = [];
  reader.onNotification('town/changed', ({ seq }) => heard.push(seq));
  const { seq } = await reader.request('town/subscribe', {});
  const titles = Array.from({ length: 50 }, (_, index) => `Numbered ${index}`);
  await Promise.all(titles.map((title) => writer.request('bead/create', { title })));
  await eventually('all are heard', () => heard.length === 50);
  assert.deepEqual(
    heard,
    titles.map((_, index) => seq + 1 + index),
  );
  const { entries } = await reader.request('town/subscribe', { since: seq });
  assert.deepEqual(
    entries.map((entry) => entry.seq),
    heard,
  );
});

test('a bad param is refused with the field named, and nothing changes', async (t) => {
  const paths = await createdTown(t);
  const client = await reach(t, paths);
  const { seq } = await client.request('town/subscribe', {});
  await assert.rejects(client.request('bead/create', { title: '' }), /^Refusal: title: must not be empty$/);
  assert.equal((await client.request('town/subscribe', {})).seq, seq);
});

test('a server that nobody needs leaves cleanly, and town/down makes it leave', async (t) => {
  const paths = await createdTown(t);
  const idle = start(t, paths, { GT_IDLE_MS: '200' });
  await ended(idle);
  assert.equal(idle.exitCode, 0);
  assert.ok(!existsSync(paths.server));

  const asked = start(t, paths);
  await eventually('it serves', () => existsSync(paths.server));
  const { endpoint } = fileOf(paths);
  const client = await reach(t, paths);
  await client.request('bead/create', { title: 'Kept' });
  assert.deepEqual(await client.request('town/down', {}), { ended: [] });
  await ended(asked);
  assert.equal(asked.exitCode, 0);
  assert.ok(!existsSync(paths.server) && !existsSync(endpoint));
  assert.equal((await (await reach(t, paths)).request('bead/list', {})).total, 1);
});

test('a folder that is no town, and a town that is broken, are not served', async (t) => {
  const nowhere = townPaths(join(temporaryFolder(t), 'nowhere'));
  assert.notEqual((await run('town', nowhere.town)).code, 0);
  assert.ok(!existsSync(nowhere.town), 'and nothing is made there');

  const paths = await createdTown(t);
  rmSync(paths.token);
  mkdirSync(paths.logs);
  const { code, stdout, stderr } = await run('town', paths.town);
  assert.deepEqual([code === 0, stdout], [false, '']);
  assert.match(stderr, /token/);
  assert.ok(!existsSync(paths.server));
});

test('a town at the end of a path of 200 characters', async (t) => {
  const paths = await createdTown(t, `${'long-'.repeat(20)}/${'path-'.repeat(20)}`);
  assert.ok(paths.town.length > 200);
  const client = await reach(t, paths);
  const { path } = await client.request('town/status', {});
  assert.equal(path, paths.town);
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

async function createdTown(t: TestContext, below = 'town'): Promise<TownPaths> {
  const folder = temporaryFolder(t, () => {
    if (existsSync(paths.server)) endProcess(fileOf(paths).pid);
  });
  const paths = townPaths(join(folder, below));
  const { code, stderr } = await run('create', paths.town);
  assert.equal(code, 0, stderr);
  return paths;
}

function start(t: TestContext, paths: TownPaths, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [program, 'town', paths.town], {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) await once(child, 'exit');
}

async function reach(t: TestContext, { town }: TownPaths): Promise<TownClient> {
  const client = await reachTown({ town, client: 'test', start: true, serverProgram: program });
  t.after(() => client.close());
  return client;
}

function fileOf(paths: TownPaths): ServerFile {
  return JSON.parse(readFileSync(paths.server, 'utf8')) as ServerFile;
}
