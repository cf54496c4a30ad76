import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { SessionFile } from '../../server/protocol/address.ts';
import type { OpenTerminalParams } from '../../server/protocol/session.ts';
import { productVersion } from '../../server/protocol/version.ts';
import { eventually } from '../support/wait.ts';
import { connected, dataOf, hasRecord, refusal, runOf, start } from './lspTalk.ts';
import { installWithRig } from './rigs.ts';
import { endAfter, openTerminal } from './terminal.ts';

describe('what an editor asks', () => {
  test('rigs are listed, a bead is slung, and what follows is told', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    await terminal.must('bd', 'create', '--rig', 'backend', '--title', 'Refactor auth middleware');
    const client = start(t, terminal);
    const { capabilities, serverInfo } = (await client.begin()) as Initialized;
    assert.deepEqual(serverInfo, { name: 'gastown', version: productVersion });
    const { commands } = capabilities.executeCommandProvider ?? assert.fail('it offers commands');
    for (const command of ['gastown.rig.list', 'gastown.work.sling', 'gastown.town.create'])
      assert.ok(commands.includes(command), command);
    assert.ok(!commands.includes('gastown.session.take'), 'what only launchers may ask is no command');
    await connected(client, terminal);

    for (const rigs of [
      await client.request('gastown/rig/list', {}),
      await client.execute('gastown.rig.list'),
    ])
      assert.deepEqual(
        (rigs as { rig: { id: string } }[]).map(({ rig }) => rig.id),
        ['backend'],
      );

    const sling = { beads: ['be-auth'], host: 'process' };
    const { slung, refused } = (await client.execute('gastown.work.sling', sling)) as Slung;
    assert.deepEqual(refused, []);
    assert.deepEqual(
      slung.map(({ bead, rig, host }) => [bead, rig, host]),
      [['be-auth', 'backend', 'process']],
    );
    await client.hears('gastown/town/changed', (entry) => hasRecord(entry, 'mergeRequests', 'submitted'));
    const seqs = client.all('gastown/town/changed').map(({ seq }) => Number(seq));
    assert.deepEqual(seqs, runOf(seqs[0] ?? 0, seqs.length), 'in order, none left out, none twice');

    assert.equal(await client.leave(), 0);
    assert.equal(client.stderr, '');
  });

  test('what the town refuses arrives with its reason, and what is no request is told apart', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    const client = start(t, terminal);
    await client.begin();
    await connected(client, terminal);

    const notThere = await refusal(client.execute('gastown.rig.get', { rig: 'nowhere' }));
    assert.match(notThere.message, /nowhere/);
    assert.deepEqual([notThere.code, dataOf(notThere)['code']], [-32001, 'not-found']);
    const dry = { beads: ['be-none'], dryRun: true };
    const answer = (await client.execute('gastown.work.sling', dry)) as Slung;
    assert.deepEqual(
      answer.refused.map(({ bead, refusal: { code } }) => [bead, code]),
      [['be-none', 'not-found']],
    );

    const create = (params: unknown) => client.execute('gastown.bead.create', params);
    const misfits: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => create({ title: '' }), 'title'],
      [() => create({ title: 'A', priority: 'high' }), 'priority'],
      [() => create('A title'), 'params'],
      [() => client.request('gastown/work/sling', { beads: 'be-auth' }), 'beads'],
      [() => client.request('gastown/rig/list', ['x']), 'params'],
      [() => client.request('gastown/bead/create', 'A title'), 'params'],
      [() => client.execute('gastown.rig.get', { rig: 'backend' }, { rig: 'frontend' }), 'arguments'],
      [
        () => client.request('workspace/executeCommand', { command: 'gastown.rig.list', arguments: 7 }),
        'arguments',
      ],
      [() => client.request('gastown/town/create', { path: 7 }), 'path'],
    ];
    for (const [ask, field] of misfits) {
      const refused = await refusal(ask());
      const { code, field: named } = dataOf(refused);
      assert.deepEqual([refused.code, code, named], [-32001, 'invalid', field], refused.message);
    }
    assert.deepEqual(await terminal.json('bd', 'list'), [], 'and nothing was changed');

    const unknown = await refusal(client.execute('gastown.rig.explode', {}));
    assert.match(unknown.message, /gastown\.rig\.explode/);
    assert.equal(dataOf(unknown)['code'], 'not-found');
    assert.equal((await refusal(client.request('workspace/executeCommand'))).code, -32602);
    for (const method of ['gastown/rig/explode', 'gastown/toString', 'textDocument/rename', 'x'])
      assert.equal((await refusal(client.request(method, {}))).code, -32601, method);
    const own = await refusal(client.request('gastown/session/take', { launcherPid: 1 }));
    assert.equal(dataOf(own)['code'], 'no-session');

    for (const place of [undefined, null, 7, ['x'], { focused: 'no', trusted: 7 }])
      client.notify('gastown/window', place);
    client.notify('gastown/nothing', {});
    client.notify('$/setTrace', { value: 'off' });
    // A list is how Lua writes an object without fields.
    assert.equal(((await client.request('gastown/rig/list', [])) as unknown[]).length, 1);
    assert.equal(await client.leave(), 0);
  });
});

describe('how it ends', () => {
  test('shutdown and exit are 0; exit alone, and an input that ends, are 1', async (t) => {
    const terminal = openTerminal(t);
    const [proper, rude, cut] = [start(t, terminal), start(t, terminal), start(t, terminal)];
    for (const client of [proper, rude, cut]) await client.begin();
    rude.notify('exit');
    cut.child.stdin?.end();
    assert.equal(await proper.leave(), 0);
    assert.equal((await rude.ended).code, 1);
    assert.equal((await cut.ended).code, 1);
  });

  test('an editor that has died without a word takes it along', async (t) => {
    const terminal = openTerminal(t);
    const editor = spawn(process.execPath, ['-e', '']);
    await once(editor, 'close');
    const client = start(t, terminal);
    await client.begin({ processId: editor.pid });
    assert.equal((await client.ended).code, 1);
  });
});

describe('a window that hosts terminals', () => {
  test('it opens what the town asks for, as long as it is there and trusted', async (t) => {
    const terminal = openTerminal(t);
    await installWithRig(terminal);
    await terminal.must('bd', 'create', '--rig', 'backend', '--title', 'Refactor auth middleware');
    const asked: OpenTerminalParams[] = [];
    const open = (params: unknown): { processId?: number | undefined } => {
      const request = params as OpenTerminalParams;
      asked.push(request);
      const { command, arguments: words, directory, environment } = request;
      const child = spawn(command, words, {
        cwd: directory,
        env: { ...terminal.environment, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      endAfter(t, child);
      return { processId: child.pid };
    };
    const client = start(t, terminal, { answers: { 'gastown/session/open': open } });
    const initializationOptions = { host: 'vscode', window: 'one', trusted: false };
    const { capabilities } = (await client.begin({ initializationOptions })) as Initialized;
    assert.equal(capabilities.executeCommandProvider, undefined, 'it has commands of its own');
    await connected(client, terminal);
    const hosts = async (): Promise<unknown> =>
      (await terminal.json<{ session: unknown }>('gt', 'rig', 'info', 'backend')).session;
    assert.equal(await hosts(), 'process', 'an untrusted window is not asked');

    client.notify('gastown/window', { trusted: true, focused: true });
    await eventually('the window is asked', async () => (await hosts()) === 'editor', 30_000);
    assert.match(await terminal.must('gt', 'rig', 'info', 'backend'), /^Session: editor$/m);
    const slung = await terminal.json<Slung>('gt', 'sling', 'be-auth');
    assert.equal(slung.slung[0]?.host, 'editor');
    const [request] = asked;
    assert.ok(request && asked.length === 1);
    assert.equal(request.agent, slung.slung[0]?.agent);
    assert.equal(request.name, `${request.agent.split('/')[1]} · be-auth`);
    const { token } = JSON.parse(
      readFileSync(request.environment['GT_SESSION'] ?? '', 'utf8'),
    ) as SessionFile;
    assert.ok(token.length > 0 && !JSON.stringify(request).includes(token), 'no secret is in it');
    await client.hears('gastown/town/changed', (entry) => hasRecord(entry, 'mergeRequests', 'submitted'));

    assert.equal(await client.leave(), 0);
    await eventually('the offer is withdrawn', async () => (await hosts()) === 'process', 30_000);

    const trusted = start(t, terminal);
    await trusted.begin({ initializationOptions: { ...initializationOptions, trusted: true } });
    await connected(trusted, terminal);
    assert.equal(await hosts(), 'editor', 'one that is trusted from the beginning is asked at once');
    process.kill(terminal.serverPid() ?? assert.fail('a town server runs'), 'SIGKILL');
    await eventually('it offers to the next town server', async () => (await hosts()) === 'editor', 30_000);
  });
});

interface Initialized {
  readonly capabilities: { readonly executeCommandProvider?: { readonly commands: readonly string[] } };
  readonly serverInfo: unknown;
}

interface Slung {
  readonly slung: readonly { bead: string; rig: string; host: string; agent: string }[];
  readonly refused: readonly { bead: string; refusal: { code: string } }[];
}
