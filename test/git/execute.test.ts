import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExecuteOptions } from '../../server/git/execute.ts';
import { createExecute } from '../../server/git/execute.ts';
import { commit, createRepository, tempFolder, write } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { ourGit, refusal } from './fixture.ts';

function executor(folder: string, options: Partial<ExecuteOptions> = {}) {
  const environment = { PATH: process.env['PATH'], HOME: folder };
  return createExecute({ emptyHooksDirectory: join(folder, 'no-hooks'), environment, ...options });
}

/** A program of this name that stands first on PATH. */
function standIn(folder: string, name: string, script: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  return `${bin}:${process.env['PATH'] ?? ''}`;
}

test('an exit of 1 with nothing on stderr is no success', async (t) => {
  const folder = tempFolder(t);
  const top = join(folder, 'x');
  const first = createRepository(top);
  const second = commit(top, { a: '1' });
  const call = { directory: top, arguments: ['merge-base', '--is-ancestor', second, first] };
  const execute = executor(folder);
  await assert.rejects(execute(call), refusal('git'));
  assert.deepEqual(await execute({ ...call, accepts: [0, 1] }), { code: 1, stdout: '', stderr: '' });
});

test('words on stderr with an exit of 0 are no failure', async (t) => {
  const folder = tempFolder(t);
  const PATH = standIn(folder, 'git', 'echo "warning: all is well" >&2; echo fine');
  const execute = executor(folder, { environment: { PATH, HOME: folder } });
  const result = await execute({ directory: folder, arguments: ['version'] });
  assert.deepEqual(result, { code: 0, stdout: 'fine\n', stderr: 'warning: all is well\n' });
});

test('git sees an allow-listed environment, and nothing that could ask', async (t) => {
  const folder = tempFolder(t);
  const PATH = standIn(folder, 'git', 'env');
  const environment = {
    PATH,
    HOME: folder,
    SSH_AUTH_SOCK: '/run/agent',
    GIT_DIR: '/elsewhere',
    GIT_ASKPASS: '/bin/ask',
    GIT_EDITOR: 'vi',
    NODE_OPTIONS: '--inspect',
    ELECTRON_RUN_AS_NODE: '1',
    SECRET: 'x',
  };
  const { stdout } = await executor(folder, { environment })({ directory: folder, arguments: ['status'] });
  const seen = new Map(
    stdout.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  for (const name of [
    'GIT_DIR',
    'GIT_ASKPASS',
    'GIT_EDITOR',
    'NODE_OPTIONS',
    'ELECTRON_RUN_AS_NODE',
    'SECRET',
  ]) {
    assert.equal(seen.get(name), undefined, name);
  }
  assert.equal(seen.get('SSH_AUTH_SOCK'), '/run/agent');
  assert.equal(seen.get('GIT_TERMINAL_PROMPT'), '0');
  assert.equal(seen.get('GIT_OPTIONAL_LOCKS'), '0');
  assert.equal(seen.get('GIT_ALLOW_PROTOCOL'), 'file:https:ssh');
});

test('a program named git in the working folder or on a relative PATH is not run', async (t) => {
  const folder = tempFolder(t);
  const top = join(folder, 'x');
  createRepository(top);
  standIn(top, 'git', `touch ${folder}/ran`);
  write(top, { git: `#!/bin/sh\ntouch ${folder}/ran\n` });
  chmodSync(join(top, 'git'), 0o755);
  const PATH = `.:bin::${process.env['PATH'] ?? ''}`;
  await executor(folder, { environment: { PATH, HOME: folder } })({ directory: top, arguments: ['status'] });
  assert.equal(existsSync(join(folder, 'ran')), false);
});

test('a missing git, an old git, a missing folder and a folder that is no repository are refusals', async (t) => {
  const folder = tempFolder(t);
  const none = ourGit(folder, { environment: { PATH: join(folder, 'nothing') } });
  await assert.rejects(none.version(), refusal('missing-program', /PATH/));
  const old = ourGit(folder, { environment: { PATH: standIn(folder, 'git', 'echo git version 2.33.8') } });
  await assert.rejects(old.version(), refusal('missing-program', /2\.33\.8/));
  assert.match(await ourGit(folder).version(), /^\d+\.\d+/);
  const execute = executor(folder);
  await assert.rejects(
    execute({ directory: join(folder, 'gone'), arguments: ['status'] }),
    refusal('not-found'),
  );
});

test('a repository above the folder does not count', async (t) => {
  const folder = tempFolder(t);
  createRepository(folder);
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  const call = { directory: inner, arguments: ['rev-parse', 'HEAD'] };
  await assert.rejects(executor(folder)(call), refusal('git', /not a git repository/));
  assert.equal((await executor(folder)({ ...call, upwards: true })).code, 0);
});

test(
  'what git reads comes to an end, also where there is nothing to read',
  { timeout: 20_000 },
  async (t) => {
    const folder = tempFolder(t);
    createRepository(folder);
    const execute = executor(folder);
    const call = { directory: folder, arguments: ['hash-object', '--stdin'] };
    const nothing = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n';
    assert.equal((await execute({ ...call, input: '' })).stdout, nothing);
    assert.equal((await execute(call)).stdout, nothing);
    assert.equal((await execute({ ...call, arguments: ['patch-id', '--stable'], input: '' })).stdout, '');
    const { stdout } = await execute({ ...call, input: 'ü\n' });
    assert.equal(stdout, 'be761e039de7c85a579bc09515401c5ee742c8de\n');
  },
);

test('a held lock is waited for', async (t) => {
  const folder = tempFolder(t);
  const top = join(folder, 'x');
  createRepository(top);
  const lock = join(top, '.git', 'index.lock');
  writeFileSync(lock, '');
  write(top, { a: '1' });
  const lines: string[] = [];
  const adding = executor(folder, { log: (line) => lines.push(line) })({
    directory: top,
    arguments: ['add', '--all'],
  });
  await eventually('the first attempt failed', () => lines.length > 0);
  rmSync(lock);
  assert.equal((await adding).code, 0);
  assert.ok(lines.length > 1, lines.join('\n'));
});

test('a lock that stays is a refusal with its name, and stays', async (t) => {
  const folder = tempFolder(t);
  const top = join(folder, 'x');
  createRepository(top);
  writeFileSync(join(top, '.git', 'index.lock'), '');
  write(top, { a: '1' });
  await assert.rejects(
    executor(folder)({ directory: top, arguments: ['add', '--all'] }),
    refusal('git', /index\.lock/),
  );
  assert.ok(existsSync(join(top, '.git', 'index.lock')));
});

test('a silent network is given up, and the cause is said', async (t) => {
  const folder = tempFolder(t);
  const PATH = standIn(folder, 'ssh', 'exec sleep 30');
  const git = ourGit(folder, { environment: { PATH, HOME: folder }, networkSilence: 200 });
  await assert.rejects(
    git.cloneBare('git@example.org:x', join(folder, 'rig', 'x.git')),
    refusal('git', /too long/),
  );
  assert.equal(existsSync(join(folder, 'rig')), false);
});

test('ssh never asks', async (t) => {
  const folder = tempFolder(t);
  const PATH = standIn(folder, 'ssh', `echo "$@" >> ${folder}/asked; exit 255`);
  const git = ourGit(folder, { environment: { PATH, HOME: folder } });
  await assert.rejects(
    git.cloneBare('git@example.org:x', join(folder, 'x.git')),
    refusal('git', /Cannot read/),
  );
  assert.match(readFileSync(join(folder, 'asked'), 'utf8'), /-oBatchMode=yes/);
});
