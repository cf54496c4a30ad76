import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import type { VscodeServer } from './server.ts';
import { openPage, type HostWindow } from './window.ts';

export type WindowOptions = {
  /** Without one the window is empty. */
  readonly folder?: string | undefined;
  /** An unpacked extension to run in the window. */
  readonly extensionDevelopmentPath?: string;
  /** A module that exports `run()`, called in the extension host. */
  readonly extensionTestsPath?: string;
  /** Hears what the extension host prints. */
  readonly onMessage?: (text: string) => void;
};

/** What an editor asks of the program that it is an instance of. */
type Program = {
  readonly dataFolder: string;
  readonly again: () => Promise<VscodeServer>;
  readonly install: (vsix: string) => Promise<void>;
};

/** One running VS Code with one user: any number of windows, shared settings, extensions and state. */
export class Editor {
  readonly windows: HostWindow[] = [];
  readonly #program: Program;
  readonly #context: BrowserContext;
  #server: VscodeServer;

  constructor(server: VscodeServer, context: BrowserContext, program: Program) {
    this.#server = server;
    this.#context = context;
    this.#program = program;
  }

  async openWindow(options: WindowOptions = {}): Promise<HostWindow> {
    const window = await openPage(this.#context, this.#address(options), options.onMessage);
    this.windows.push(window);
    return window;
  }

  /** Installs a packaged extension; windows opened afterwards have it. */
  installExtension(vsix: string): Promise<void> {
    return this.#program.install(vsix);
  }

  /** Quits it and starts it again for the same user, without a window. */
  async restart(): Promise<void> {
    await this.#quit();
    this.#server = await this.#program.again();
  }

  /** Quits it. What an editor leaves running when it quits, this one leaves running too, until the host closes. */
  async close(): Promise<void> {
    await this.#quit();
    await this.#context.close();
  }

  /** All that is known of what went wrong: server, pages, extension hosts, a picture of each window. */
  async explain(name: string): Promise<string> {
    const parts = [section('VS Code server', this.#server.transcript.tail(30))];
    for (const [index, window] of this.windows.entries()) {
      const picture = await window
        .screenshot(`failed-${name}-${index + 1}`)
        .catch(() => 'none: the window is closed');
      parts.push(section(`window ${index + 1}, picture: ${picture}`, window.transcript.tail(60)));
    }
    for (const file of await this.#extensionLogs()) {
      const text = await readFile(file, 'utf8');
      parts.push(section(file, text.trimEnd().split('\n').slice(-40)));
    }
    return parts.join('\n');
  }

  async #quit(): Promise<void> {
    await Promise.all(this.windows.splice(0).map((window) => window.close()));
    await this.#server.stop();
  }

  /** The extension hosts' own logs and those of extensions that do not come with VS Code. */
  async #extensionLogs(): Promise<string[]> {
    const logs = join(this.#program.dataFolder, 'data', 'logs');
    const names = await readdir(logs, { recursive: true }).catch(() => []);
    const wanted = names.filter((name) => /exthost/.test(name) && name.endsWith('.log'));
    return wanted
      .filter((name) => !/Telemetry|[\\/]vscode\.[^\\/]*[\\/]/.test(name))
      .map((name) => join(logs, name));
  }

  #address(options: WindowOptions): string {
    const authority = `127.0.0.1:${this.#server.port}`;
    const remote = (path: string): string => `vscode-remote://${authority}${path}`;
    const payload: [string, string][] = [];
    for (const name of ['extensionDevelopmentPath', 'extensionTestsPath'] as const) {
      const path = options[name];
      if (path !== undefined) payload.push([name, remote(path)]);
    }
    const query = new URLSearchParams(
      options.folder === undefined ? { ew: 'true' } : { folder: options.folder },
    );
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `http://${authority}/?${query.toString()}`;
  }
}

function section(title: string, lines: readonly string[]): string {
  return [`--- ${title}`, ...lines].join('\n');
}
