import { eventually } from '../eventually.ts';
import type { HostWindow } from '../vscode/window.ts';
import { rowAt } from './preparedTown.ts';

/** The button beside a row. */
export async function pressBeside(
  window: HostWindow,
  [view, text]: readonly [string, string],
  button: string,
): Promise<void> {
  const row = rowAt(window, view, text);
  await row.hover();
  await row.getByRole('button', { name: button }).click();
}

/** An entry of a row's menu, once it was looked at. */
export async function chooseFromMenu(
  window: HostWindow,
  [view, text]: readonly [string, string],
  { entry, picture }: { readonly entry: string; readonly picture?: string },
): Promise<void> {
  await rowAt(window, view, text).click({ button: 'right' });
  const label = window.page
    .locator('.context-view .monaco-menu .action-label:not(.separator)')
    .getByText(entry, { exact: true });
  await label.waitFor({ timeout: 30_000 });
  if (picture !== undefined) await window.screenshot(picture);
  // A menu that has only just opened takes no click: it closes with the one that it takes.
  await eventually('the menu took the click', async () => {
    if (await label.isVisible()) await label.click({ timeout: 1000 });
    await label.waitFor({ state: 'hidden', timeout: 1000 });
    return true;
  });
}

/** Presses what the dialog asks, once it was looked at, and gives its text. */
export async function answerDialog(window: HostWindow, button: string, picture: string): Promise<string> {
  const dialog = window.page.locator('.monaco-dialog-box');
  await dialog.waitFor({ timeout: 30_000 });
  const text = await dialog.innerText();
  await window.screenshot(picture);
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  return text;
}

/** The message with that text, in the list of all of them: what pops up goes by itself, and does not under VS Code's test driver. */
export async function messageLike(window: HostWindow, text: string) {
  await window.command('Notifications: Show Notifications');
  const message = window.page
    .locator('.notifications-center .notification-list-item')
    .filter({ hasText: text })
    .first();
  await message.waitFor({ timeout: 30_000 });
  // The palette fades.
  await window.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  return message;
}

/** Takes every message away. */
export async function clearMessages(window: HostWindow): Promise<void> {
  await window.command('Notifications: Clear All Notifications');
}

/** What the editor in front shows, its lines as they are drawn. */
export async function editorText(window: HostWindow): Promise<string> {
  const lines = await window.page.locator('.editor-instance .view-lines .view-line').allInnerTexts();
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

/** Types what is asked for, once the question was looked at. */
export async function answerQuestion(window: HostWindow, text: string, picture: string): Promise<void> {
  const input = window.page.locator('.quick-input-widget input').first();
  await input.waitFor({ timeout: 30_000 });
  await input.fill(text);
  await window.screenshot(picture);
  await input.press('Enter');
  await window.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}
