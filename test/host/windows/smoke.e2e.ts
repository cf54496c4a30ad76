import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';
import type { Case } from '../table.ts';
import type { Editor } from '../vscode/editor.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import type { HostWindow } from '../vscode/window.ts';

const orchard = join(repository, 'test', 'host', 'fixtures', 'orchard');
const grown = ['Apple', 'Red', 'Green', 'Pear'];

export const cases: readonly Case<Host>[] = [
  {
    name: 'two windows of one editor: the empty one is closed, the other used on, reloaded, and found again after a restart',
    timeoutMs: 180_000,
    run: async (host) => {
      const editor = await host.startEditor();
      const [first, folder] = [
        await openOn(editor, await host.newFolder('first')),
        await host.newFolder('second'),
      ];
      const second = await openOn(editor, folder);
      await showOrchard(first);
      await first.close();

      await showOrchard(second);
      await second.command('Orchard: Plant a Quince');
      await labels(second, ['Apple', 'Red', 'Green', 'Pear', 'Quince']);
      await second.reload();
      await labels(second, grown);

      await editor.restart();
      await labels(await openOn(editor, folder), grown);
    },
  },
  {
    name: 'a packaged extension is installed and used in Restricted Mode',
    timeoutMs: 120_000,
    run: async (host) => {
      const editor = await host.startEditor({ trust: false, view: { width: 1000, height: 640, scale: 2 } });
      await editor.installExtension(await packaged(orchard, await host.newFolder('packaged')));
      const window = await editor.openWindow({ folder: await host.newFolder('untrusted') });
      await showOrchard(window);
      const rows = await window.rows('Trees');
      assert.equal(rows.at(-1)?.description, 'restricted');
      await window.screenshot('smoke-restricted');
    },
  },
];

function openOn(editor: Editor, folder: string | undefined): Promise<HostWindow> {
  return editor.openWindow({ folder, extensionDevelopmentPath: orchard });
}

async function showOrchard(window: HostWindow): Promise<void> {
  await window.page.getByRole('tab', { name: 'Orchard' }).click();
  await labels(window, grown);
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
