import assert from 'node:assert/strict';
import { execFile, type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type ServerFile, townPaths, type TownPaths } from '../../server/protocol/address.ts';
import { temporaryFolder } from '../rpc/place.ts';
import { eventually } from '../support/wait.ts';

const program = join(import.meta.dirname, '../../server/main.ts');

async function madeTown(t: TestContext): Promise<TownPaths> {
  const paths = townPaths(join(temporaryFolder(t), 'town'));
  await promisify(execFile)(process.execPath, [program, 'create', paths.town]);
  return paths;
}

interface Started {
  readonly process: ChildProcess;
  readonly said: () => string;
}

function start(t: TestContext, { town, logs }: TownPaths): Started {
  mkdirSync(logs, { recursive: true });
  const child = spawn(process.execPath, [program, 'town', town], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  t.after(() => child.kill('SIGKILL'));
  return { process: child, said: () => said };
}

const serves = (paths: TownPaths): ServerFile | undefined =>
  existsSync(paths.server) ? (JSON.parse(readFileSync(paths.server, 'utf8')) as ServerFile) : undefined;

const endOf = ({ process: child }: Started): Promise<true> =>
  eventually('it ends', () => child.exitCode !== null || child.signalCode !== null);

test('a town server whose file was removed or replaced is found again', async (t) => {
  const paths = await madeTown(t);
  start(t, paths);
  const file = await eventually('it serves', () => serves(paths));
  rmSync(paths.server);
  assert.deepEqual(await eventually('it is back', () => serves(paths)), file);
  writeFileSync(paths.server, JSON.stringify({ ...file, nonce: 'of somebody else', endpoint: '/tmp/else' }));
  await eventually('it is ours again', () => serves(paths)?.nonce === file.nonce);
});

test('a town that was moved is served where it was made, or through a link there, and nowhere else', async (t) => {
  const paths = await madeTown(t);
  const first = start(t, paths);
  await eventually('it serves', () => serves(paths));
  const moved = townPaths(`${paths.town}-moved`);
  renameSync(paths.town, moved.town);
  await endOf(first);

  const second = start(t, moved);
  await endOf(second);
  assert.equal(second.process.exitCode, 1);
  assert.match(second.said(), /was made in .*, and its clones and worktrees belong there/);

  rmSync(paths.town, { recursive: true, force: true });
  symlinkSync(moved.town, paths.town);
  const third = start(t, moved);
  await eventually('it serves', () => serves(moved)?.pid === third.process.pid);
});

test('a copy of a town is not served: it would change the work of the original', async (t) => {
  const paths = await madeTown(t);
  const copy = townPaths(`${paths.town}-copy`);
  cpSync(paths.town, copy.town, { recursive: true });
  const served = start(t, copy);
  await endOf(served);
  assert.equal(served.process.exitCode, 1);
  assert.match(served.said(), /is a copy of the town in /);
});
