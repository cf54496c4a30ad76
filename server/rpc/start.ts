import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import type { TownPaths } from '../protocol/address.ts';

/** How the town server's program ends where another holds the town's lock. */
export const exitLocked = 75;

/** The log of the town server, written by whoever starts it. */
export function townLog(paths: TownPaths): string {
  return join(paths.logs, 'town.log');
}

/** What the town server inherits: not who started it from where, nor what Electron and git leave in the environment. */
export function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !stripped.some((pattern) => pattern.test(name)),
  );
  // In a desktop VS Code the only node there is, is Electron. The server's first act is to remove the variable.
  const electron = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };
  return { ...Object.fromEntries(kept), ...electron };
}

const stripped = [
  /^(NODE_OPTIONS|BD_ACTOR|GIT_DIR|GIT_WORK_TREE|GIT_INDEX_FILE)$/,
  /^(ELECTRON|VSCODE|GIT_AUTHOR|GIT_COMMITTER)_/,
  /^GT_(TOWN|RIG|ROLE|POLECAT|SESSION|RUN)$/,
];

const maxLogBytes = 5 * 1024 * 1024;
const logLines = 5;
// While another server leaves, ours finds the lock taken and has to be started again.
const againMs = 500;

/** The starts of one town's server by one client, until it answers. */
export class ServerStart {
  readonly #paths: TownPaths;
  readonly #program: string;
  #running = false;
  #startedAt = 0;
  #failure: string | undefined;

  constructor(paths: TownPaths, program: string) {
    this.#paths = paths;
    this.#program = program;
  }

  /** Starts the program, detached from this process, unless the last start is still under way, or that of another. Gives whether it did. */
  again(): boolean {
    if (this.#running || Date.now() - this.#startedAt < againMs || !takeTurn(this.#paths)) return false;
    this.#running = true;
    this.#startedAt = Date.now();
    const child = spawnServer(this.#paths, this.#program);
    child.on('error', (error) => this.#ended(`it could not be run: ${error.message}`));
    child.on('exit', (code, signal) => {
      this.#ended(code === exitLocked ? undefined : `it ended with ${signal ?? `exit code ${code}`}`);
    });
    child.unref();
    return true;
  }

  /** Why there is no use in waiting. */
  failure(): Refusal | undefined {
    return this.#failure === undefined ? undefined : this.#refusal(`could not be started: ${this.#failure}`);
  }

  late(message: string): Refusal {
    return this.#refusal(`did not answer in time. ${message}`);
  }

  #ended(failure: string | undefined): void {
    this.#running = false;
    this.#failure = failure;
  }

  #refusal(what: string): Refusal {
    const log = townLog(this.#paths);
    const lines = lastLines(log);
    const shown = lines.length > 0 ? `\n${lines.map((line) => `  ${line}`).join('\n')}` : '';
    return new Refusal('unavailable', `The town server ${what}${shown}`, {
      next: `Its log is ${log}.`,
      facts: { log, lines },
    });
  }
}

/**
 * Of all that miss the server at once, as the launchers of a town do when it was killed, one starts it, and the next one a moment later:
 * the others would only take the processor from it. Two at once do no harm, and where there is no telling each starts one.
 */
function takeTurn({ starting }: TownPaths): boolean {
  try {
    closeSync(openSync(starting, 'wx', 0o600));
    return true;
  } catch {
    return takeNext(starting);
  }
}

function takeNext(starting: string): boolean {
  try {
    const age = Date.now() - statSync(starting).mtimeMs;
    if (age >= 0 && age < againMs) return false;
    const now = new Date();
    utimesSync(starting, now, now);
  } catch {
    // The folder may be full, or not ours to write.
  }
  return true;
}

/** Loading a big town makes half a gigabyte of short-lived values: with room for them it takes a tenth less time (measured). */
const roomForYoung = ['--min-semi-space-size=32', '--max-semi-space-size=64'];

function spawnServer(paths: TownPaths, program: string): ChildProcess {
  const log = openLog(paths);
  try {
    return spawn(process.execPath, [...roomForYoung, program, 'town', paths.town], {
      detached: true,
      windowsHide: true,
      cwd: paths.town,
      stdio: ['ignore', log, log],
      env: serverEnvironment(process.env),
    });
  } finally {
    closeSync(log);
  }
}

function openLog(paths: TownPaths): number {
  const log = townLog(paths);
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(log, `${log}.1`);
  return openSync(log, 'a', 0o600);
}

function lastLines(log: string): string[] {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-logLines);
  } catch {
    return [];
  }
}
