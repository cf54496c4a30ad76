import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { call, git, makeRepository, smallRigs, writeRuntime } from '../suites/smallTown.ts';
import type { Case } from '../table.ts';
import type { Host } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import { finished, markedEnv, spawnMarked } from '../vscode/processes.ts';
import type { HostWindow } from '../vscode/window.ts';
import { readable, rowAt, rowLike, showTown, terminalShows, textShown } from './preparedTown.ts';

export const cases: readonly Case<Host>[] = [
  {
    name: 'packaged, installed and used with keyboard and mouse, from nothing to a landed bead',
    timeoutMs: 240_000,
    run: async (host) => {
      const scratch = await host.newFolder('user');
      const home = join(scratch, 'home');
      await mkdir(home);
      const [rig] = smallRigs;
      assert.ok(rig);
      const url = await makeRepository(scratch, rig);
      const env = { HOME: home, GT_TOWN: undefined, GT_IDLE_MS: '2000' };
      const editor = await host.startEditor({ env, settings: readable });
      await editor.installExtension(await packed(scratch));
      const window = await editor.openWindow({ folder: await host.newFolder('project') });

      await showTown(window);
      await textShown(window, 'There is no town yet.');
      await window.screenshot('user-1-no-town');
      await window.page.getByRole('button', { name: 'Create Town' }).click();
      await choose(window, join(home, 'gt'));
      await textShown(window, 'This town has no rigs yet.');
      await window.screenshot('user-2-empty-town');

      const product = { folder: repository, town: join(home, 'gt'), env: markedEnv(env) };
      await call(product, 'gt', 'runtime', 'add', await writeRuntime(scratch, rig));
      await window.page.getByRole('button', { name: 'Add Rig' }).last().click();
      await choose(window, 'Type a URL or Path...');
      await type(window, 'A URL', url);
      await type(window, 'Name of the rig');
      await question(window, 'Who works in it?');
      await window.screenshot('user-3-runtime');
      await choose(window, rig.runtime);
      await rowLike(window, 'Rigs', /^backend: sim-thorough · idle$/);

      await window.command('Gas Town: Create Bead...');
      await choose(window, 'backend');
      await type(window, 'What is to be done', rig.title);
      await rowLike(window, 'Beads', /^be-auth: ready · Refactor auth middleware$/);
      await window.command('Gas Town: Sling...');
      await choose(window, 'be-auth');
      await window.screenshot('user-4-sling');
      await choose(window, "the bead's own rig");
      await choose(window, 'usual in backend');
      await terminalShows(window, 'I am backend/');
      await window.screenshot('user-5-terminal');

      await rowLike(window, 'Rigs', /: needs review · sim-thorough · be-auth Refactor auth middleware/);
      const row = rowAt(window, 'Rigs', 'needs review');
      await row.hover();
      await row.getByRole('button', { name: 'Show Diff' }).click();
      await window.page.locator('.monaco-diff-editor').first().waitFor();
      await window.screenshot('user-6-diff');
      await row.hover();
      await row.getByRole('button', { name: 'Merge' }).click();
      await textShown(window, 'be-auth landed on main as');
      await window.screenshot('user-7-landed');
      assert.match(await git(join(scratch, 'backend.git'), 'log', '--format=%s', 'main'), /^be-auth: /);
      await call(product, 'gt', 'down', '--force');
    },
  },
];

async function packed(folder: string): Promise<string> {
  const file = join(folder, 'gastown.vsix');
  const child = spawnMarked(process.execPath, [join(repository, 'scripts', 'package.mjs'), file], {
    stdio: 'pipe',
  });
  await finished(child, 'packaging');
  return file;
}

/** Takes the entry of the open quick pick that shows this text. */
async function choose(window: HostWindow, text: string): Promise<void> {
  const entry = window.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  await entry.waitFor();
  await entry.click();
}

/** Types into the input box that asks this and accepts; without a text it accepts what is there. */
async function type(window: HostWindow, prompt: string, text?: string): Promise<void> {
  await window.page.locator('.quick-input-widget .quick-input-message', { hasText: prompt }).waitFor();
  if (text !== undefined) await window.page.locator('.quick-input-widget input').last().fill(text);
  await window.page.keyboard.press('Enter');
}

async function question(window: HostWindow, placeholder: string): Promise<void> {
  await window.page.locator(`.quick-input-widget input[placeholder^="${placeholder}"]`).waitFor();
}
