import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { builtVscode, isBuilt } from './build.ts';
import { Editor, type WindowOptions } from './editor.ts';
import { endAll } from './processes.ts';
import { recipeHere, type BuiltVscode } from './recipe.ts';
import { guardRun, newScratch } from './scratch.ts';
import { installExtension, startServer, type ServerOptions, type VscodeServer } from './server.ts';
import { writeSettings, type Settings } from './settings.ts';
import { findChromium, installSystemPackages, missingCompilers } from './tools.ts';
import type { HostWindow } from './window.ts';

/** This machine cannot have the VS Code that is built from npm packages; the message says why. */
export class HostUnavailable extends Error {
  override readonly name = 'HostUnavailable';
}

export type EditorOptions = Omit<ServerOptions, 'dataFolder' | 'port'> & {
  readonly settings?: Settings;
  /** The size of its windows; a scale of 2 makes pictures for print. */
  readonly view?: View;
};

type View = { readonly width: number; readonly height: number; readonly scale?: number };

/** A VS Code that can be started any number of times, and a browser to look at it. */
export class Host {
  readonly version: string;
  /** Removed when the host closes. */
  readonly scratch: string;
  readonly editors: Editor[] = [];
  readonly #vscode: BuiltVscode;
  readonly #browser: Browser;

  constructor(vscode: BuiltVscode, browser: Browser, scratch: string) {
    this.version = vscode.version;
    this.#vscode = vscode;
    this.#browser = browser;
    this.scratch = scratch;
  }

  /** Starts it for a new user; `Editor.restart` is for the same one again. */
  async startEditor(options: EditorOptions = {}): Promise<Editor> {
    const dataFolder = await this.newFolder('editor');
    // VS Code keeps its user's folder under `data` of what it is given.
    await writeSettings(join(dataFolder, 'data', 'User'), options.settings);
    const server = await startServer(this.#vscode, { ...options, dataFolder });
    const context = await this.#newContext(options.view);
    const again = (): Promise<VscodeServer> =>
      startServer(this.#vscode, { ...options, dataFolder, port: server.port });
    const install = (vsix: string): Promise<void> => installExtension(this.#vscode, dataFolder, vsix);
    const editor = new Editor(server, context, { dataFolder, again, install });
    this.editors.push(editor);
    return editor;
  }

  /** A window of an editor of its own; for several windows start the editor first. */
  async openWindow(options: EditorOptions & WindowOptions): Promise<HostWindow> {
    const editor = await this.startEditor(options);
    return editor.openWindow(options);
  }

  newFolder(name: string): Promise<string> {
    return mkdtemp(join(this.scratch, `${name}-`));
  }

  /** What failed, as far as anything here knows. */
  async explain(name: string): Promise<string> {
    const parts = await Promise.all(
      this.editors.map((editor, index) => editor.explain(`${name}-${index + 1}`)),
    );
    return parts.join('\n');
  }

  async closeEditors(): Promise<void> {
    const open = this.editors.splice(0);
    await Promise.all(open.map((editor) => editor.close()));
  }

  /** Ends every process that was started from here, those that outlive an editor too, and proves it. */
  async close(): Promise<void> {
    await this.#browser.close().catch(() => undefined);
    await endAll();
    await rm(this.scratch, { recursive: true, force: true, maxRetries: 3 });
  }

  #newContext(view: View = { width: 1400, height: 900 }): Promise<BrowserContext> {
    return this.#browser.newContext({ viewport: view, deviceScaleFactor: view.scale ?? 1 });
  }
}

/** Builds VS Code if need be and starts the browser. Rejects with `HostUnavailable` where that cannot be. */
export async function prepareHost(say: (line: string) => void): Promise<Host> {
  guardRun();
  const recipe = recipeHere();
  if (recipe === undefined) {
    throw new HostUnavailable(`it can be built from npm packages on Linux only`);
  }
  const chromium = requireTools(isBuilt(recipe));
  const vscode = await builtVscode(recipe, say).catch((error: unknown) => {
    throw new HostUnavailable(`it could not be built from npm packages: ${String(error)}`, {
      cause: error,
    });
  });
  const scratch = await newScratch();
  return new Host(vscode, await launchBrowser(chromium, scratch), scratch);
}

/** The browser. Installs what is missing where it may. */
function requireTools(built: boolean): string {
  const lacking = (): string[] => (built ? [] : missingCompilers());
  if (findChromium() === undefined || lacking().length > 0) installSystemPackages();
  const chromium = findChromium();
  if (chromium === undefined) throw new HostUnavailable('there is no Chromium on this machine to show it in');
  if (lacking().length > 0)
    throw new HostUnavailable(`building it from npm packages needs ${lacking().join(', ')}`);
  return chromium;
}
