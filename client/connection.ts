import { type CancellationToken, EventEmitter, window } from 'vscode';
import { stackOf } from '../server/domain/fault.ts';
import type { JournalEntry } from '../server/domain/journal.ts';
import type { Method, Params, Result } from '../server/protocol/messages.ts';
import type { RuntimeTestEvent, RuntimeTestParams } from '../server/protocol/runtimeTest.ts';
import { runtimeTestMethod, type RuntimeTestResult } from '../server/protocol/runtimeTestRequest.ts';
import type { RadarOutlook } from '../server/protocol/radar.ts';
import type { OpenTerminalParams } from '../server/protocol/session.ts';
import { Disposables } from './disposables.ts';
import { notRunning } from './failure.ts';
import type { Answer, LanguageServer, StartLanguageServer, TownNews, WindowFacts } from './languageServer.ts';

/** How the window stands to its town. `untrusted` and `stopped`: no language server runs, and none is starting. */
export type TownState =
  | { readonly kind: 'untrusted' | 'stopped' | 'starting' | 'no-town' }
  | { readonly kind: 'connecting' | 'connected' | 'lost'; readonly town: string }
  /** With `stopped`: a person stopped the town, and starts it again. */
  | { readonly kind: 'failed'; readonly message: string; readonly stopped?: boolean };

/** A person stopped the town: nothing of it works, and nobody is waited for. */
export function isStopped(state: TownState): boolean {
  return state.kind === 'failed' && state.stopped === true;
}

export type Ask = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;

/** What the connection is made with; tests give their own. */
export interface ConnectionParts {
  readonly start: StartLanguageServer;
  readonly facts: () => WindowFacts;
  readonly openTerminal: (request: OpenTerminalParams) => Promise<{ readonly processId?: number }>;
  readonly showTerminal: Answer<'session/show'>;
  readonly typeInTerminal: Answer<'session/type'>;
  readonly log: (text: string) => void;
  /** The wait before each new start of a language server that ends by itself; after the last it is given up. */
  readonly pausesMs?: readonly number[];
}

const usualPausesMs = [0, 1000, 2000, 4000, 8000, 16_000];

/** One that ran this long and then ended counts as the first to end. */
const steadyMs = 60_000;

/** How long a command waits for the town. A cold start of both servers takes about a second. */
const settleMs = 15_000;

/** One run of the language server, and what ends with it. */
interface Run {
  readonly held: Disposables;
  readonly startedAt: number;
  readonly facts: WindowFacts;
  server?: LanguageServer;
  wasConnected: boolean;
}

/** The window's way to its town: starts the language server, starts it again when it ends, says how things stand. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #states = new EventEmitter<TownState>();
  readonly #changes = new EventEmitter<JournalEntry>();
  readonly #resyncs = new EventEmitter<void>();
  readonly #radar = new EventEmitter<RadarOutlook>();
  readonly #untold = new EventEmitter<readonly string[]>();
  readonly #tests = new EventEmitter<RuntimeTestEvent>();
  #state: TownState = { kind: 'stopped' };
  #run: Run | undefined;
  #restarting: Promise<void> | undefined;
  #wanted = false;
  #ends = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  readonly onDidChangeState = this.#states.event;
  /** One committed transaction of the town. */
  readonly onDidChangeTown = this.#changes.event;
  /** The town is connected, and what was read of it before may be out of date. */
  readonly onDidResync = this.#resyncs.event;
  /** What the radar sees in a rig is another. */
  readonly onDidChangeRadar = this.#radar.event;
  /** Items that another window told of, which was closed. */
  readonly onDidUntell = this.#untold.event;
  /** Something was seen of the runtime that is being tested. */
  readonly onDidTestRuntime = this.#tests.event;

  get state(): TownState {
    return this.#state;
  }

  /** The town that the setting named when the language server was started. */
  get wantedTown(): string | undefined {
    return this.#run?.facts.town;
  }

  /** The state, once nothing is under way to another one; after the deadline, the state as it is then. */
  async settled(withinMs = settleMs): Promise<TownState> {
    if (!isPassing(this.#state)) return this.#state;
    return await new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        listener.dispose();
        resolve(this.#state);
      };
      const timer = setTimeout(finish, withinMs);
      const listener = this.#states.event((state) => {
        if (!isPassing(state)) finish();
      });
    });
  }

  /** Refused as the town refuses, and with `unavailable` where no language server runs. */
  readonly ask: Ask = async <M extends Method>(method: M, params: Params<M>) =>
    (await this.#request(`gastown/${method}`, params)) as Result<M>;

  /** Makes a town in that folder (an absolute path) and connects to it. */
  async createTown(path: string): Promise<void> {
    await this.#request('gastown/town/create', { path });
  }

  /** Starts a town that was stopped. */
  async startTown(): Promise<void> {
    await this.#request('gastown/town/start', {});
  }

  /** Takes a runtime through the contract, in a town of its own. What is seen meanwhile comes as `onDidTestRuntime`. */
  async testRuntime(params: RuntimeTestParams, token: CancellationToken): Promise<RuntimeTestResult> {
    return (await this.#request(`gastown/${runtimeTestMethod}`, params, token)) as RuntimeTestResult;
  }

  /** Ends the language server where one runs, and starts one. Calls made meanwhile share one further restart. Never rejects. */
  restart(): Promise<void> {
    this.#ends = 0;
    return this.#restart();
  }

  /** For good. Resolves when the language server has ended. */
  async stop(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#pause);
    await this.#restarting;
    await this.#end();
    const ends = [this.#states, this.#changes, this.#resyncs, this.#radar, this.#untold, this.#tests];
    for (const emitter of ends) emitter.dispose();
  }

  #restart(): Promise<void> {
    clearTimeout(this.#pause);
    this.#wanted = true;
    this.#restarting ??= this.#whileWanted().finally(() => (this.#restarting = undefined));
    return this.#restarting;
  }

  async #whileWanted(): Promise<void> {
    while (this.#wanted && !this.#disposed) {
      this.#wanted = false;
      await this.#end();
      await this.#begin();
    }
  }

  async #begin(): Promise<void> {
    const facts = this.#parts.facts();
    if (!facts.trusted) return this.#become({ kind: 'untrusted' });
    const run: Run = { held: new Disposables(), startedAt: Date.now(), facts, wasConnected: false };
    this.#run = run;
    this.#parts.log(`Language server: starts${facts.town === undefined ? '' : ` for ${facts.town}`}`);
    if (this.#state.kind !== 'lost') this.#become({ kind: 'starting' });
    try {
      run.server = await this.#parts.start(facts, {
        onTown: (news) => this.#run === run && this.#heard(run, news),
        onChange: (entry) => this.#run === run && this.#changes.fire(entry),
        onRadar: (outlook) => this.#run === run && this.#radar.fire(outlook),
        onUntold: (items) => this.#run === run && this.#untold.fire(items),
        onRuntimeTest: (event) => this.#run === run && this.#tests.fire(event),
        onOpenTerminal: (request) => this.#parts.openTerminal(request),
        onShowTerminal: (place) => this.#parts.showTerminal(place),
        onType: (params) => this.#parts.typeInTerminal(params),
        onEnd: () => this.#ended(run, 'It ended.'),
      });
      run.held.add(window.onDidChangeWindowState(() => this.#sayWindow(run)));
      this.#sayWindow(run);
    } catch (error) {
      this.#ended(run, stackOf(error));
    }
  }

  async #end(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    run?.held.dispose();
    await run?.server?.stop();
  }

  #ended(run: Run, why: string): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    run.held.dispose();
    this.#ends = Date.now() - run.startedAt > steadyMs ? 1 : this.#ends + 1;
    const pause = (this.#parts.pausesMs ?? usualPausesMs)[this.#ends - 1];
    this.#parts.log(`Language server: ${why}`);
    if (pause === undefined) {
      return this.#become({ kind: 'failed', message: 'The language server ends again and again.' });
    }
    if (this.#state.kind === 'connected') this.#become({ kind: 'lost', town: this.#state.town });
    this.#pause = setTimeout(() => void this.#restart(), pause);
  }

  #heard(run: Run, news: TownNews): void {
    const { town = '' } = news;
    this.#parts.log(`Town: ${news.state} ${town} ${news.message ?? ''}`.trimEnd());
    if (news.state === 'connected') {
      this.#become({ kind: 'connected', town });
      if (news.resync === true || !run.wasConnected) this.#resyncs.fire();
      run.wasConnected = true;
    } else if (news.state === 'failed') {
      const { message = '', stopped = false } = news;
      this.#become({ kind: 'failed', message, ...(stopped ? { stopped } : {}) });
    } else if (news.state === 'no-town') this.#become({ kind: 'no-town' });
    else this.#become({ kind: news.state, town });
  }

  #sayWindow({ server }: Run): void {
    server?.notify('gastown/window', {
      focused: window.state.focused,
      trusted: this.#parts.facts().trusted,
    });
  }

  #become(state: TownState): void {
    this.#state = state;
    this.#states.fire(state);
  }

  async #request(method: string, params: unknown, token?: CancellationToken): Promise<unknown> {
    const server = this.#run?.server;
    if (!server) throw notRunning();
    return await server.request(method, params, token);
  }
}

function isPassing({ kind }: TownState): boolean {
  return kind === 'starting' || kind === 'connecting' || kind === 'lost';
}
