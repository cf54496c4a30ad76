import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { CancellationToken } from 'vscode';
import { Connection, type TownState } from '../../client/connection.ts';
import type { LanguageServer, Listeners } from '../../client/languageServer.ts';
import { eventually } from '../support/wait.ts';
import { happens } from '../support/vscode.ts';

/** Language servers that a test can end, and a record of them. */
class Servers {
  readonly runs: { listeners: Listeners; stopped: boolean; told: string[] }[] = [];
  trusted = true;
  failing = 0;
  states: string[] = [];

  connection(context: TestContext, pausesMs: readonly number[] = [0, 0]): Connection {
    const connection = new Connection({
      start: (_, listeners) => this.#start(listeners),
      facts: () => ({ host: 'vscode', window: 'w', trusted: this.trusted }),
      openTerminal: () => Promise.resolve({}),
      showTerminal: () => Promise.resolve({}),
      typeInTerminal: () => Promise.resolve({}),
      log: () => undefined,
      pausesMs,
    });
    connection.onDidChangeState((state: TownState) => this.states.push(state.kind));
    context.after(() => connection.stop());
    return connection;
  }

  get last() {
    const run = this.runs.at(-1);
    assert.ok(run, 'no language server was started');
    return run;
  }

  connect(): void {
    this.last.listeners.onTown({ state: 'connected', town: '/town' });
  }

  async #start(listeners: Listeners): Promise<LanguageServer> {
    await Promise.resolve();
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error('no such program');
    }
    const run = { listeners, stopped: false, told: [] as string[] };
    this.runs.push(run);
    return {
      request: (method, params, token) => {
        if (token) run.told.push(`${method} ${JSON.stringify(params)} can be cancelled`);
        return Promise.resolve(method);
      },
      notify: (method, params) => run.told.push(`${method} ${JSON.stringify(params)}`),
      stop: () => Promise.resolve(void (run.stopped = true)),
    };
  }
}

test('an untrusted window starts nothing, and starts once it is trusted', async (t) => {
  const servers = new Servers();
  servers.trusted = false;
  const connection = servers.connection(t);
  await connection.restart();
  assert.deepEqual([connection.state.kind, servers.runs.length], ['untrusted', 0]);
  await assert.rejects(connection.ask('rig/list', {}), /is not running/);
  servers.trusted = true;
  await connection.restart();
  assert.equal(servers.runs.length, 1);
  assert.equal(await connection.ask('rig/list', {}), 'gastown/rig/list');
});

test('restarts that come together are one more, and never two servers at once', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  await Promise.all([connection.restart(), connection.restart(), connection.restart()]);
  assert.equal(servers.runs.length, 2);
  assert.deepEqual(
    servers.runs.map(({ stopped }) => stopped),
    [true, false],
  );
});

test('a language server that ends is started again; meanwhile the town is lost, not gone', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  await connection.restart();
  servers.connect();
  servers.last.listeners.onEnd();
  assert.equal(connection.state.kind, 'lost');
  await eventually('another runs', () => servers.runs.length === 2);
  servers.connect();
  assert.deepEqual(servers.states, ['starting', 'connected', 'lost', 'connected']);
});

test('one that ends again and again is given up, until somebody says restart', async (t) => {
  const servers = new Servers();
  servers.failing = 3;
  const connection = servers.connection(t);
  await connection.restart();
  await eventually('it was given up', () => connection.state.kind === 'failed');
  assert.equal(servers.failing, 0);
  await connection.restart();
  assert.equal(servers.runs.length, 1);
});

test('lists are read again with each run, and when the town says that something was missed', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  let resyncs = 0;
  connection.onDidResync(() => (resyncs += 1));
  await connection.restart();
  servers.connect();
  assert.equal(resyncs, 1);
  servers.connect();
  assert.equal(resyncs, 1);
  servers.last.listeners.onTown({ state: 'connected', town: '/town', resync: true });
  assert.equal(resyncs, 2);
});

test('an old run is not listened to', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  await connection.restart();
  const old = servers.last;
  await connection.restart();
  servers.connect();
  old.listeners.onTown({ state: 'no-town' });
  old.listeners.onEnd();
  assert.equal(connection.state.kind, 'connected');
});

test('a command that comes early waits for the town', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  await connection.restart();
  const settled = connection.settled();
  servers.last.listeners.onTown({ state: 'connecting', town: '/town' });
  servers.connect();
  assert.equal((await settled).kind, 'connected');
});

test('the language server hears of the window’s focus for as long as it runs', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  await connection.restart();
  const first = servers.last;
  happens.windowState.fire(undefined);
  assert.deepEqual(
    first.told,
    Array.from({ length: 2 }, () => 'gastown/window {"focused":true,"trusted":true}'),
  );
  await connection.restart();
  happens.windowState.fire(undefined);
  assert.equal(first.told.length, 2);
});

test('what is seen of a tested runtime is heard from the language server that runs', async (t) => {
  const servers = new Servers();
  const connection = servers.connection(t);
  await connection.restart();
  const old = servers.last;
  await connection.restart();
  const heard: unknown[] = [];
  connection.onDidTestRuntime((event) => heard.push(event));
  const token = { isCancellationRequested: false } as CancellationToken;
  await connection.testRuntime({ runtime: 'sim' }, token);
  assert.ok(servers.last.told.includes('gastown/runtime/test {"runtime":"sim"} can be cancelled'));
  const begin = { event: 'begin', runtime: 'sim', label: 'sim', live: false } as const;
  old.listeners.onRuntimeTest({ ...begin, runtime: 'old' });
  servers.last.listeners.onRuntimeTest(begin);
  assert.deepEqual(heard, [begin]);
});
