import type { BrowserContext, Locator, Page } from 'playwright-core';
import { deferred } from '../deferred.ts';
import { eventually } from '../eventually.ts';
import { screenshotFile } from './paths.ts';
import { Transcript } from './transcript.ts';
import { visibleRows, type Row } from './rows.ts';

/** How long to wait for a page on a machine that is busy with other things. */
const patienceMs = 60_000;

/** A workbench in a page: what a person does in it, and what the tests inside it say. */
export class HostWindow {
  readonly page: Page;
  readonly transcript = new Transcript();
  readonly #onMessage: ((text: string) => void) | undefined;
  readonly #exit = deferred<number>();

  /** `onMessage` hears every message that is printed with console.log in the extension host. */
  constructor(page: Page, onMessage?: (text: string) => void) {
    this.page = page;
    this.#onMessage = onMessage;
    // Whoever waits for the exit sees the failure; where nobody waits, it is none.
    this.#exit.promise.catch(() => undefined);
    page.on('console', (message) => this.transcript.add(`page ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.transcript.add(`page error: ${error.stack ?? error.message}`));
    page.on('crash', () => this.#exit.reject(new Error('The page of the window crashed')));
    page.on('close', () => this.#exit.reject(new Error('The window closed before its tests ended')));
    // Asked on leaving a page that could not save its state yet.
    page.on('dialog', (dialog) => {
      dialog.accept().catch(() => undefined);
    });
  }

  /** The exit code of the tests given to this window: 0 when `run()` resolved, 1 when it threw. */
  waitForExit(): Promise<number> {
    return this.#exit.promise;
  }

  /** Saves a picture of the window and returns its file. */
  async screenshot(name: string): Promise<string> {
    const path = screenshotFile(name);
    await this.page.screenshot({ path });
    return path;
  }

  /** Runs a command as a person does, from the palette, as soon as the palette has it. */
  async command(title: string): Promise<void> {
    const row = this.#pickable(title);
    await eventually(
      `the command "${title}" in the palette`,
      async () => {
        await this.page.keyboard.press('F1');
        const input = this.page.locator('.quick-input-widget input').first();
        // The palette looks for commands only when its text changes, and an extension may bring them any time.
        await input.fill('>');
        await input.fill(`>${title}`);
        await row.click({ timeout: 1000 });
        return true;
      },
      patienceMs,
    );
  }

  /** Takes a row of the quick pick that is open, by its label. */
  async pick(label: string): Promise<void> {
    await this.#pickable(label).click();
  }

  /** The rows now to be seen in the tree view of that title. */
  rows(view: string): Promise<Row[]> {
    return visibleRows(this.page, view);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await workbenchShown(this.page);
  }

  /** Closes it as a person does: the workbench takes its leave and its extension host ends. */
  async close(): Promise<void> {
    if (this.page.isClosed()) return;
    const closed = this.page.waitForEvent('close');
    await this.page.close({ runBeforeUnload: true });
    await closed;
  }

  /** For the two functions that the workbench calls. */
  heard(kind: string, args: readonly unknown[]): void {
    const line = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))).join(' ');
    this.transcript.add(`${kind}: ${line}`);
    this.#onMessage?.(line);
  }

  exited(code: number): void {
    this.#exit.resolve(code);
  }

  #pickable(label: string): Locator {
    const labelled = this.page.locator('.quick-input-list-rows .label-name', { hasText: exactly(label) });
    return this.page.locator('.quick-input-list .monaco-list-row', { has: labelled }).first();
  }
}

/** A page in which the workbench of that address is shown. */
export async function openPage(
  context: BrowserContext,
  address: string,
  onMessage?: (text: string) => void,
): Promise<HostWindow> {
  const page = await context.newPage();
  const window = new HostWindow(page, onMessage);
  await page.exposeFunction('codeAutomationLog', (kind: string, args: unknown[]) => window.heard(kind, args));
  await page.exposeFunction('codeAutomationExit', (code: number) => window.exited(code));
  page.setDefaultTimeout(patienceMs);
  await page.goto(address);
  await workbenchShown(page);
  return window;
}

async function workbenchShown(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
}
