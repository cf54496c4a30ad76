import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { call, makeRepository, type SmallRig, smallRigs, writeRuntime } from '../suites/smallTown.ts';
import type { Host, EditorOptions } from '../vscode/host.ts';
import { repository } from '../vscode/paths.ts';
import { markedEnv } from '../vscode/processes.ts';
import type { Row } from '../vscode/rows.ts';
import type { HostWindow } from '../vscode/window.ts';

/** A town that was made on the command line, and what makes an editor find it: its user's home. */
export type PreparedTown = {
  readonly path: string;
  readonly options: EditorOptions;
  gt(...args: string[]): Promise<unknown>;
  bd(...args: string[]): Promise<unknown>;
};

export async function prepareTown(host: Host, rigs: readonly SmallRig[] = smallRigs): Promise<PreparedTown> {
  const scratch = await host.newFolder('town');
  const home = join(scratch, 'home');
  const path = join(home, 'gt');
  await mkdir(home);
  const env = { HOME: home, GT_TOWN: undefined, GT_IDLE_MS: '2000' };
  const product = { folder: repository, town: path, env: markedEnv(env) };
  const run = (...args: string[]): Promise<unknown> => call(product, 'gt', ...args);
  await run('install', path);
  for (const rig of rigs) {
    await run('runtime', 'add', await writeRuntime(scratch, rig));
    const url = await makeRepository(scratch, rig);
    await run('rig', 'create', rig.name, '--runtime', rig.runtime, '--repo', url);
  }
  return {
    path,
    gt: run,
    bd: (...args) => call(product, 'bd', ...args),
    options: { env, settings: readable },
  };
}

/** A terminal that is drawn by the browser's own text can be read. */
export const readable = { 'terminal.integrated.gpuAcceleration': 'off' };

/** Waits for a text in the terminal that is in front. */
export async function terminalShows(window: HostWindow, text: string): Promise<void> {
  const rows = window.page.locator('.terminal-wrapper.active .xterm-rows');
  await eventually(
    `“${text}” in the terminal`,
    async () => (await rows.allTextContents()).join('').replaceAll('\u00a0', ' ').includes(text),
    30_000,
  );
}

/** Opens the views of the town as a person does. */
export async function showTown(window: HostWindow): Promise<void> {
  await window.page.getByRole('tab', { name: 'Gas Town' }).click();
}

/** Waits for a row of a view whose label and description are like that. */
export function rowLike(window: HostWindow, view: string, like: RegExp): Promise<Row> {
  return eventually(
    `a row of ${view} like ${String(like)}`,
    async () => {
      const rows = await window.rows(view);
      return rows.find(({ label, description }) => like.test(`${label}: ${description}`));
    },
    30_000,
  );
}

/** The row itself, to be clicked. */
export function rowAt(window: HostWindow, view: string, text: string) {
  const tree = window.page.getByRole('tree', { name: view, exact: true });
  return tree.getByRole('treeitem').filter({ hasText: text }).first();
}

/** Waits for a text anywhere in the window. */
export async function textShown(window: HostWindow, text: string): Promise<void> {
  await window.page.getByText(text).first().waitFor({ timeout: 30_000 });
}
