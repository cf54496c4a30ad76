import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createConnection,
  type ExecuteCommandParams,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
} from 'vscode-languageserver/node';
import { Refusal } from './domain/refusal.ts';
import { access } from './protocol/access.ts';
import { findTown, townPaths } from './protocol/address.ts';
import { errorCodes, type RefusalData } from './protocol/hello.ts';
import type { Method, Params } from './protocol/messages.ts';
import { reachTown } from './rpc/reach.ts';
import { ReconnectingTown } from './rpc/reconnecting.ts';

type LanguageConnection = ReturnType<typeof createConnection>;

export interface LanguageServerParts {
  readonly version: string;
  /** Path of dist/server.cjs, to start a town server with. */
  readonly serverProgram: string;
  /** Makes a town in a folder. Throws a `Refusal` where it cannot. */
  createTown(path: string): Promise<unknown>;
}

/** What an editor says of itself in `initializationOptions`; every part may be absent. */
interface EditorOptions {
  /** `vscode` offers to host terminals and has commands of its own. */
  readonly host?: string;
  /** The folder of the town; else it is found as `gt` finds it, from the workspace's folder. */
  readonly town?: string;
  /** The window's own name for itself. */
  readonly window?: string;
  readonly trusted?: boolean;
}

/** Told to the editor as `gastown/state`. With `resync`, all lists are to be read again. */
interface TownState {
  readonly state: 'no-town' | 'connecting' | 'connected' | 'lost' | 'failed';
  readonly town?: string;
  readonly message?: string;
  readonly resync?: boolean;
}

/** Requests that begin with this go to the town. */
const prefix = 'gastown/';

/** Speaks LSP over this process's standard streams until the editor says exit. The town lives on without it. */
export function startLanguageServer(parts: LanguageServerParts): void {
  const connection = createConnection(process.stdin, process.stdout);
  const window = new Window(connection, parts);
  connection.onInitialize((params) => window.initialize(params));
  connection.onInitialized(() => window.begin());
  connection.onExecuteCommand((params) => window.execute(params));
  connection.onNotification(`${prefix}window`, (place: { focused?: boolean; trusted?: boolean }) =>
    window.place(place),
  );
  connection.onRequest((method, params) => window.request(method, params));
  connection.onShutdown(() => window.end());
  connection.listen();
}

/** One editor window: its place in the world, and its connection to the town. */
class Window {
  readonly #connection: LanguageConnection;
  readonly #parts: LanguageServerParts;
  #options: EditorOptions = {};
  #folder = process.cwd();
  #focused = true;
  #trusted = true;
  #town: ReconnectingTown | undefined;
  #path: string | undefined;

  constructor(connection: LanguageConnection, parts: LanguageServerParts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  initialize(params: InitializeParams): InitializeResult {
    const options: unknown = params.initializationOptions;
    if (typeof options === 'object' && options !== null) this.#options = options;
    this.#trusted = this.#options.trusted !== false;
    const [folder] = params.workspaceFolders ?? [];
    if (folder?.uri.startsWith('file://')) this.#folder = fileURLToPath(folder.uri);
    const own = this.#isVsCode ? {} : { executeCommandProvider: { commands: Object.keys(commands) } };
    return {
      capabilities: { ...own, workspace: { workspaceFolders: { supported: true } } },
      serverInfo: { name: 'gastown', version: this.#parts.version },
    };
  }

  begin(): void {
    const { town } = this.#options;
    const variable = town !== undefined && town !== '' ? town : process.env['GT_TOWN'];
    const place = { townVariable: variable, directory: this.#folder, home: homedir() };
    const path = findTown(place, (folder) => existsSync(join(folder, '.gastown')));
    if (path === undefined || !existsSync(townPaths(path).state)) {
      this.#tell({ state: 'no-town', ...(path === undefined ? {} : { town: path }) });
      return;
    }
    this.#connect(path);
  }

  /** A command of `workspace/executeCommand`: the town's request of that name, with its params as the one argument. */
  async execute({ command, arguments: given = [] }: ExecuteCommandParams): Promise<unknown> {
    const method = commands[command];
    if (method === undefined) {
      throw new ResponseError(errorCodes.refusal, `There is no command ${command}.`, { code: 'not-found' });
    }
    return await this.#ask(method, given[0] ?? {});
  }

  async request(method: string, params: unknown): Promise<unknown> {
    if (method === `${prefix}town/create`) return await this.#create(params);
    const wanted = method.slice(prefix.length);
    if (!method.startsWith(prefix) || !isMethod(wanted)) {
      throw new ResponseError(-32601, `There is no request ${method}.`);
    }
    return await this.#ask(wanted, params ?? {});
  }

  place({ focused, trusted }: { readonly focused?: boolean; readonly trusted?: boolean }): void {
    this.#focused = focused ?? this.#focused;
    this.#trusted = trusted ?? this.#trusted;
    if (this.#isVsCode && this.#town?.state === 'connected') void this.#offer().catch(() => undefined);
  }

  end(): void {
    this.#town?.close();
  }

  get #isVsCode(): boolean {
    return this.#options.host === 'vscode';
  }

  #connect(path: string): void {
    this.#town?.close();
    this.#path = path;
    this.#town = new ReconnectingTown({
      connect: () =>
        reachTown({
          town: path,
          client: 'language-server',
          start: true,
          serverProgram: this.#parts.serverProgram,
          version: this.#parts.version,
        }),
      greet: async (client) => {
        client.onRequest('session/open', (params) =>
          this.#connection.sendRequest(`${prefix}session/open`, params),
        );
        if (this.#isVsCode) await client.request('host/offer', this.#offered);
      },
      subscription: {
        changed: (entry) => void this.#connection.sendNotification(`${prefix}town/changed`, entry),
        resync: () => this.#tell({ state: 'connected', town: path, resync: true }),
      },
      onState: (state, reason) => {
        // Connected is told with the resync, or here, when nothing was missed.
        if (state !== 'closed')
          this.#tell({ state, town: path, ...(reason === undefined ? {} : { message: reason }) });
      },
    });
  }

  async #create(params: unknown): Promise<{ readonly path: string }> {
    const path = (params as { readonly path?: unknown } | undefined)?.path;
    if (typeof path !== 'string' || path === '') {
      throw new ResponseError(errorCodes.refusal, 'path: must not be empty', {
        code: 'invalid',
        field: 'path',
      });
    }
    await answering(() => this.#parts.createTown(path));
    this.#connect(path);
    return { path };
  }

  #ask(method: Method, params: unknown): Promise<unknown> {
    return answering(async () => {
      const town = this.#town;
      if (!town)
        throw new Refusal('unavailable', 'There is no town here yet.', {
          next: 'Create one, or open its folder.',
        });
      return await town.request(method, params as Params<Method>);
    });
  }

  get #offered(): { readonly window: string; readonly trusted: boolean; readonly focused: boolean } {
    return {
      window: this.#options.window ?? String(process.ppid),
      trusted: this.#trusted,
      focused: this.#focused,
    };
  }

  async #offer(): Promise<void> {
    await this.#town?.request('host/offer', this.#offered);
  }

  #tell(state: TownState): void {
    void this.#connection.sendNotification(`${prefix}state`, state);
    if (this.#isVsCode) return;
    const where = state.town ?? this.#path ?? this.#folder;
    this.#connection.console.info(
      `gastown: ${state.state} (${where})${state.message ? `: ${state.message}` : ''}`,
    );
  }
}

/** `gastown.rig.list` → `rig/list`: what a person may ask, for editors that have only `workspace/executeCommand`. */
const commands: Readonly<Record<string, Method>> = Object.fromEntries(
  (Object.keys(access) as Method[])
    .filter((method) => access[method] !== 'session' && method !== 'host/offer')
    .map((method) => [`gastown.${method.replace('/', '.')}`, method]),
);

function isMethod(text: string): text is Method {
  return Object.hasOwn(access, text);
}

async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) {
      throw new ResponseError<RefusalData>(errorCodes.refusal, error.message, {
        code: error.code,
        ...error.details,
      });
    }
    throw new ResponseError(errorCodes.fault, error instanceof Error ? error.message : String(error));
  }
}
