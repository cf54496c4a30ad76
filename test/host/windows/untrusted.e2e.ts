import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { smallRigs } from '../suites/smallTown.ts';
import { NotInThisHost, type Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import { prepareTown, rowLike, showTown, textShown } from './preparedTown.ts';

export const cases: readonly Case<Host>[] = [
  {
    name: 'an untrusted workspace starts no process; once trusted, it shows the town',
    timeoutMs: 120_000,
    run: async (host) => {
      const town = await prepareTown(host, smallRigs.slice(0, 1));
      await town.gt('down', '--force');
      const mark = `untrusted-${Date.now()}`;
      const env = { ...town.options.env, UNTRUSTED: mark };
      const editor = await host.startEditor({ ...town.options, env, trust: false });
      const folder = await host.newFolder('stranger');
      const window = await editor.openWindow({ folder, extensionDevelopmentPath: repository });
      await showTown(window);
      await textShown(window, 'Gas Town starts no process in a workspace that is not trusted.');
      await window.command('Gas Town: Add Rig...');
      await window.screenshot('untrusted');
      assert.deepEqual(await ours(mark), []);
      assert.equal(existsSync(join(town.path, '.gastown', 'server.json')), false);

      await window.page.getByRole('button', { name: 'Manage Workspace Trust' }).first().click();
      await window.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
      // Newer versions of VS Code show the page about trust over the window.
      const modal = window.page.locator('.monaco-modal-editor-block');
      if (await modal.isVisible()) await modal.locator('.codicon-close').last().click();
      await rowLike(window, 'Rigs', /^backend: sim-thorough · idle$/);
      await eventually('the language server', async () => (await ours(mark)).length > 0);
    },
  },
];

/** The programs of the product that run with this mark in their environment. */
async function ours(mark: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') throw new NotInThisHost('processes can be looked into on Linux only');
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    const [environment, command] = await Promise.all([read(pid, 'environ'), read(pid, 'cmdline')]);
    if (environment.includes(mark) && command.includes(join(repository, 'dist'))) found.push(command);
  }
  return found;
}

async function read(pid: string, file: string): Promise<string> {
  // It may have ended since it was listed.
  return await readFile(join('/proc', pid, file), 'utf8').catch(() => '');
}
