import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import { eventually } from '../support/wait.ts';
import type { LanguageClient } from './languageClient.ts';
import { connected, start } from './lspTalk.ts';
import { createBead, installWithRig } from './rigs.ts';
import { openTerminal, type Terminal } from './terminal.ts';

async function windowOf(t: TestContext, terminal: Terminal, name: string): Promise<LanguageClient> {
  const client = start(t, terminal);
  await client.begin({ initializationOptions: { host: 'vscode', window: name, trusted: true } });
  await connected(client, terminal);
  return client;
}

async function claim(
  client: LanguageClient,
  window: string,
  items: readonly string[],
): Promise<readonly string[]> {
  const answer = await client.request('gastown/attention/claim', { window, items });
  return (answer as { items: readonly string[] }).items;
}

const untold = (client: LanguageClient): readonly unknown[] =>
  client.heard.filter(({ method }) => method === 'gastown/attention/untold').map(({ params }) => params);

test('of two windows one is told to show an item; loaded anew it is still its own; closed, it is the other’s', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const [one, other] = [await windowOf(t, terminal, 'one'), await windowOf(t, terminal, 'other')];
  await createBead(terminal, 'Auth work', '--id', 'be-auth', '--labels', 'sim:ask');
  await terminal.json('gt', 'sling', 'be-auth', '--host', 'process');
  const attention = async (): Promise<readonly AttentionItem[]> =>
    (await terminal.json<{ items: AttentionItem[] }>('gt', 'attention')).items;
  await eventually('the agent asks', async () => (await attention()).length === 1);
  const [id = ''] = (await attention()).map((item) => item.id);
  const answers = await Promise.all([claim(one, 'one', [id]), claim(other, 'other', [id, 'no such item'])]);
  const winner = answers[0].length === 1 ? 0 : 1;
  assert.deepEqual(answers[winner], [id]);
  assert.deepEqual(answers[1 - winner], []);
  const names = ['one', 'other'] as const;
  const [its, theirs] = winner === 0 ? [one, other] : [other, one];
  const [itsName, theirName] = winner === 0 ? names : ([names[1], names[0]] as const);
  // Loaded anew: the same window with another connection.
  await its.leave();
  const anew = await windowOf(t, terminal, itsName);
  assert.deepEqual(await claim(anew, itsName, [id]), [id]);
  assert.deepEqual(await claim(theirs, theirName, [id]), []);
  await anew.leave();
  await eventually('the other hears that it may', () => untold(theirs).length === 1, 40_000);
  assert.deepEqual(untold(theirs), [{ items: [id] }]);
  assert.deepEqual(await claim(theirs, theirName, [id]), [id]);
});
