import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import type { OpenTerminalParams } from '../../server/protocol/session.ts';
import { eventually } from '../support/wait.ts';
import type { LanguageClient } from './languageClient.ts';
import { becomes, connect } from './liveTown.ts';
import { connected, start } from './lspTalk.ts';
import { createBead, installWithRig } from './rigs.ts';
import { endAfter, openTerminal, type Terminal } from './terminal.ts';

interface Window {
  readonly client: LanguageClient;
  readonly asked: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[];
}

/** A window as VS Code's is to the town; its terminals are plain pipes, and it has those that it opened. */
async function windowOf(t: TestContext, terminal: Terminal, name: string, focused: boolean): Promise<Window> {
  const own = new Set<unknown>();
  const asked: { method: string; params: Readonly<Record<string, unknown>> }[] = [];
  const open = (params: unknown): { processId?: number | undefined } => {
    const { session, command, arguments: words, directory, environment } = params as OpenTerminalParams;
    own.add(session);
    const env = { ...terminal.environment, ...environment };
    const child = spawn(command, words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    endAfter(t, child);
    return { processId: child.pid };
  };
  const answer =
    (method: string) =>
    (given: unknown): { window?: string } => {
      const params = given as Readonly<Record<string, unknown>>;
      asked.push({ method, params });
      return own.has(params['session']) ? { window: name } : {};
    };
  const client = start(t, terminal, {
    answers: {
      'gastown/session/open': open,
      'gastown/session/show': answer('show'),
      'gastown/session/type': answer('type'),
    },
  });
  await client.begin({ initializationOptions: { host: 'vscode', window: name, trusted: true } });
  await connected(client, terminal);
  client.notify('gastown/window', { trusted: true, focused });
  return { client, asked };
}

test('a session in an editor is shown, and typed into, in the window that has its terminal', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const other = await windowOf(t, terminal, 'the other', false);
  const own = await windowOf(t, terminal, 'the one', true);
  await createBead(terminal, 'Auth work', '--id', 'be-auth', '--labels', 'sim:stall');
  const { slung } = await terminal.json<{ slung: { host: string; agent: string }[] }>(
    'gt',
    'sling',
    'be-auth',
  );
  assert.equal(slung[0]?.host, 'editor');
  const client = await connect(t, terminal);
  const { id: agent } = await becomes(client, 'be-auth', 'working');
  const shown = await terminal.must('gt', 'session', 'attach', agent);
  assert.match(shown, /is in front in this window of VS Code: the (one|other)\n$/);
  const said = await terminal.must('gt', 'nudge', agent, 'go', 'on', '--type');
  assert.match(said, /proves nothing/);
  const typed = [...own.asked, ...other.asked].filter(({ method }) => method === 'type');
  assert.equal(typed.length, 2, 'each window is asked, and only one has it');
  assert.deepEqual([typed[0]?.params['text'], typed[0]?.params['pauseMs']], ['go on', 500]);
  for (const window of [own, other]) await window.client.leave();
  const refused = await eventually('nobody has it any more', async () => {
    const answer = await terminal.gt('session', 'attach', agent);
    return answer.code === 1 && answer;
  });
  assert.match(refused.stderr, /No editor window that is connected has the terminal/);
  const before = await terminal.json<{ messages: unknown[] }>('gt', 'nudge', 'list');
  assert.equal((await terminal.gt('nudge', agent, 'go on', '--type')).code, 1);
  assert.deepEqual(
    await terminal.json('gt', 'nudge', 'list'),
    before,
    'what could not be typed is not queued',
  );
});
