import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';
import type { Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import type { HostWindow } from '../vscode/window.ts';

const orchard = join(repository, 'test', 'host', 'fixtures', 'orchard');

export const cases: readonly Case<Host>[] = [
  {
    name: 'two windows of one editor: one is closed, the other is used on and reloaded',
    timeoutMs: 60_000,
    run: async (host) => {
      const editor = await host.startEditor();
      const [first, second] = [await open('first'), await open('second')];
      await first.close();
      await second.command('Orchard: Plant a Quince');
      await labels(second, ['Apple', 'Red', 'Green', 'Pear', 'Quince']);
      await second.reload();
      await labels(second, ['Apple', 'Red', 'Green', 'Pear']);

      async function open(name: string): Promise<HostWindow> {
        const window = await editor.openWindow({
          folder: await host.newFolder(name),
          extensionDevelopmentPath: orchard,
        });
        await showOrchard(window);
        return window;
      }
    },
  },
  {
    name: 'a packaged extension is installed and used in Restricted Mode',
    timeoutMs: 60_000,
    run: async (host) => {
      const editor = await host.startEditor({ trust: false });
      await editor.installExtension(await packaged(orchard, await host.newFolder('packaged')));
      const window = await editor.openWindow({ folder: await host.newFolder('untrusted') });
      await showOrchard(window);
      const rows = await window.rows('Trees');
      assert.equal(rows.at(-1)?.description, 'restricted');
      await window.screenshot('smoke-restricted');
    },
  },
];

async function showOrchard(window: HostWindow): Promise<void> {
  await window.page.getByRole('tab', { name: 'Orchard' }).click();
  await labels(window, ['Apple', 'Red', 'Green', 'Pear']);
}

async function labels(window: HostWindow, wanted: readonly string[]): Promise<void> {
  await eventually(
    `the rows ${wanted.join(', ')}`,
    async () => {
      const rows = await window.rows('Trees');
      assert.deepEqual(
        rows.map((row) => row.label),
        wanted,
      );
      return true;
    },
    30_000,
  );
}

async function packaged(extension: string, folder: string): Promise<string> {
  const vsce = join(repository, 'node_modules', '@vscode', 'vsce', 'vsce');
  const file = join(folder, 'orchard.vsix');
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--out',
    file,
  ];
  await promisify(execFile)(process.execPath, [vsce, ...args], { cwd: extension });
  return file;
}
