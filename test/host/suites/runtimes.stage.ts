import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage, StageAnswer } from '../stage.ts';
import { repository } from '../vscode/paths.ts';
import type { HostWindow } from '../vscode/window.ts';

/** The window of somebody who has no town yet, and hands to choose and press with. */
export const stage: Stage = async (scratch) => {
  const home = join(scratch, 'home');
  await mkdir(home, { recursive: true });
  return {
    extensionDevelopmentPath: repository,
    env: { HOME: home, JOURNEY: scratch, GT_TOWN: undefined, GT_IDLE_MS: '2000' },
    settings: { 'terminal.integrated.defaultLocation': 'view' },
    answers: { shown, offered, choose, accept, press, hover, menu },
    deadlineMs: 240_000,
  };
};

/** Waits for a message with that text in the list of messages: what pops up is kept back while tests run. */
const shown: StageAnswer = async (text, window) => {
  const { page } = await window();
  const message = page.locator('.notifications-center .notification-list-item-message');
  await message
    .filter({ hasText: String(text) })
    .first()
    .waitFor({ timeout: 30_000 });
};

/** What stands in the quick pick that is open: its question, and its entries as a screen reader says them. */
const offered: StageAnswer = async (entry, window) => {
  const { page } = await window();
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: String(entry) })
    .first()
    .waitFor({ timeout: 30_000 });
  const rows = page.locator('.quick-input-list .monaco-list-row');
  return {
    question: await page.locator('.quick-input-widget input').first().getAttribute('placeholder'),
    entries: await rows.evaluateAll((all: readonly { getAttribute(name: string): string | null }[]) =>
      all.map((row) => row.getAttribute('aria-label') ?? ''),
    ),
  };
};

const choose: StageAnswer = async (entry, window) => {
  const { page } = await window();
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: String(entry) })
    .first()
    .click();
};

/** Accepts the input box that asks this. */
const accept: StageAnswer = async (prompt, window) => {
  const { page } = await window();
  await page.locator('.quick-input-widget .quick-input-message', { hasText: String(prompt) }).waitFor();
  await page.keyboard.press('Enter');
};

/** A button of a message. */
const press: StageAnswer = async (name, window) => {
  const { page } = await window();
  await page
    .getByRole('button', { name: String(name), exact: true })
    .first()
    .click();
};

/** The tooltip of the row of Rigs with this text. */
const hover: StageAnswer = async (text, window) => {
  const shownWindow = await window();
  await rowOf(shownWindow, text).hover();
  const tip = shownWindow.page.locator('.workbench-hover:visible').last();
  await tip.waitFor({ timeout: 30_000 });
  return (await tip.innerText()).replaceAll('\u00a0', ' ');
};

/** What the menu of that row offers, and a picture of it. */
const menu: StageAnswer = async (given, window) => {
  const { row, picture } = given as { readonly row: string; readonly picture: string };
  const shownWindow = await window();
  await rowOf(shownWindow, row).click({ button: 'right' });
  const labels = shownWindow.page.locator('.context-view .monaco-menu .action-label:not(.separator)');
  await labels.first().waitFor({ timeout: 30_000 });
  const offers = await labels.allInnerTexts();
  await shownWindow.screenshot(picture);
  await shownWindow.page.keyboard.press('Escape');
  return offers;
};

function rowOf({ page }: HostWindow, text: unknown) {
  const tree = page.getByRole('tree', { name: 'Rigs', exact: true });
  return tree
    .getByRole('treeitem')
    .filter({ hasText: String(text) })
    .first();
}
