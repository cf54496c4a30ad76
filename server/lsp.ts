import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CancellationToken,
  createConnection,
  type ExecuteCommandParams,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  MessageType,
  ResponseError,
} from 'vscode-languageserver/node';
import { messageOf } from './domain/fault.ts';
import { givenOf } from './domain/givenPreset.ts';
import { Refusal } from './domain/refusal.ts';
import { editorOptions, type EditorOptions, isRecord, recordOf } from './protocol/editorOptions.ts';
import { access } from './protocol/access.ts';
import { errorCodes, type RefusalData } from './protocol/hello.ts';
import type { Method, Params } from './protocol/messages.ts';
import { createMethod, isOwn, type OwnMethod, ownMethods, startMethod } from './protocol/ownMethods.ts';
import type { RuntimeTestEvent, RuntimeTestParams } from './protocol/runtimeTest.ts';
import {
  checkRuntimeTest,
  runtimeTestMethod,
  runtimeTestNotification,
  type RuntimeTestResult,
} from './protocol/runtimeTestRequest.ts';
import type { OpenTerminalParams } from './protocol/session.ts';
import { Unreached } from './rpc/failure.ts';
import { FollowedTown, type TownNews } from './rpc/followedTown.ts';

type LanguageConnection = ReturnType<typeof createConnection>;

export interface LanguageServerParts {
  readonly version: string;
  /** Path of dist/server.cjs, to start a town server with. */
  readonly serverProgram: string;
  /** Makes a town in a folder. Throws a `Refusal` where it cannot. */
  createTown(path: string): Promise<unknown>;
  /**
   * Takes a runtime through the contract in a throw-away town, in terminals that the editor opens, and tells what it sees; `stop` ends
   * it early. Throws a `Refusal` where it cannot begin. That the contract does not hold is a result.
   */
  testRuntime(
    params: RuntimeTestParams,
    emit: (event: RuntimeTestEvent) => void,
    stop: AbortSignal,
    openTerminal?: (params: OpenTerminalParams) => Promise<{ readonly processId?: number }>,
  ): Promise<boolean>;
}

/** Requests that begin with this go to the town. */
const prefix = 'gastown/';

/** Of an editor that has no name for its window. */
const ownWindow = String(process.ppid);

type Asked = Method | OwnMethod;

/** Speaks LSP over this process's standard streams until the editor says exit. The town lives on without it. */
export function startLanguageServer(parts: LanguageServerParts): void {
  const connection = createConnection(process.stdin, process.stdout);
  const window = new Window(connection, parts);
  connection.onInitialize((params) => window.initialize(params));
  connection.onInitialized(() => window.begin());
  connection.onExecuteCommand((params, token) => window.execute(params, token));
  connection.onNotification(`${prefix}window`, (place: unknown) => window.place(place));
  connection.onRequest((method, params, token) => window.request(method, params, token));
  connection.onShutdown(() => window.end());
  connection.listen();
}

/** One editor window: what it said of itself, and its town. */
class Window {
  readonly #connection: LanguageConnection;
  readonly #parts: LanguageServerParts;
  readonly #town: FollowedTown;
  #options: EditorOptions = editorOptions(undefined, ownWindow);
  #folder = process.cwd();
  #focused = true;
  #trusted = true;
  /** Set while a runtime is tested: one at a time, since the events do not say whose they are. */
  #testing: AbortController | undefined;

  constructor(connection: LanguageConnection, parts: LanguageServerParts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#town = new FollowedTown({
      serverProgram: parts.serverProgram,
      version: parts.version,
      greet: async (client) => {
        for (const method of ['session/open', 'session/show', 'session/type'] as const)
          client.onRequest(method, (params) => connection.sendRequest(`${prefix}${method}`, params));
        client.onNotification('radar/changed', (outlook) => {
          void connection.sendNotification(`${prefix}radar/changed`, outlook);
        });
        client.onNotification('attention/untold', (told) => {
          void connection.sendNotification(`${prefix}attention/untold`, told);
        });
        if (this.#isVsCode) await client.request('host/offer', this.#offered);
      },
      onNews: (news) => this.#tell(news),
      onChange: (entry) => void connection.sendNotification(`${prefix}town/changed`, entry),
    });
  }

  initialize(params: InitializeParams): InitializeResult {
    this.#options = editorOptions(params.initializationOptions, ownWindow);
    this.#trusted = isRecord(params.initializationOptions)
      ? params.initializationOptions['trusted'] !== false
      : true;
    this.#folder = folderOf(params) ?? this.#folder;
    const own = this.#isVsCode ? {} : { executeCommandProvider: { commands: Object.keys(commands) } };
    return {
      capabilities: { ...own, workspace: { workspaceFolders: { supported: true } } },
      serverInfo: { name: 'gastown', version: this.#parts.version },
    };
  }

  begin(): void {
    this.#town.find({
      townVariable: this.#options.town ?? process.env['GT_TOWN'],
      directory: this.#folder,
      home: homedir(),
    });
  }

  /** A command of `workspace/executeCommand`: the town's request of that name, with its params as the one argument. */
  async execute(params: ExecuteCommandParams | undefined, token: CancellationToken): Promise<unknown> {
    const command = String(params?.command);
    const given: unknown = params?.arguments ?? [];
    const method = commands[command];
    if (method === undefined) throw refused('not-found', `There is no command ${command}.`);
    if (!Array.isArray(given) || given.length > 1)
      throw refused('invalid', `${command} takes one argument: an object.`, 'arguments');
    return await this.#carryOut(method, given[0], token);
  }

  async request(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const wanted = method.slice(prefix.length);
    if (!method.startsWith(prefix) || !(isMethod(wanted) || isOwn(wanted)))
      throw new ResponseError(-32601, `There is no request ${method}.`);
    return await this.#carryOut(wanted, params, token);
  }

  place(place: unknown): void {
    if (!isRecord(place)) return;
    this.#focused = typeof place['focused'] === 'boolean' ? place['focused'] : this.#focused;
    this.#trusted = typeof place['trusted'] === 'boolean' ? place['trusted'] : this.#trusted;
    if (!this.#isVsCode || !this.#town.isConnected) return;
    // Where it breaks, the next connection offers again.
    this.#town.request('host/offer', this.#offered).catch(() => undefined);
  }

  end(): void {
    this.#testing?.abort();
    this.#town.close();
  }

  get #isVsCode(): boolean {
    return this.#options.host === 'vscode';
  }

  get #offered(): Params<'host/offer'> {
    return { window: this.#options.window, trusted: this.#trusted, focused: this.#focused };
  }

  #carryOut(method: Asked, given: unknown, token: CancellationToken): Promise<unknown> {
    const params = recordOf(given);
    if (!params) throw refused('invalid', 'The params must be an object.', 'params');
    return answering(async (): Promise<unknown> => {
      if (method === createMethod) return await this.#create(params['path']);
      if (method === runtimeTestMethod) return await this.#test(params, token);
      if (method === startMethod) return this.#town.wake();
      // A window reads by itself whenever something changed: that must not undo what a person did.
      if (this.#isVsCode) this.#town.refuseToWake();
      return await this.#town.request(method, params);
    });
  }

  async #create(given: unknown): Promise<{ readonly path: string }> {
    if (typeof given !== 'string' || given === '')
      throw new Refusal('invalid', 'path: must be the path of a folder', { field: 'path' });
    const path = resolve(this.#folder, given);
    await this.#parts.createTown(path);
    this.#town.follow(path);
    return { path };
  }

  async #test(
    given: Readonly<Record<string, unknown>>,
    token: CancellationToken,
  ): Promise<RuntimeTestResult> {
    const checked = checkRuntimeTest(given);
    if ('problem' in checked)
      throw new Refusal('invalid', `${checked.field}: ${checked.problem}`, { field: checked.field });
    if (this.#testing)
      throw new Refusal('in-use', 'A runtime is being tested already.', {
        next: 'Wait for it, or cancel it.',
      });
    const stop = new AbortController();
    this.#testing = stop;
    const cancelled = token.onCancellationRequested(() => stop.abort());
    let result: RuntimeTestResult | undefined;
    try {
      const emit = (event: RuntimeTestEvent): void => {
        if (event.event === 'result') result = event;
        void this.#connection.sendNotification(runtimeTestNotification, event);
      };
      const params = await this.#withOwnPreset(checked.value);
      await this.#parts.testRuntime(params, emit, stop.signal, this.#openTerminal);
    } catch (error) {
      if (stop.signal.aborted)
        throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The test was cancelled.');
      throw error;
    } finally {
      cancelled.dispose();
      this.#testing = undefined;
    }
    if (!result) throw new Error('The test ended without a result.');
    return result;
  }

  /** The scratch town knows only the built-in ones, and no settings. */
  async #withOwnPreset(params: RuntimeTestParams): Promise<RuntimeTestParams> {
    if (!this.#town.isConnected) return params;
    const { preset, builtIn } = await this.#town.request('runtime/get', { runtime: params.runtime });
    const { commands = {} } = await this.#town.request('town/get', {});
    const command = Object.hasOwn(commands, preset.id) ? commands[preset.id] : undefined;
    return {
      ...params,
      ...(builtIn ? {} : { runtime: preset.id, preset: givenOf(preset) }),
      ...(command === undefined ? {} : { command }),
    };
  }

  /** Of an editor that opens terminals for sessions. */
  get #openTerminal():
    | ((params: OpenTerminalParams) => Promise<{ readonly processId?: number }>)
    | undefined {
    if (!this.#isVsCode || !this.#trusted) return undefined;
    return (params) => this.#connection.sendRequest(`${prefix}session/open`, params);
  }

  #tell(news: TownNews): void {
    void this.#connection.sendNotification(`${prefix}state`, news);
    if (this.#isVsCode) return;
    const message = news.message === undefined ? '' : `: ${news.message}`;
    const line = `gastown: ${news.state} (${news.town ?? this.#folder})${message}`;
    void this.#connection.sendNotification('window/logMessage', { type: MessageType.Info, message: line });
  }
}

/** `gastown.rig.list` → `rig/list`: what a person may ask, for editors that have only `workspace/executeCommand`. */
const commands: Readonly<Record<string, Asked>> = Object.fromEntries(
  ([...ownMethods, ...Object.keys(access)] as Asked[])
    .filter((method) => isOwn(method) || (access[method] !== 'session' && method !== 'host/offer'))
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
    if (error instanceof ResponseError) throw error;
    if (error instanceof Unreached) throw refused('unavailable', error.message);
    throw new ResponseError(errorCodes.fault, messageOf(error));
  }
}

function refused(code: string, sentence: string, field?: string): ResponseError<RefusalData> {
  return new ResponseError(errorCodes.refusal, sentence, { code, ...(field === undefined ? {} : { field }) });
}

/** The first folder of the workspace, also as older clients say it. */
function folderOf({ workspaceFolders, rootUri }: InitializeParams): string | undefined {
  const uri = workspaceFolders?.[0]?.uri ?? rootUri;
  try {
    return uri?.startsWith('file:') ? fileURLToPath(uri) : undefined;
  } catch {
    // Another machine's file, or no file that there could be.
    return undefined;
  }
}
