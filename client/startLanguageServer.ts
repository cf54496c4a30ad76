import type { LogOutputChannel } from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn } from 'vscode-languageclient/node';
import type { AttentionNotifications } from '../server/protocol/attention.ts';
import type { JournalEntry } from '../server/domain/journal.ts';
import type { RuntimeTestEvent } from '../server/protocol/runtimeTest.ts';
import { runtimeTestNotification } from '../server/protocol/runtimeTestRequest.ts';
import type { RadarOutlook } from '../server/protocol/radar.ts';
import type { OpenTerminalParams } from '../server/protocol/session.ts';
import { failureOf } from './failure.ts';
import type { LanguageServer, Listeners, TownNews, WindowFacts } from './languageServer.ts';

/** A language server that was asked to end gets this long before its process is ended. */
const stopMs = 2000;

/** What is the same for every start: the bundled program, and where to log. */
export interface LanguageServerProgram {
  readonly path: string;
  readonly log: LogOutputChannel;
}

/**
 * Starts the bundled language server over stdio. In a desktop editor `process.execPath` is Electron, which is a Node only when told
 * so; the server takes that variable out of its environment before it starts anything.
 */
export async function startLanguageServer(
  { path, log }: LanguageServerProgram,
  facts: WindowFacts,
  listeners: Listeners,
): Promise<LanguageServer> {
  let life: 'starting' | 'running' | 'stopping' = 'starting';
  const options = { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } };
  const program = { command: process.execPath, args: [path, 'lsp', '--stdio'], options };
  const client = new LanguageClient('gastown', 'Gas Town', program, {
    initializationOptions: facts,
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: () => false,
    // Starting again is the connection's business: the client's own way gives up in silence after four times.
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed() {
        if (life === 'running') listeners.onEnd();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  });
  listen(client, listeners);
  await client.start();
  if (!client.isRunning()) throw new Error('The language server ended while it was starting.');
  life = 'running';
  return {
    async request(method, params, token) {
      try {
        // A token that is not there would count as a second parameter.
        if (!token) return await client.sendRequest<unknown>(method, params);
        return await client.sendRequest<unknown>(method, params, token);
      } catch (error) {
        throw failureOf(error);
      }
    },
    notify(method, params) {
      if (life !== 'running') return;
      client.sendNotification(method, params).catch((error: unknown) => log.debug(String(error)));
    },
    async stop() {
      life = 'stopping';
      try {
        if (client.needsStop()) await client.dispose(stopMs);
      } catch (error) {
        // It went by itself meanwhile, or had to be ended: either way it is gone.
        log.debug(`The language server did not stop in order: ${String(error)}`);
      }
    },
  };
}

function listen(client: LanguageClient, listeners: Listeners): void {
  client.onNotification('gastown/state', (news: TownNews) => listeners.onTown(news));
  client.onNotification('gastown/town/changed', (entry: JournalEntry) => listeners.onChange(entry));
  client.onNotification('gastown/radar/changed', (outlook: RadarOutlook) => listeners.onRadar(outlook));
  client.onNotification('gastown/attention/untold', ({ items }: AttentionNotifications['attention/untold']) =>
    listeners.onUntold(items),
  );
  client.onNotification(runtimeTestNotification, (event: RuntimeTestEvent) => listeners.onRuntimeTest(event));
  client.onRequest('gastown/session/open', (request: OpenTerminalParams) =>
    listeners.onOpenTerminal(request),
  );
  client.onRequest('gastown/session/show', listeners.onShowTerminal);
  client.onRequest('gastown/session/type', listeners.onType);
}
