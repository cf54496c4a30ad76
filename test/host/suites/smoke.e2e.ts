import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { suite } from '../inside/suite.ts';

export const run = suite([
  {
    name: 'a terminal runs a real process and its exit code arrives',
    run: async () => {
      const shellArgs = ['-e', 'process.exit(process.stdout.isTTY ? 7 : 1)'];
      const terminal = vscode.window.createTerminal({
        name: 'smoke',
        shellPath: process.execPath,
        shellArgs,
      });
      assert.equal((await closed(terminal))?.code, 7);
    },
  },
  {
    name: 'a tree view shows its rows',
    run: async (inside) => {
      await vscode.commands.executeCommand('orchard.trees.focus');
      const rows = await eventually('the rows of the view', async () => {
        const seen = await inside.rows('Trees');
        return seen.length === 4 && seen;
      });
      assert.deepEqual(
        rows.map((row) => [row.level, row.label, row.description]),
        [
          [1, 'Apple', 'ripe'],
          [2, 'Red', ''],
          [2, 'Green', ''],
          [1, 'Pear', 'not yet'],
        ],
      );
      await inside.screenshot('smoke-tree');
    },
  },
  {
    name: 'the stage decides folder, environment and answers',
    run: async (inside) => {
      assert.equal(vscode.workspace.name, 'garden');
      assert.equal(process.env['ORCHARD_SEASON'], 'autumn');
      assert.equal(await inside.ask('season', undefined), 'autumn');
    },
  },
]);

function closed(terminal: vscode.Terminal): Promise<vscode.TerminalExitStatus | undefined> {
  return new Promise((resolve) => {
    const listener = vscode.window.onDidCloseTerminal((one) => {
      if (one !== terminal) return;
      listener.dispose();
      resolve(one.exitStatus);
    });
  });
}
