import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { suite, type Inside } from '../inside/suite.ts';
import { call, makeRepository, smallRigs, writeRuntime } from './smallTown.ts';

const scratch = process.env['ATTENTION_SCRATCH'] ?? '';
const town = join(scratch, 'town');

const command = (name: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`gastown.${name}`, ...args);

function gt(...args: string[]): Promise<unknown> {
  const extension = vscode.extensions.getExtension('gastown.gastown');
  assert.ok(extension, 'the extension is not there');
  return call({ folder: extension.extensionPath, town }, 'gt', ...args);
}

async function shows(inside: Inside, wanted: readonly RegExp[]): Promise<void> {
  let seen: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    seen = (await inside.rows('Attention')).map((row) => `${row.label}: ${row.description}`);
    return seen.length === wanted.length && seen.every((row, index) => wanted[index]?.test(row));
  };
  await eventually('the rows of Attention', look, 60_000).catch((error: unknown) => {
    throw new Error(`Attention shows ${JSON.stringify(seen)}`, { cause: error });
  });
}

export const run = suite([
  {
    name: 'a town in which nothing needs a person says so',
    timeoutMs: 90_000,
    run: async (inside) => {
      await vscode.commands.executeCommand('workbench.view.extension.gastown');
      assert.equal(await command('createTown', town), town);
      for (const rig of smallRigs.slice(0, 1)) {
        await gt('runtime', 'add', await writeRuntime(scratch, rig));
        const repository = await makeRepository(scratch, rig);
        await command('addRig', { name: rig.name, repository, runtime: rig.runtime });
      }
      await shows(inside, []);
      await inside.screenshot('attention-1-nothing');
    },
  },
  {
    name: 'finished work, a letter and an escalation stand in the view, the most pressing first',
    timeoutMs: 120_000,
    run: async (inside) => {
      await command('createBead', { rig: 'backend', title: 'Refactor auth middleware', type: 'task' });
      await gt('sling', 'be-auth', '--host', 'process');
      await gt('mail', 'send', 'overseer', '-s', 'Which key?', '-m', 'Per user or per key?', '--urgent');
      await gt('escalate', 'The key of the service has expired', '-s', 'critical', '-r', 'Every test fails.');
      await shows(inside, [
        /^es-\w+: escalated, critical: The key of the service has expired/,
        /^m-\w+: unread: overseer writes: Which key\?/,
        /^be-auth: needs review: be-auth is submitted/,
      ]);
      await inside.screenshot('attention-2-three');
      const list = (await gt('attention', '--json')) as { items: unknown[] };
      assert.equal(list.items.length, 3);
    },
  },
  {
    name: 'the next waiting one is a command away, and what is dealt with goes',
    timeoutMs: 90_000,
    run: async (inside) => {
      await gt('escalate', 'ack', (await firstId()) ?? '');
      await shows(inside, [/^m-/, /^be-auth/]);
      await command('goToNextWaiting');
      await shows(inside, [/^be-auth/]);
      assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /Per user or per key\?/);
      await inside.screenshot('attention-3-letter');
      await command('goToNextWaiting');
      await inside.screenshot('attention-4-review');
      await gt('mq', 'merge', 'be-auth');
      await shows(inside, []);
      await inside.screenshot('attention-5-done');
    },
  },
]);

async function firstId(): Promise<string | undefined> {
  const { items } = (await gt('attention', '--json')) as { items: { subject: string }[] };
  return items[0]?.subject;
}
