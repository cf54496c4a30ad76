import type { CancellationToken } from 'vscode';
import type { JournalEntry } from '../server/domain/journal.ts';
import type { ClientMethod, ClientRequests } from '../server/protocol/messages.ts';
import type { RuntimeTestEvent } from '../server/protocol/runtimeTest.ts';
import type { RadarOutlook } from '../server/protocol/radar.ts';
import type { OpenTerminalParams } from '../server/protocol/session.ts';

/** What the language server says of the town: `gastown/state`. */
export interface TownNews {
  readonly state: 'no-town' | 'connecting' | 'connected' | 'lost' | 'failed';
  /** The town's folder. */
  readonly town?: string;
  readonly message?: string;
  /** Entries may be missing: lists that were read are to be read again. */
  readonly resync?: boolean;
  /** With `failed`: a person stopped the town. */
  readonly stopped?: boolean;
}

/** What the language server is told when it starts, as its `initializationOptions`. */
export interface WindowFacts {
  readonly host: 'vscode';
  /** The folder that the setting names. */
  readonly town?: string;
  /** The window's own name for itself. */
  readonly window: string;
  readonly trusted: boolean;
}

/** What the town asks of the window, and what the window answers. */
export type Answer<M extends ClientMethod> = (
  params: ClientRequests[M]['params'],
) => Promise<ClientRequests[M]['result']>;

/** What one run of the language server tells the window, and asks of it. */
export interface Listeners {
  onTown(news: TownNews): void;
  onChange(entry: JournalEntry): void;
  onRadar(outlook: RadarOutlook): void;
  /** The window that told of these items was closed. */
  onUntold(items: readonly string[]): void;
  onOpenTerminal(request: OpenTerminalParams): Promise<{ readonly processId?: number }>;
  onShowTerminal: Answer<'session/show'>;
  onType: Answer<'session/type'>;
  /** What is seen of the runtime that is being tested. */
  onRuntimeTest(event: RuntimeTestEvent): void;
  /** It ended without having been stopped. */
  onEnd(): void;
}

/** One run of the language server. */
export interface LanguageServer {
  /** Rejects with what `failureOf` gives. */
  request(method: string, params: unknown, token?: CancellationToken): Promise<unknown>;
  notify(method: string, params: unknown): void;
  /** Never rejects. */
  stop(): Promise<void>;
}

/** Starts a run; rejects where the process cannot be started or does not speak. */
export type StartLanguageServer = (facts: WindowFacts, listeners: Listeners) => Promise<LanguageServer>;
