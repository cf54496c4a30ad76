import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { processEntry } from '../../server/sessions/processes.ts';
import { endLeftovers, endTree, isStillRunning } from '../../server/sessions/tree.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/wait.ts';

const linuxOnly = {
  skip: process.platform === 'linux' ? false : 'environments of others are only shown on Linux',
};

/** Runs a shell script; what it starts writes its process id to a file of its own. */
function tree(context: TestContext, script: string, environment: Record<string, string> = {}) {
  const folder = temporaryFolder(context);
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  context.after(() => child.kill('SIGKILL'));
  const pidOf = (name: string): Promise<number> =>
    eventually(`${name} runs`, () => {
      const file = join(folder, name);
      const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
      if (pid > 0) context.after(() => endQuietly(pid));
      return pid > 0 && pid;
    });
  return { child, pid: idOf(child), pidOf };
}

function idOf(child: ChildProcess): number {
  assert.ok(child.pid);
  return child.pid;
}

function endQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // As it should be.
  }
}

const isGone = (pid: number): boolean => processEntry(pid) === undefined;

function gone(pid: number): Promise<true> {
  return eventually(`process ${pid} has ended`, () => isGone(pid));
}

test('a process that ends when asked is not killed', async (t) => {
  const { child, pid, pidOf } = tree(t, 'trap "exit 5" TERM; echo $$ > me; while :; do sleep 0.05; done');
  await pidOf('me');
  const exit = new Promise((resolve) => child.on('exit', (code, signal) => resolve([code, signal])));
  assert.deepEqual(await endTree({ pid, signal: 'SIGTERM', graceMs: 10_000 }), []);
  assert.deepEqual(await exit, [5, null]);
});

test('a child that ignores SIGHUP and SIGTERM is ended after the grace', async (t) => {
  const { pid, pidOf } = tree(t, 'trap "" HUP TERM INT; echo $$ > me; while :; do sleep 0.05; done');
  await pidOf('me');
  assert.deepEqual(await endTree({ pid, signal: 'SIGHUP', graceMs: 200 }), []);
  await gone(pid);
});

test('grandchildren are ended too, also in a process session of their own, and when they ignore what asks', async (t) => {
  const { pid, pidOf } = tree(
    t,
    `sh -c 'trap "" HUP TERM; echo $$ > plain; while :; do sleep 0.05; done' &
     setsid sh -c 'trap "" HUP TERM; echo $$ > away; while :; do sleep 0.05; done' &
     echo $$ > me; wait`,
  );
  const pids = await Promise.all([pidOf('me'), pidOf('plain'), pidOf('away')]);
  assert.deepEqual(await endTree({ pid, signal: 'SIGTERM', graceMs: 100 }), []);
  for (const each of pids) await gone(each);
});

test('a grandchild whose parent has gone is found by what marks the session', linuxOnly, async (t) => {
  const { pid, pidOf } = tree(
    t,
    `(setsid sh -c 'echo $$ > orphan; while :; do sleep 0.05; done' &) ; echo $$ > me; while :; do sleep 0.05; done`,
    { GT_SESSION: '/gt/s-tree-orphan.json' },
  );
  const [orphan] = await Promise.all([pidOf('orphan'), pidOf('me')]);
  await eventually('the orphan has another parent', () => processEntry(orphan)?.parent !== pid);
  const marker = 'GT_SESSION=/gt/s-tree-orphan.json';
  assert.deepEqual(await endTree({ pid, marker, signal: 'SIGTERM', graceMs: 100 }), []);
  await gone(orphan);
});

test('what is to be spared is spared, with all that it started', async (t) => {
  const { pid, pidOf } = tree(
    t,
    `sh -c 'sh -c "echo \\$\\$ > under; while :; do sleep 0.05; done" & echo $$ > server; wait' & echo $$ > me; wait`,
  );
  const [server, under] = await Promise.all([pidOf('server'), pidOf('under'), pidOf('me')]);
  assert.deepEqual(await endTree({ pid, spare: [server], signal: 'SIGTERM', graceMs: 100 }), []);
  await gone(pid);
  assert.ok(!isGone(server) && !isGone(under), 'the spared processes still run');
});

test('a later process of the same id is another, and is let be', async (t) => {
  const { pid, pidOf } = tree(t, 'echo $$ > me; while :; do sleep 0.05; done');
  await pidOf('me');
  const anHourAgo = Date.now() - 3_600_000;
  assert.equal(isStillRunning(pid, anHourAgo), false);
  assert.equal(isStillRunning(pid, Date.now()), true);
  assert.deepEqual(await endTree({ pid, since: anHourAgo, signal: 'SIGKILL', graceMs: 100 }), []);
  assert.ok(!isGone(pid));
});

test('a process that has ended, and a zombie, do not run', async (t) => {
  const { child, pid } = tree(t, 'exit 0');
  await new Promise((resolve) => child.on('exit', resolve));
  await gone(pid);
  assert.equal(isStillRunning(pid, Date.now()), false);
  assert.deepEqual(await endTree({ pid, signal: 'SIGTERM', graceMs: 1000 }), []);
});

const leftovers = 'leftovers on the same terminal end, what has left it on purpose stays';

test(leftovers, linuxOnly, async (t) => {
  const mark = { GT_SESSION: '/gt/s-tree-leftovers.json' };
  const { child, pidOf } = tree(
    t,
    `(sh -c 'echo $$ > server; while :; do sleep 0.05; done' &)
     (setsid sh -c 'echo $$ > daemon; while :; do sleep 0.05; done' &)
     exit 0`,
    mark,
  );
  await new Promise((resolve) => child.on('exit', resolve));
  const [server, daemon] = await Promise.all([pidOf('server'), pidOf('daemon')]);
  await endLeftovers('GT_SESSION=/gt/another.json', [], 100);
  assert.ok(!isGone(server));
  await endLeftovers(`GT_SESSION=${mark.GT_SESSION}`, [], 1000);
  await gone(server);
  assert.ok(!isGone(daemon), 'a daemon serves others too');
});

// What a container runs that was entered: the leader of its process session lies outside, and the kernel says 0 for it.
const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const canUnshare = process.platform === 'linux' && spawnSync('unshare', [...namespace, 'true']).status === 0;

test(
  'leftovers end also where the leader of the process session lies outside the process namespace',
  { skip: canUnshare ? false : 'making a process namespace takes Linux and root' },
  () => {
    const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
    const register = new URL('../support/register.mjs', import.meta.url).href;
    const again = ['--import', register, `--test-name-pattern=${leftovers}`, import.meta.filename];
    const run = spawnSync('unshare', [...namespace, process.execPath, ...again], { env, encoding: 'utf8' });
    assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
    assert.match(run.stdout, /^# pass 1$/m);
  },
);
