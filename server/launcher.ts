import { stackOf } from './domain/fault.ts';
import { Refusal } from './domain/refusal.ts';
import type { LaunchSpec } from './domain/session.ts';
import { townPaths } from './protocol/address.ts';
import { readServerFile } from './rpc/call.ts';
import type { TownClient } from './rpc/client.ts';
import { Unreached } from './rpc/failure.ts';
import { reachTown } from './rpc/reach.ts';
import { ReconnectingTown } from './rpc/reconnecting.ts';
import { SpoolRelay } from './rpc/spoolRelay.ts';
import { runHuman } from './sessions/human.ts';
import { logVariable } from './sessions/processHost.ts';
import {
  readSessionFile,
  sessionFiles,
  type EndReport,
  type SessionCredentials,
} from './sessions/sessionFile.ts';
import { SessionRun, type EndAnswer, type TownLine } from './sessions/sessionRun.ts';
import { runSim } from './sessions/sim.ts';
import { socketVariable, tidyAfterTmux } from './sessions/tmuxHost.ts';
import { spawnBehind } from './sessions/spawnBehind.ts';
import { runTalk } from './sessions/talk.ts';
import { logOnly, openTerminal, type Terminal } from './sessions/terminal.ts';

/** How long the town may be away when the launcher wants its launch spec. Nothing runs yet that could be lost. */
const takeMs = 20_000;

/** A launcher without a terminal gives the town so long to come back for its report; then the report waits in its file. */
const reportMs = 10 * 60_000;

/** What the session asked through its spool when it ended; nobody may be there to read the answer. */
const lastAnswerMs = 1000;

async function main([word, ...args]: readonly string[]): Promise<number> {
  // In a desktop editor it made a Node of us; an agent's own programs must not inherit it.
  delete process.env['ELECTRON_RUN_AS_NODE'];
  const { env: environment, stdin: input, stdout: output } = process;
  if (word === tidyWord) return await tidy(args, environment);
  if (word === 'sim') return await runSim(args, { environment, directory: process.cwd(), input, output });
  if (word === 'human') return await runHuman(environment);
  if (word === 'talk') return await runTalk(environment);
  return await runSession(mindingTmux(environment));
}

async function runSession(environment: NodeJS.ProcessEnv): Promise<number> {
  const { [logVariable]: log, ...inherited } = environment;
  const hasTerminal = log === undefined && process.stdin.isTTY && process.stdout.isTTY;
  const terminal = hasTerminal ? openTerminal(process.stdin, process.stdout) : logOnly(process.stdout);
  // Ctrl-C is the runtime's.
  process.on('SIGINT', () => undefined);
  let run: SessionRun | undefined;
  for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
    process.on(
      signal,
      () => void (run?.interrupt(signal) ?? Promise.resolve()).finally(() => process.exit(0)),
    );
  }
  const sessionFile = inherited['GT_SESSION'] ?? '';
  const credentials = readSessionFile(sessionFile);
  if (!credentials)
    return await turnAway(terminal, 'This session is over; its file is gone. Nothing was started.');
  const line = new LauncherLine(credentials, (reason, graceMs) => void run?.stop(reason, graceMs));
  try {
    const spec = await line.take();
    const { end: endFile } = sessionFiles(townPaths(credentials.town).sessions, credentials.session);
    run = new SessionRun({ spec, line, terminal, sessionFile, endFile, log, environment: inherited });
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Unreached)) throw error;
    const next = error instanceof Refusal && error.details.next ? `\nNext: ${error.details.next}` : '';
    return await turnAway(terminal, `Nothing was started. ${error.message}${next}`);
  }
  await runRelayed(run, credentials);
  return 0;
}

/** For the sandboxes that forbid the session's own programs to connect. */
async function runRelayed(run: SessionRun, { town, token, session }: SessionCredentials): Promise<void> {
  const { server: serverFile } = townPaths(town);
  const { spool: folder } = run;
  const relay =
    folder === undefined ? undefined : await SpoolRelay.open({ folder, serverFile, token, session });
  await run.run();
  await relay?.close(lastAnswerMs);
}

/** As the first word: wait for the end of a tmux server, and remove its socket. */
const tidyWord = 'tidy-tmux';

/** The environment without what is for the launcher alone; in tmux, what it leaves behind is seen to when it ends. */
function mindingTmux({ [socketVariable]: socket, ...environment }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (socket !== undefined) process.on('exit', () => leaveTmux(socket, environment));
  return environment;
}

/** With the last window tmux ends, and leaves its socket. The town server removes it; where none runs, somebody has to stay behind. */
function leaveTmux(socket: string, environment: NodeJS.ProcessEnv): void {
  const { GT_TOWN: town, GT_SESSION: _session, ...rest } = environment;
  if (town !== undefined && readServerFile(townPaths(town).server)) return;
  const [, program = ''] = process.argv;
  const env = { ...rest, ELECTRON_RUN_AS_NODE: '1' };
  spawnBehind(process.execPath, [program, tidyWord, socket], env);
}

async function tidy([socket = '']: readonly string[], { PATH = '' }: NodeJS.ProcessEnv): Promise<number> {
  await tidyAfterTmux(socket, PATH);
  return 0;
}

async function turnAway(terminal: Terminal, sentence: string): Promise<number> {
  terminal.say(`${sentence}\nq closes.`);
  await terminal.ask('close');
  return 1;
}

type Stop = (reason: string, graceMs: number) => void;

/** The launcher's line to the town: open while the runtime runs, since it is the heartbeat; it comes back by itself. */
class LauncherLine implements TownLine {
  readonly #credentials: SessionCredentials;
  readonly #onStop: Stop;
  #town: ReconnectingTown | undefined;
  /** Of the runtime's process, once the town knows it. */
  #pid: number | undefined;
  /** The start that is still worth telling. */
  #current: object | undefined;
  /** All reports so far. */
  #reports: Promise<void> = Promise.resolve();

  constructor(credentials: SessionCredentials, onStop: Stop) {
    this.#credentials = credentials;
    this.#onStop = onStop;
  }

  /** Asked once: where the answer was lost on the way, the spec counts as handed out, and nothing is started. */
  async take(): Promise<LaunchSpec> {
    return await this.#open(takeMs).request('session/take', { launcherPid: process.pid });
  }

  async started(pid: number, before?: string): Promise<void> {
    const current = {};
    this.#current = current;
    // Once the end is to be told, the beginning no longer matters.
    await this.#insist(
      () => this.#current === current,
      (town) => town.request('session/started', { pid, ...(before === undefined ? {} : { before }) }),
    );
    if (this.#current === current) this.#pid = pid;
  }

  async ended(report: EndReport): Promise<EndAnswer> {
    this.#current = undefined;
    this.#pid = undefined;
    const deadline = Date.now() + reportMs;
    return await this.#insist(
      () => Date.now() < deadline,
      (town) => town.request('session/ended', report),
    );
  }

  rest(): void {
    const last = this.#reports;
    void last.then(() => {
      if (this.#reports !== last) return;
      this.#town?.close();
      this.#town = undefined;
    });
  }

  serverPid(): number | undefined {
    return readServerFile(townPaths(this.#credentials.town).server)?.pid;
  }

  /** One report after the other. The town may be away for as long as it likes; only its own word ends the asking, or `isDue`. */
  #insist<T>(isDue: () => boolean, ask: (town: ReconnectingTown) => Promise<T>): Promise<T> {
    const report = this.#reports.then(async () => {
      for (;;) {
        try {
          return await ask(this.#open());
        } catch (error) {
          if (!(error instanceof Unreached) || !isDue()) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    });
    this.#reports = report.then(
      () => undefined,
      () => undefined,
    );
    return report;
  }

  #open(waitMs = 10_000): ReconnectingTown {
    this.#town ??= new ReconnectingTown({
      connect: () => this.#connect(),
      greet: (client) => this.#greet(client),
      waitMs,
      pauses: { firstMs: 100, mostMs: 5000 },
    });
    return this.#town;
  }

  /** Never starts a town server: one that a person has stopped stays stopped, and whoever needs it next starts it. */
  #connect(): Promise<TownClient> {
    const { town, token, session } = this.#credentials;
    return reachTown({ town, token, session, client: 'launcher', start: false, serverProgram: '' });
  }

  async #greet(client: TownClient): Promise<void> {
    client.onNotification('session/stop', ({ reason, graceMs }) => this.#onStop(reason, graceMs));
    if (this.#pid === undefined) return;
    await client.request('session/attach', { launcherPid: process.pid, pid: this.#pid });
  }
}

// Last, since a class is not there before its line.
void main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${stackOf(error)}\n`);
    process.exit(70);
  },
);
