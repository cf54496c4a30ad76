import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { processEntry } from '../../server/sessions/processes.ts';
import { readEndReport } from '../../server/sessions/sessionFile.ts';
import { eventually } from '../support/wait.ts';
import { launch, SmallTown } from './smallTown.ts';

const busy = 'while :; do sleep 0.05; done';

const isGone = (pid: number | undefined): boolean => pid === undefined || processEntry(pid) === undefined;

test('starts what the town hands out, in its folder, with its arguments and environment, and tells pid and end', async (t) => {
  const town = new SmallTown(
    t,
    'pwd; echo "[$1] [$STRIPPED] [$ELECTRON_RUN_AS_NODE] [$GT_SESSION_LOG]"; exit 4',
  );
  await town.start();
  const launched = launch(t, town, { STRIPPED: 'no', ELECTRON_RUN_AS_NODE: '1' });
  const end = await town.end();
  assert.equal(launched.output(), `${town.spec.directory}\n[PROMPT] [] [] []\n`);
  assert.deepEqual(end, { end: 'failed', code: 4 });
  assert.equal((await launched.ended).code, 0);
  assert.deepEqual(town.takes, [launched.child.pid]);
  assert.equal(town.started.length, 1);
  assert.ok(!existsSync(town.files.end), 'the town has the report, so the file is gone');
});

test('an exit without done is told with its code, or its signal, and the last lines of the log', async (t) => {
  for (const [script, expected] of [
    ['exit 0', { end: 'failed', code: 0 }],
    ['kill -9 $$', { end: 'failed', signal: 'SIGKILL' }],
  ] as const) {
    const town = new SmallTown(t, script);
    writeFileSync(join(town.folder, 'log'), 'working\n\u001B[31mError: no more tokens\u001B[0m\n');
    await town.start();
    launch(t, town);
    assert.deepEqual(await town.end(), { ...expected, lastLines: ['working', 'Error: no more tokens'] });
  }
});

test('where the disk is full, the town is told of the end all the same', async (t) => {
  if (!existsSync('/usr/bin/prlimit')) return t.skip('there is no prlimit here');
  const town = new SmallTown(t, 'prlimit --pid=$PPID --fsize=0: && exit 4');
  await town.start();
  const launched = launch(t, town);
  assert.deepEqual(await town.end(), { end: 'failed', code: 4 });
  assert.equal((await launched.ended).code, 0);
});

test('a launch spec is started once: a second launcher starts nothing and says why', async (t) => {
  const town = new SmallTown(t, `echo x >> "$GT_SESSION.ran"; ${busy}`);
  await town.start();
  launch(t, town);
  await eventually('it runs', () => town.started[0]);
  const second = launch(t, town);
  assert.equal((await second.ended).code, 1);
  assert.match(
    second.output(),
    /Nothing was started\. It was started already\.\nNext: gt session run backend\/nux/,
  );
  assert.equal(readFileSync(`${town.files.session}.ran`, 'utf8'), 'x\n');
  assert.deepEqual(town.ended, []);
  town.askToStop(0);
  await town.end();
});

test('a session whose file is gone starts nothing', async (t) => {
  const town = new SmallTown(t, 'echo started');
  await town.start();
  rmSync(town.files.session);
  const launched = launch(t, town);
  assert.equal((await launched.ended).code, 1);
  assert.match(launched.output(), /This session is over/);
  assert.deepEqual(town.takes, []);
});

test('a missing program is told as not started, with the program and the PATH', async (t) => {
  const town = new SmallTown(t, 'exit 0');
  town.spec = { ...town.spec, command: 'no-such-agent' };
  await town.start();
  await launch(t, town).ended;
  assert.deepEqual(await town.end(), {
    end: 'not-started',
    reason: 'There is no program "no-such-agent" to start. Looked in PATH: /usr/bin:/bin',
  });
  assert.deepEqual(town.started, []);
});

test('a missing worktree is told as such, and not as a missing program', async (t) => {
  const town = new SmallTown(t, 'exit 0');
  town.spec = { ...town.spec, directory: '/nonexistent/worktree' };
  await town.start();
  launch(t, town);
  assert.match((await town.end()).reason ?? '', /worktree \/nonexistent\/worktree is not there/);
});

test('stop asks with the signal of the preset, and an agent that ends is not killed', async (t) => {
  const town = new SmallTown(t, `trap 'echo bye; exit 6' HUP; echo ready; ${busy}`);
  town.spec = { ...town.spec, stopSignal: 'SIGHUP' };
  await town.start();
  const launched = launch(t, town);
  await eventually('it is ready', () => town.started.length > 0 && launched.output().includes('ready'));
  town.askToStop(30_000);
  assert.deepEqual(await town.end(), { end: 'stopped', code: 6, reason: 'Stopped by overseer.' });
  assert.match(launched.output(), /bye/);
});

test('stop ends one that will not, with its grandchildren, after the grace', async (t) => {
  const town = new SmallTown(
    t,
    `trap '' HUP TERM INT
     setsid sh -c 'trap "" TERM; echo $$ > grandchild; ${busy}' &
     echo ready; ${busy}`,
  );
  await town.start();
  const launched = launch(t, town);
  const file = join(town.spec.directory, 'grandchild');
  await eventually(
    'both run',
    () => launched.output().includes('ready') && existsSync(file) && town.started.length > 0,
  );
  const grandchild = Number(await eventually('its id is written', () => readFileSync(file, 'utf8').trim()));
  town.askToStop(100);
  assert.deepEqual(await town.end(), { end: 'stopped', signal: 'SIGKILL', reason: 'Stopped by overseer.' });
  await eventually('all have ended', () => isGone(town.started[0]) && isGone(grandchild));
});

for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
  test(`${signal} at the launcher: interrupted is told, and the whole tree ends`, async (t) => {
    const town = new SmallTown(t, `trap '' HUP; sh -c 'echo $$ > child; ${busy}' & echo ready; ${busy}`);
    await town.start();
    const launched = launch(t, town);
    const file = join(town.spec.directory, 'child');
    await eventually(
      'it runs',
      () => launched.output().includes('ready') && existsSync(file) && town.started.length > 0,
    );
    launched.child.kill(signal);
    const end = await town.end();
    assert.equal(end.end, 'interrupted');
    assert.match(end.reason ?? '', signal === 'SIGHUP' ? /terminal was closed/ : /asked to end \(SIGTERM\)/);
    assert.equal((await launched.ended).code, 0);
    assert.ok(isGone(town.started[0]) && isGone(Number(readFileSync(file, 'utf8'))));
    assert.equal(town.ended.length, 1, 'one end is told once');
  });
}

test("Ctrl-C is the runtime's: the launcher ignores it", async (t) => {
  const town = new SmallTown(t, `trap '' INT; echo ready; ${busy}`);
  await town.start();
  const launched = launch(t, town);
  await eventually('it runs', () => launched.output().includes('ready') && town.started.length > 0);
  launched.child.kill('SIGINT');
  launched.child.kill('SIGINT');
  town.askToStop(0);
  assert.equal((await town.end()).end, 'stopped');
});

test('the town goes and comes back while the agent works: the launcher attaches, and the end is told', async (t) => {
  const town = new SmallTown(t, 'while [ ! -e "$GT_SESSION.go" ]; do sleep 0.05; done; exit 3');
  await town.start();
  const launched = launch(t, town);
  const pid = await eventually('it runs', () => town.started[0]);
  await town.stop();
  assert.ok(!isGone(pid), 'the agent works on');
  await town.start();
  const attached = await eventually('it is back', () => town.attached[0]);
  assert.deepEqual(attached, { launcherPid: launched.child.pid, pid });
  writeFileSync(`${town.files.session}.go`, '');
  assert.deepEqual(await town.end(), { end: 'failed', code: 3 });
});

test('an end while the town is away waits in a file, and is told when it is back', async (t) => {
  const town = new SmallTown(t, 'while [ ! -e "$GT_SESSION.go" ]; do sleep 0.05; done; exit 3');
  await town.start();
  const launched = launch(t, town);
  await eventually('it runs', () => town.started[0]);
  await town.stop();
  writeFileSync(`${town.files.session}.go`, '');
  const report = await eventually('the report waits', () => readEndReport(town.files.end));
  assert.deepEqual(report, { end: 'failed', code: 3 });
  await town.start();
  assert.deepEqual(await town.end(), { end: 'failed', code: 3 });
  assert.equal((await launched.ended).code, 0);
  assert.ok(!existsSync(town.files.end));
});

test('interrupted while the town is away: the report stays in its file for the next town server', async (t) => {
  const town = new SmallTown(t, `echo ready; ${busy}`);
  await town.start();
  const launched = launch(t, town);
  const pid = await eventually('it runs', () => town.started[0]);
  await town.stop();
  launched.child.kill('SIGTERM');
  assert.equal((await launched.ended).code, 0);
  assert.equal(readEndReport(town.files.end)?.end, 'interrupted');
  assert.ok(isGone(pid));
});

test('a town that will not have the runtime run ends it', async (t) => {
  const town = new SmallTown(t, `echo ready; ${busy}`);
  town.refusesStart = true;
  await town.start();
  const launched = launch(t, town);
  await launched.ended;
  assert.match(launched.output(), /Not resumed: be-auth has gone to somebody else/);
  assert.deepEqual(town.ended, []);
});

test('what the agent left running on its terminal ends with it', async (t) => {
  const town = new SmallTown(
    t,
    `sh -c 'echo $$ > server; ${busy}' & while [ ! -s server ]; do sleep 0.05; done; exit 0`,
  );
  await town.start();
  launch(t, town);
  await town.end();
  assert.ok(isGone(Number(readFileSync(join(town.spec.directory, 'server'), 'utf8'))));
});
