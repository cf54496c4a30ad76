import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { builtVscode } from './build.ts';
import { Editor, type WindowOptions } from './editor.ts';
import { endAll, endOrphans, killAll } from './processes.ts';
import { recipeHere, type BuiltVscode } from './recipe.ts';
import { startServer, type ServerOptions } from './server.ts';
import { writeSettings, type Settings } from './settings.ts';
import { findChromium, installSystemPackages, missingCompilers } from './tools.ts';
import type { HostWindow } from './window.ts';

/** This machine cannot have the VS Code that is built from npm packages; the message says why. */
export class HostUnavailable extends Error {
  override readonly name = 'HostUnavailable';
}

export type EditorOptions = Omit<ServerOptions, 'dataFolder'> & {
  /** That of an earlier editor, to be the same user again; without it a new user. */
  readonly dataFolder?: string;
  readonly settings?: Settings;
};

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

  async startEditor(options: EditorOptions = {}): Promise<Editor> {
    const dataFolder = options.dataFolder ?? (await this.newFolder('editor'));
    // VS Code keeps its user's folder under `data` of what it is given.
    await writeSettings(join(dataFolder, 'data', 'User'), options.settings);
    const server = await startServer(this.#vscode, { ...options, dataFolder });
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 900 } });
    const editor = new Editor(this.#vscode, server, context, dataFolder);
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
    await rm(this.scratch, { recursive: true, force: true });
  }
}

/** Builds VS Code if need be and starts the browser. Rejects with `HostUnavailable` where that cannot be. */
export async function prepareHost(say: (line: string) => void): Promise<Host> {
  endOrphans();
  endOnSignals();
  const recipe = recipeHere();
  if (recipe === undefined) {
    throw new HostUnavailable(
      `VS Code can be built from npm packages on Linux only, not on ${process.platform}`,
    );
  }
  const chromium = installedChromium();
  const vscode = await builtVscode(recipe, say).catch((error: unknown) => {
    throw new HostUnavailable(`VS Code could not be built from npm packages: ${String(error)}`, {
      cause: error,
    });
  });
  const scratch = await mkdtemp(join(tmpdir(), 'gastown-host-'));
  return new Host(vscode, await launchBrowser(chromium, scratch), scratch);
}

function installedChromium(): string {
  if (findChromium() === undefined || missingCompilers().length > 0) installSystemPackages();
  const chromium = findChromium();
  if (chromium === undefined)
    throw new HostUnavailable('there is no Chromium on this machine to show VS Code in');
  return chromium;
}

let guarded = false;

/** On Ctrl-C and its kin, and however else the process ends, nothing is left behind. */
function endOnSignals(): void {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => killAll());
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(signal, () => process.exit(128 + number));
  }
}
