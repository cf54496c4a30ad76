import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { messageOf } from '../domain/fault.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { ServerFile, TownPaths } from '../protocol/address.ts';
import { protocolVersion } from '../protocol/version.ts';
import { readServerFile } from './call.ts';
import { makeEndpoint } from './endpoint.ts';
import { exitLocked } from './start.ts';
import { serveTown, type TownServer, type TownServerOptions } from './townServer.ts';

/** What is served: the town, its state loaded, everything half done finished or undone. */
export interface LivingTown extends Pick<
  TownServerOptions,
  'townId' | 'handlers' | 'authenticate' | 'status'
> {
  /** Calls the listener after every durable change. */
  onChange(listener: (entry: JournalEntry) => void): void;
  /** A session runs, or a timer is due soon: not idle, even with nobody connected. */
  isBusy(): boolean;
  /** Everything is on disk when it resolves. */
  close(): Promise<void>;
}

export interface RunOptions {
  readonly paths: TownPaths;
  readonly version: string;
  readonly checks: TownServerOptions['checks'];
  /** Undefined: another process has it. */
  lock(): { release(): void } | undefined;
  load(): Promise<LivingTown>;
  readonly log: (line: string) => void;
  /** How long nobody may be connected before the town server leaves. */
  readonly idleMs: number;
}

/**
 * The whole life of a town server: lock, load, listen, be found; and, when it is asked to, when a signal comes or nobody needs it,
 * the same backwards. Answers with the exit code, when everything is released.
 */
export async function runTown(options: RunOptions): Promise<number> {
  const { paths, log } = options;
  const lock = options.lock();
  if (!lock) {
    log(`another town server serves ${paths.town}`);
    return exitLocked;
  }
  try {
    const town = await options.load();
    try {
      const reason = await serve(town, options);
      log(`left: ${reason}`);
    } finally {
      await town.close();
    }
    // The last act: who waits for the town server to be gone looks for this file.
    rmSync(paths.server, { force: true });
    return 0;
  } finally {
    lock.release();
  }
}

/** Serves until there is a reason to leave. The socket is gone then. */
async function serve(town: LivingTown, options: RunOptions): Promise<string> {
  const { paths, version, log } = options;
  const endpoint = makeEndpoint(paths.town);
  const nonce = crypto.randomUUID();
  const leaving = new Leaving(() => server.connections === 0 && !town.isBusy(), options.idleMs);
  const server: TownServer = await serveTown({
    endpoint,
    nonce,
    version,
    townId: town.townId,
    checks: options.checks,
    authenticate: (hello) => town.authenticate(hello),
    handlers: town.handlers,
    status: () => town.status(),
    log,
    onIdle: () => leaving.consider(),
    onLeave: (method) => leaving.because(method),
  });
  town.onChange((entry) => server.broadcast(entry));
  const { townId } = town;
  const startedAt = new Date().toISOString();
  const found: ServerFile = {
    townId,
    pid: process.pid,
    startedAt,
    endpoint,
    protocol: protocolVersion,
    version,
    nonce,
  };
  writeServerFile(paths.server, found);
  const watch = setInterval(() => stayFound(found, leaving, options), stayFoundMs);
  log(`version ${version}, process ${process.pid}, serves ${paths.town} at ${endpoint}`);
  leaving.consider();
  const reason = await leaving.decided;
  clearInterval(watch);
  await server.close(reason);
  return reason;
}

const stayFoundMs = 1000;

/**
 * Who cannot find the town server can neither use nor end it: its file is written again where somebody removed or replaced it. Where
 * the town itself was moved or deleted, there is nothing left to serve.
 */
function stayFound(found: ServerFile, leaving: Leaving, { paths, log }: RunOptions): void {
  try {
    if (!existsSync(paths.lock)) return leaving.because('the town is not in its folder any more');
    if (readServerFile(paths.server)?.nonce === found.nonce) return;
    writeServerFile(paths.server, found);
    log(`${paths.server} was not ours any more; it is written again`);
  } catch (error) {
    log(`${paths.server} cannot be written: ${messageOf(error)}`);
  }
}

/** Whole or not at all, so that no client reads half of it. */
function writeServerFile(path: string, content: ServerFile): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Why and when the town server leaves. The first reason counts. */
class Leaving {
  readonly decided: Promise<string>;
  readonly #isIdle: () => boolean;
  readonly #idleMs: number;
  #timer: NodeJS.Timeout | undefined;
  #decide: (reason: string) => void = () => undefined;

  constructor(isIdle: () => boolean, idleMs: number) {
    this.#isIdle = isIdle;
    this.#idleMs = idleMs;
    this.decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.once(signal, () => this.because(signal));
  }

  because(reason: string): void {
    clearTimeout(this.#timer);
    this.#decide(reason);
  }

  /** Looks again when the time is over: whoever came meanwhile may have left after it. */
  consider(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#isIdle()) this.because('nobody needs it');
      else this.consider();
    }, this.#idleMs);
  }
}
