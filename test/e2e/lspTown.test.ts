import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../support/wait.ts';
import type { Heard, LanguageClient } from './languageClient.ts';
import { connected, dataOf, hasBead, refusal, runOf, start } from './lspTalk.ts';
import { isAlive, openTerminal } from './terminal.ts';

describe('how the window stands to its town', () => {
  test('without a town it says so, makes one when it is asked to, and finds one that is made elsewhere', async (t) => {
    const terminal = openTerminal(t);
    const { GT_TOWN: _, ...environment } = terminal.environment;
    const one = start(t, terminal, { environment });
    const other = start(t, terminal, { environment });
    const options = { town: terminal.town };
    for (const client of [one, other]) await client.begin({ initializationOptions: options });
    for (const client of [one, other])
      assert.deepEqual(await client.hears('gastown/state'), { state: 'no-town', town: terminal.town });
    const refused = await refusal(one.execute('gastown.rig.list'));
    assert.equal(dataOf(refused)['code'], 'unavailable');
    assert.match(refused.message, /no town/);

    assert.deepEqual(await one.request('gastown/town/create', { path: 'town' }), { path: terminal.town });
    await connected(one, terminal);
    await connected(other, terminal);
    const states = one.all('gastown/state').map(({ state }) => state);
    assert.deepEqual(states, ['no-town', 'connecting', 'connected']);
    const again = await refusal(one.request('gastown/town/create', { path: terminal.town }));
    assert.equal(dataOf(again)['code'], 'taken');
    assert.deepEqual(await one.execute('gastown.rig.list'), [], 'it still has its town');
  });

  test('nonsense in what an editor says of itself is no reason to break', async (t) => {
    const terminal = openTerminal(t);
    const options = { host: ['vscode'], town: 7, window: {}, trusted: 'yes' };
    const client = start(t, terminal);
    await client.begin({
      initializationOptions: options,
      workspaceFolders: [{ uri: 'file://elsewhere/x', name: 'x' }],
    });
    assert.deepEqual(await client.hears('gastown/state'), { state: 'no-town', town: terminal.town });
    assert.equal(await client.leave(), 0);
  });

  test('a town server that was killed is replaced, and no change is missed', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    const client = start(t, terminal);
    await client.begin();
    await connected(client, terminal);
    await client.execute('gastown.bead.create', { title: 'Before' });
    await client.hears('gastown/town/changed', (entry) => hasBead(entry, 'Before'));

    const mark = client.heard.length;
    const killed = terminal.serverPid() ?? assert.fail('a town server runs');
    process.kill(killed, 'SIGKILL');
    await client.hears('gastown/state', ({ state }) => state === 'lost', mark);
    await client.hears('gastown/state', ({ state }) => state === 'connected', mark);
    assert.notEqual(terminal.serverPid(), killed);
    await terminal.must('bd', 'create', 'After');
    await client.hears('gastown/town/changed', (entry) => hasBead(entry, 'After'), mark);
    const seqs = client.all('gastown/town/changed').map(({ seq }) => Number(seq));
    assert.deepEqual(seqs, runOf(seqs[0] ?? 0, seqs.length));
    assert.equal(await client.leave(), 0);
  });

  test('one that slept through too much is told to read everything again', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    const sleeper = start(t, terminal);
    await sleeper.begin();
    await connected(sleeper, terminal);
    const writer = start(t, terminal);
    await writer.begin();
    await connected(writer, terminal);

    sleeper.child.kill('SIGSTOP');
    const mark = [sleeper.heard.length, writer.heard.length];
    process.kill(terminal.serverPid() ?? assert.fail('a town server runs'), 'SIGKILL');
    await writer.hears('gastown/state', ({ state }) => state === 'connected', mark[1]);
    const titles = Array.from({ length: 2100 }, (_, index) => `Numbered ${index}`);
    await Promise.all(titles.map((title) => writer.execute('gastown.bead.create', { title })));
    sleeper.child.kill('SIGCONT');
    const news = await sleeper.hears('gastown/state', ({ state }) => state === 'connected', mark[0]);
    assert.deepEqual(news, { state: 'connected', town: terminal.town, resync: true });
    const page = (await sleeper.execute('gastown.bead.list', { limit: 1 })) as { total: number };
    assert.equal(page.total, titles.length);
  });

  test('a town that a person takes down stays down until something is asked of it', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    const options = { host: 'vscode', window: 'w', trusted: true };
    const [bare, vscode] = [start(t, terminal), start(t, terminal)];
    await bare.begin();
    await vscode.begin({ initializationOptions: options });
    for (const client of [bare, vscode]) await connected(client, terminal);
    const pid = terminal.serverPid() ?? assert.fail('a town server runs');

    await terminal.must('gt', 'down');
    for (const client of [bare, vscode]) {
      const { message } = await client.hears('gastown/state', ({ state }) => state === 'failed');
      assert.match(String(message), /taken down/);
    }
    await eventually('it has left', () => !isAlive(pid), 30_000);
    const refused = await refusal(vscode.request('gastown/bead/list', {}));
    assert.equal(dataOf(refused)['code'], 'unavailable', 'a window that reads by itself wakes nobody');
    assert.equal(terminal.serverPid(), undefined);

    const mark = vscode.heard.length;
    assert.deepEqual(await bare.execute('gastown.rig.list'), []);
    await vscode.hears('gastown/state', ({ state }) => state === 'connected', mark);
    assert.deepEqual(await vscode.request('gastown/rig/list', {}), []);
  });

  test('two windows on one town hear the same, and the death of one is nothing to the other', async (t) => {
    const terminal = openTerminal(t);
    await terminal.must('gt', 'install', terminal.town);
    const [one, other] = [start(t, terminal), start(t, terminal)];
    for (const client of [one, other]) {
      await client.begin();
      await connected(client, terminal);
    }
    const titles = Array.from({ length: 20 }, (_, index) => `Numbered ${index}`);
    await Promise.all(
      titles.map((title, index) => (index % 2 === 0 ? one : other).execute('gastown.bead.create', { title })),
    );
    const heardBy = (client: LanguageClient): Heard[] => client.all('gastown/town/changed');
    for (const client of [one, other])
      await eventually('all is heard', () => heardBy(client).length === titles.length);
    assert.deepEqual(heardBy(one), heardBy(other));

    const pid = terminal.serverPid();
    one.child.kill('SIGKILL');
    assert.equal((await one.ended).signal, 'SIGKILL');
    await terminal.must('bd', 'create', 'Afterwards');
    await other.hears('gastown/town/changed', (entry) => hasBead(entry, 'Afterwards'));
    assert.equal(terminal.serverPid(), pid, 'the town did not notice');
    assert.ok(other.all('gastown/state').every(({ state }) => state !== 'lost'));
  });
});
