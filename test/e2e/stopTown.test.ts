import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { townPaths } from '../../server/protocol/address.ts';
import { eventually } from '../support/wait.ts';
import { becomes, connect, slung } from './liveTown.ts';
import { connected, start } from './lspTalk.ts';
import { installWithRig, landingOf } from './rigs.ts';
import { isAlive, openTerminal, processesOf } from './terminal.ts';

describe('a town that a person stops', { concurrency: 2 }, () => {
  test('has no process left, and nothing but a person starts it again', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const bead = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const client = await connect(t, terminal);
    const polecat = await becomes(client, bead, 'working');

    const said = await terminal.json<{ stopped: boolean; ended: string[]; left: unknown[] }>(
      'gt',
      'down',
      '--all',
    );
    assert.deepEqual(said, { stopped: true, ended: [polecat.id], left: [] });
    assert.deepEqual(processesOf(terminal.folder), []);

    for (const words of [['status'], ['hook', polecat.id]] as const) {
      const refused = await terminal.gt(...words);
      assert.equal(refused.code, 70, refused.stdout);
      assert.match(refused.stderr, /was stopped by overseer/);
      assert.match(refused.stderr, /Next: gt up/);
    }
    assert.notEqual((await terminal.bd('list')).code, 0);
    assert.deepEqual(processesOf(terminal.folder), []);

    // Once more, to be sure: it is looked at again, and is still stopped afterwards.
    assert.match(await terminal.must('gt', 'stop'), /nothing of it runs any more/);
    assert.match(await terminal.must('gt', 'daemon', 'status'), /was stopped by overseer/);
    assert.deepEqual(processesOf(terminal.folder), []);

    await terminal.must('gt', 'up');
    assert.ok(!existsSync(townPaths(terminal.town).stopped));
    await terminal.must('gt', 'session', 'run', polecat.id);
    await becomes(await connect(t, terminal), bead, 'working');
  });

  test('is not started by a window that comes back, until its person starts it there', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    const options = { host: 'vscode', window: 'w', trusted: true };
    const before = start(t, terminal);
    await before.begin({ initializationOptions: options });
    await connected(before, terminal);
    await terminal.must('gt', 'stop');
    const told = await before.hears('gastown/state', ({ stopped }) => stopped === true);
    assert.match(String(told['message']), /was stopped by overseer/);
    await before.leave();

    const reloaded = start(t, terminal);
    await reloaded.begin({ initializationOptions: options });
    const news = await reloaded.hears('gastown/state', ({ state }) => state === 'failed');
    assert.equal(news['stopped'], true);
    assert.equal(terminal.serverPid(), undefined);

    await reloaded.request('gastown/town/start', {});
    await reloaded.hears('gastown/state', ({ state }) => state === 'connected');
    await eventually('the town server runs', () => terminal.serverPid() !== undefined);
  });

  test('and whose server does not run is marked as stopped without one', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    await terminal.must('gt', 'status');
    await terminal.must('gt', 'down');
    await eventually('the town server has left', () => processesOf(terminal.folder).length === 0);
    const log = join(townPaths(terminal.town).logs, 'town.log');
    const before = readFileSync(log, 'utf8');
    assert.deepEqual(await terminal.json('gt', 'stop'), { stopped: true, ended: [], left: [] });
    assert.match(await terminal.must('gt', 'down', '--all'), /nothing of it runs any more/);
    assert.equal(readFileSync(log, 'utf8'), before, 'no town server was started');
    assert.match((await terminal.gt('status')).stderr, /was stopped by overseer/);
    assert.deepEqual(processesOf(terminal.folder), []);
    await terminal.must('gt', 'up');
    assert.ok(terminal.serverPid());
  });

  test('and whose server was killed ends what that left running', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const bead = await slung(terminal, 'Auth work', { behaviour: 'stall' });
    const polecat = await becomes(await connect(t, terminal), bead, 'working');
    const pid = terminal.serverPid() ?? assert.fail();
    process.kill(pid, 'SIGKILL');
    await eventually('the town server is gone', () => !isAlive(pid));
    assert.notDeepEqual(processesOf(terminal.folder), []);
    const said = await terminal.json<{ stopped: boolean; ended: string[] }>('gt', 'stop');
    assert.deepEqual([said.stopped, said.ended], [true, [polecat.id]]);
    assert.deepEqual(processesOf(terminal.folder), []);
    assert.ok(existsSync(townPaths(terminal.town).stopped));
  });

  test('while a gate runs ends the gate, which has rejected nothing', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const [gate, began, go] = ['gate.cjs', 'began', 'go'].map((name) => join(terminal.folder, name));
    assert.ok(gate && began && go);
    writeFileSync(
      gate,
      `const fs = require('node:fs');
fs.writeFileSync(${JSON.stringify(began)}, '');
setInterval(() => fs.existsSync(${JSON.stringify(go)}) && process.exit(0), 50);`,
    );
    await terminal.must('gt', 'rig', 'config', 'backend', 'gate.unit', 'node', gate);
    await terminal.must('gt', 'rig', 'config', 'backend', 'merge', 'auto');
    const bead = await slung(terminal, 'Auth work');
    await eventually('the gate runs', () => existsSync(began), 60_000);
    await terminal.must('gt', 'stop');
    assert.deepEqual(processesOf(terminal.folder), []);
    writeFileSync(go, '');
    await terminal.must('gt', 'up');
    const landing = await eventually(
      'it lands',
      async () => {
        const now = await landingOf(terminal, bead);
        assert.notEqual(now.state, 'rejected');
        return now.state === 'verified' && now;
      },
      60_000,
    );
    assert.ok(landing.landed);
  });
});
