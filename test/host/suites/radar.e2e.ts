import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { suite, type Inside } from '../inside/suite.ts';
import { call, makeRepository, smallRigs, writeRuntime } from './smallTown.ts';

const scratch = process.env['JOURNEY'] ?? '';
const town = join(scratch, 'town');
const [backend] = smallRigs;

const command = (name: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`gastown.${name}`, ...args);

function gt(...args: string[]): Promise<unknown> {
  const extension = vscode.extensions.getExtension('gastown.gastown');
  assert.ok(extension, 'the extension is not there');
  return call({ folder: extension.extensionPath, town }, 'gt', ...args);
}

async function bead(title: string): Promise<string> {
  return String(await command('createBead', { rig: backend?.name, title, type: 'task' }));
}

/** The rows of a view once one of them is like that. */
async function rowLike(inside: Inside, view: string, like: RegExp): Promise<readonly string[]> {
  let seen: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    seen = (await inside.rows(view)).map((row) => `${row.label}: ${row.description}`);
    return seen.some((row) => like.test(row));
  };
  await eventually(`a row like ${String(like)}`, look, 90_000).catch((error: unknown) => {
    throw new Error(`${view} shows ${JSON.stringify(seen)}`, { cause: error });
  });
  return seen;
}

let worktrees: { readonly name: string; readonly worktree: string }[] = [];

export const run = suite([
  {
    name: 'a town with a rig, and a runtime that is slow enough to be looked at',
    timeoutMs: 120_000,
    run: async () => {
      assert.ok(backend);
      await vscode.commands.executeCommand('workbench.view.extension.gastown');
      await command('createTown', town);
      await gt('runtime', 'add', await writeRuntime(scratch, backend, 60_000));
      const repository = await makeRepository(scratch, backend);
      await command('addRig', { name: backend.name, repository, runtime: backend.runtime });
    },
  },
  {
    name: 'two polecats change one file',
    timeoutMs: 120_000,
    run: async () => {
      for (const title of ['Refactor auth middleware', 'Limit requests'])
        await gt('sling', await bead(title), '--host', 'process');
      const { polecats } = (await gt('polecat', 'list', '--json')) as { polecats: typeof worktrees };
      worktrees = polecats;
      assert.equal(worktrees.length, 2);
      for (const { name, worktree } of worktrees)
        await writeFile(join(worktree, 'src', 'auth.js'), `export const allows = '${name}';\n`);
    },
  },
  {
    name: 'they collide, in their rows and on the file',
    timeoutMs: 180_000,
    run: async (inside) => {
      await rowLike(inside, 'Rigs', /working · conflicts with \w+: src\/auth\.js/);
      const file = vscode.Uri.file(join(worktrees[0]?.worktree ?? '', 'src', 'auth.js'));
      await vscode.window.showTextDocument(file);
      await vscode.commands.executeCommand('gastown.activity.focus');
      await inside.screenshot('radar-1-collide');
    },
  },
  {
    name: 'what happened is in the Activity view, and a click goes to whom it happened to',
    timeoutMs: 60_000,
    run: async (inside) => {
      // The view shows as many rows as it has room for.
      await rowLike(inside, 'Activity', /overseer slung be-limit: /);
      await command('reveal', { kind: 'bead', bead: 'be-limit' });
      await inside.screenshot('radar-2-activity');
    },
  },
]);
