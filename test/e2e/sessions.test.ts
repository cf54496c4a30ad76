import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type ServerFile, townPaths } from '../../server/protocol/address.ts';
import { sessionFiles } from '../../server/sessions/sessionFile.ts';
import { commit } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { becomes, connect, polecatOf, sessionOf, slung } from './liveTown.ts';
import { installWithRig } from './rigs.ts';
import { isAlive, openTerminal, processesOf, runProgram, type Terminal } from './terminal.ts';

/** What must be noticed within 5 s; the rest is for the machine. */
const noticedMs = 5000 + 5000;

describe('how sessions end', { concurrency: 2 }, () => {
  test('an exit without done is noticed and shown, with its code or signal and the last lines', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const crash = await slung(terminal, 'Auth work', { behaviour: 'crash' });
    const client = await connect(t, terminal);
    const crashed = await becomes(client, crash, 'failed');
    assert.match(crashed.reason ?? '', /exited with code 3 without gt done/);
    const { exit } = await sessionOf(client, crashed.id);
    assert.equal(exit?.code, 3);
    assert.match(exit.lastLines?.at(-1) ?? '', /out of memory/);
    assert.match(await terminal.must('gt', 'polecat', 'show', crashed.id), /code 3/);

    const signal = await slung(terminal, 'Cache work', { behaviour: 'crash-signal' });
    const killed = await becomes(client, signal, 'failed');
    assert.match(killed.reason ?? '', /was ended by SIGKILL without gt done/);

    const silent = await becomes(
      client,
      await slung(terminal, 'Queue work', { behaviour: 'forget-done' }),
      'failed',
    );
    assert.match(silent.reason ?? '', /exited with code 0 without gt done/);

    const uncommitted = await becomes(
      client,
      await slung(terminal, 'Login work', { behaviour: 'forget-commit' }),
      'failed',
    );
    const log = await terminal.must('gt', 'session', 'log', uncommitted.id);
    assert.match(log, /uncommitted work/);
    const { uncommitted: files } = await client.request('polecat/get', { agent: uncommitted.id });
    assert.equal(files.length, 1);
  });

  test('a session that sits there is stopped by a person, leaves no process, and is resumed where it was', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const stall = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const client = await connect(t, terminal);
    const { id } = await becomes(client, stall, 'working');
    const { pid = 0, launcherPid = 0 } = await sessionOf(client, id);
    await terminal.must('gt', 'session', 'stop', id);
    const stopped = await becomes(client, stall, 'interrupted');
    assert.equal(stopped.reason, 'Stopped by overseer.');
    await eventually('runtime and launcher have gone', () => !isAlive(pid) && !isAlive(launcherPid));
    assert.equal((await client.request('bead/get', { bead: stall })).bead.assignee, id);

    await terminal.must('gt', 'session', 'run', id);
    const { worktree } = await becomes(client, stall, 'working');
    commit(worktree, { 'auth.txt': 'work\n' });
    const file = sessionFiles(townPaths(terminal.town).sessions, (await sessionOf(client, id)).id).session;
    const environment = { ...terminal.environment, GT_SESSION: file };
    // From a folder that is deleted under it.
    const deep = join(worktree, 'deep');
    mkdirSync(deep);
    const script = 'const fs = require("fs"); fs.rmdirSync(process.cwd());';
    const gone = {
      ...environment,
      PWD: deep,
      NODE_OPTIONS: `--require=${join(terminal.folder, 'gone.cjs')}`,
    };
    writeFileSync(join(terminal.folder, 'gone.cjs'), script);
    const done = await runProgram('gt', ['done'], { cwd: deep, environment: gone });
    assert.deepEqual([done.code, done.stderr], [0, '']);
    assert.ok(!existsSync(deep));
    await terminal.must('gt', 'mq', 'merge', stall);
    assert.equal((await client.request('bead/get', { bead: stall })).bead.status, 'closed');
    await eventually(
      'the polecat is removed',
      async () => (await polecatOf(client, stall)) === undefined,
      30_000,
    );
    assert.ok(!existsSync(worktree));
  });

  test('a launcher that is killed is missed, what it started is ended before the next', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const stall = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const client = await connect(t, terminal);
    const { id } = await becomes(client, stall, 'working');
    const { pid = 0, launcherPid = 0 } = await sessionOf(client, id);
    process.kill(launcherPid, 'SIGKILL');
    const interrupted = await becomes(client, stall, 'interrupted', noticedMs);
    assert.match(interrupted.reason ?? '', new RegExp(`its process ${pid} still runs`));
    await terminal.must('gt', 'session', 'run', id);
    await becomes(client, stall, 'working');
    await eventually('the first has gone', () => !isAlive(pid));
    assert.notEqual((await sessionOf(client, id)).pid, pid);
  });

  test('a town server that is killed under a session finds it again', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const stall = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const { id } = await becomes(await connect(t, terminal), stall, 'working');
    const before = terminal.serverPid() ?? assert.fail('no town server');
    process.kill(before, 'SIGKILL');
    await eventually('it has gone', () => !isAlive(before));
    await terminal.must('gt', 'status');
    const client = await connect(t, terminal);
    const { pid = 0, state } = await sessionOf(client, id);
    assert.equal(state, 'running');
    assert.ok(isAlive(pid));
    // Asked through its launcher, which is connected again: without it, nobody would know how it ended.
    await eventually('its launcher is back', () => connections(terminal) >= 2, 30_000);
    await terminal.must('gt', 'session', 'stop', id);
    assert.equal((await sessionOf(client, id)).exit?.end, 'stopped');
    assert.ok(!isAlive(pid));
  });

  test('an end that happened while no town server ran is told by the launcher or its file', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const [auth, cache] = [
      await slung(terminal, 'Auth work', { behaviour: 'stall' }),
      await slung(terminal, 'Cache work', { behaviour: 'stall' }),
    ];
    const first = await connect(t, terminal);
    const ids = [await becomes(first, auth, 'working'), await becomes(first, cache, 'working')].map(
      ({ id }) => id,
    );
    const sessions = await Promise.all(ids.map((id) => sessionOf(first, id)));
    process.kill(terminal.serverPid() ?? 0, 'SIGKILL');
    for (const { pid } of sessions) process.kill(pid ?? assert.fail('it runs'), 'SIGTERM');
    const folder = townPaths(terminal.town).sessions;
    const reports = (): string[] => readdirSync(folder).filter((file) => file.endsWith('.end.json'));
    await eventually('both ends are written down', () => reports().length === 2, 30_000);
    process.kill(sessions[0]?.launcherPid ?? 0, 'SIGKILL');

    await terminal.must('gt', 'status');
    const client = await connect(t, terminal);
    for (const bead of [auth, cache]) {
      const { reason, id } = await becomes(client, bead, 'failed');
      assert.match(reason ?? '', /was ended by SIGTERM without gt done/);
      assert.equal((await sessionOf(client, id)).exit?.signal, 'SIGTERM');
    }
  });

  test('gt down --force ends everything and keeps the work; it goes on afterwards', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const stall = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const refused = await terminal.gt('down');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /--force/);
    await terminal.must('gt', 'down', '--force');
    await eventually('no process of the town is left', () => processesOf(terminal.folder).length === 0);

    await terminal.must('bd', 'update', stall, '--notes', 'go on');
    const client = await connect(t, terminal);
    const polecat = (await polecatOf(client, stall)) ?? assert.fail('the polecat is gone');
    assert.equal(polecat.state, 'interrupted');
    assert.ok(existsSync(polecat.worktree));
    await terminal.must('gt', 'session', 'run', polecat.id);
    await becomes(client, stall, 'working');
  });
});

/** Of the town's socket, as the kernel lists them. */
function connections(terminal: Terminal): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const { endpoint } = JSON.parse(readFileSync(townPaths(terminal.town).server, 'utf8')) as ServerFile;
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.filter((line) => line.endsWith(` ${endpoint}`) && / 03 /.test(line)).length;
}
