import {
  type Disposable,
  env,
  type ExtensionContext,
  type LogOutputChannel,
  window,
  workspace,
  type Memento,
} from 'vscode';
import { registerCommands } from './commands.ts';
import { Activity, followActivity } from './activity.ts';
import { showCollisions } from './collisions.ts';
import { Connection } from './connection.ts';
import { Disposables } from './disposables.ts';
import { registerDocuments } from './documents.ts';
import { TerminalEnvironment } from './environment.ts';
import { tellLanded } from './landedConvoys.ts';
import { GateDocuments, gatesScheme } from './gateDocuments.ts';
import type { StartLanguageServer, WindowFacts } from './languageServer.ts';
import { Model } from './model.ts';
import { Notices } from './notices.ts';
import { OwnRuntimes } from './ownRuntimes.ts';
import { RuntimeTests, runtimeTestScheme } from './runtimeTests.ts';
import { StatusBar } from './statusBar.ts';
import { Terminals } from './terminals.ts';
import { Views } from './views.ts';
import { Waiting } from './waiting.ts';
import { Welcome } from './welcome.ts';

/** What this window runs, until VS Code takes it down. */
let running: { readonly connection: Connection; readonly held: Disposables } | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Gas Town', { log: true });
  context.subscriptions.push(log);
  try {
    running = compose(context, log);
  } catch (error) {
    // VS Code would keep this to itself.
    log.error(error instanceof Error ? error : String(error));
    void window.showErrorMessage('Gas Town could not start. Its log says why.');
    throw error;
  }
}

export async function deactivate(): Promise<void> {
  const { connection, held } = running ?? {};
  running = undefined;
  held?.dispose();
  await connection?.stop();
}

/** The parts of the window, in the order in which they need each other. Waits for nothing: the language server starts behind it. */
function compose(context: ExtensionContext, log: LogOutputChannel): typeof running {
  const terminals = new Terminals();
  const runtimeTests = new RuntimeTests();
  const connection = new Connection({
    start: startLazily(context.asAbsolutePath('dist/server.cjs'), log),
    facts: windowFacts,
    openTerminal: (request) => terminals.open(request),
    showTerminal: (place) => terminals.show(place),
    typeInTerminal: (params) => terminals.type(params),
    log: (text) => log.info(text),
  });
  const model = new Model(connection.ask, (text) => log.warn(text));
  const ownRuntimes = new OwnRuntimes(connection.ask, (text) => log.warn(text));
  const gates = new GateDocuments(connection.ask);
  const welcome = new Welcome();
  welcome.show(connection.state, model);
  const views = new Views(model, new Activity(connection.ask, (text) => log.warn(text)));
  const notices = noticesOf(context, connection, log);
  const statusBar = new StatusBar();
  const environment = new TerminalEnvironment(context.environmentVariableCollection);
  const show = (): void => {
    welcome.show(connection.state, model);
    views.show(connection.state);
    statusBar.show(model, connection.state);
    notices.show(model);
  };
  const waiting = new Waiting((item) => views.reveal(item));
  terminals.start();
  const held = new Disposables();
  held.add(
    terminals,
    runtimeTests,
    gates,
    model,
    views,
    statusBar,
    model.onDidChange(show),
    ...showCollisions(connection, model, log),
    ...followActivity(connection, views.activity),
    connection.onDidChangeTown((entry) => model.take(entry)),
    connection.onDidChangeTown(tellLanded),
    connection.onDidChangeTown((entry) => gates.take(entry)),
    connection.onDidUntell((items) => notices.untold(items)),
    connection.onDidResync(() => {
      notices.register();
      void ownRuntimes.give();
      model.refresh().catch((error: unknown) => log.error(`Reading the town failed: ${String(error)}`));
    }),
    connection.onDidChangeState((state) => {
      if (state.kind === 'connected' && environment.show(state.town)) model.forget();
      if (state.kind === 'no-town' || state.kind === 'untrusted') model.forget();
      show();
    }),
    ...registerDocuments(connection.ask, { [runtimeTestScheme]: runtimeTests, [gatesScheme]: gates }),
    ...followWindow({ connection, model, ownRuntimes, log }),
    ...registerCommands({ connection, model, terminals, runtimeTests, views, waiting, log }),
  );
  void connection.restart();
  return { connection, held };
}

interface Followed {
  readonly connection: Connection;
  readonly model: Model;
  readonly ownRuntimes: OwnRuntimes;
  readonly log: LogOutputChannel;
}

/** What happens around the town: the window comes back, the workspace is trusted, a setting changes. */
function followWindow({ connection, model, ownRuntimes, log }: Followed): Disposable[] {
  return [
    window.onDidChangeWindowState(({ focused }) => {
      // Somebody who installs a runtime does it elsewhere, and comes back.
      if (focused && model.lacksRuntime) model.refresh().catch((error: unknown) => log.warn(String(error)));
    }),
    workspace.onDidGrantWorkspaceTrust(() => void connection.restart()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('gastown.runtimes') && connection.state.kind === 'connected')
        void ownRuntimes.give();
      if (event.affectsConfiguration('gastown.town') && isElsewhere(connection)) void connection.restart();
    }),
  ];
}

/** The language client is large, and the window is up before it is needed. */
function startLazily(path: string, log: LogOutputChannel): StartLanguageServer {
  return async (facts, listeners) => {
    // Not in the same turn: activation would have to wait for it to be compiled.
    await new Promise((resolve) => setImmediate(resolve));
    const { startLanguageServer } = await import('./startLanguageServer.ts');
    return await startLanguageServer({ path, log }, facts, listeners);
  };
}

function windowFacts(): WindowFacts {
  const town = configuredTown();
  return {
    host: 'vscode',
    window: env.sessionId,
    trusted: workspace.isTrusted,
    ...(town === '' ? {} : { town }),
  };
}

function noticesOf(context: ExtensionContext, { ask }: Connection, log: LogOutputChannel): Notices {
  return new Notices(context.globalState, {
    ask,
    window: windowName(context.workspaceState),
    isFocused: () => window.state.focused,
    log: (text) => log.warn(text),
  });
}

/** A name that a window keeps when it is loaded anew: `env.sessionId` is another then. */
function windowName(memory: Memento): string {
  const key = 'window';
  const name = memory.get<string>(key) ?? crypto.randomUUID();
  void memory.update(key, name);
  return name;
}

function configuredTown(): string {
  return workspace.getConfiguration('gastown').get<string>('town', '').trim();
}

/** Whether the setting names another town than the one that is connected, or on its way. */
function isElsewhere({ state, wantedTown }: Connection): boolean {
  const configured = configuredTown();
  return configured !== (wantedTown ?? '') && !('town' in state && state.town === configured);
}
