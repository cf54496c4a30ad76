import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { townPaths, type TownPaths } from '../protocol/address.ts';
import { productVersion } from '../protocol/version.ts';
import { readServerFile } from './call.ts';
import { connectTown, type TownClient } from './client.ts';
import { connectFailure, Unreached } from './failure.ts';
import { isNewer } from './newer.ts';
import { ServerStart } from './start.ts';
import { readStopped, stoppedRefusal } from './stopped.ts';

export type ReachOptions = {
  /** The town's folder. */
  readonly town: string;
  /** As this client names itself: `gt`, `launcher`. */
  readonly client: string;
  /** Start the town server where nobody answers, unless a person has stopped the town. */
  readonly start: boolean;
  /** For whoever stops it once more, to see that it is. */
  readonly evenStopped?: boolean;
  /** Path of the town server's program: `server.cjs` beside the caller's own bundle. */
  readonly serverProgram: string;
  /** Of the client: the product's. */
  readonly version?: string;
  /** How long a start may take: 20 s. */
  readonly deadlineMs?: number;
} & (
  | { readonly token: string; readonly session?: string | undefined }
  // A person, by the town's token file.
  | { readonly token?: undefined; readonly session?: undefined }
);

/**
 * A connection to the town server, which is started where that is wished and nobody answers. A server of an older product is made
 * to leave first. Refused with `not-found` where there is no town, with `unavailable` where connecting is forbidden (which never
 * starts a server), where the server speaks another protocol, or could not be started: then with the last lines of its log. Throws
 * `Unreached` where nobody answers and none is to be started, and where the server takes the token for wrong.
 */
export async function reachTown(options: ReachOptions): Promise<TownClient> {
  const paths = townPaths(options.town);
  if (!existsSync(paths.state)) {
    throw new Refusal('not-found', `There is no town in ${options.town}.`, {
      next: `gt install ${options.town}`,
    });
  }
  const token = options.token ?? readToken(paths);
  const search = new Search(options, paths, token);
  for (;;) {
    const client = await search.once();
    if (client) return client;
  }
}

// A busy backlog refuses too; so does, for a moment, a server that leaves.
const triesBeforeNobody = 4;
const pauseMs = 25;
// A server listens before its file is written: until then the old file's nonce is refused.
const unauthorizedMs = 2000;

/** One attempt after the other, until a deadline. */
class Search {
  readonly #options: ReachOptions;
  readonly #paths: TownPaths;
  readonly #token: string;
  readonly #begun = Date.now();
  readonly #start: ServerStart;
  #tries = 0;
  #refusedSince: number | undefined;

  constructor(options: ReachOptions, paths: TownPaths, token: string) {
    this.#options = options;
    this.#paths = paths;
    this.#token = token;
    this.#start = new ServerStart(paths, options.serverProgram);
  }

  /** Undefined: try again. Throws what cannot be helped by it. */
  async once(): Promise<TownClient | undefined> {
    // Known before the attempt, so that a server whose start went wrong because another was quicker is still found.
    const failed = this.#start.failure();
    try {
      return await this.#accepted(await this.#connect());
    } catch (error) {
      if (!(error instanceof Unreached) || error.reason === 'lost') throw error;
      if (failed) throw failed;
      await this.#answerTo(error);
      await pause(pauseMs);
      return undefined;
    }
  }

  #connect(): Promise<TownClient> {
    const { client, session, version = productVersion } = this.#options;
    const server = readServerFile(this.#paths.server);
    if (!server) throw new Unreached('no-server', `No town server runs for ${this.#paths.town}.`);
    const named = { name: client, version, pid: process.pid };
    return connectTown({ server, token: this.#token, session, client: named });
  }

  /** Only people may send an older server away; a session takes it as it is. */
  async #accepted(client: TownClient): Promise<TownClient | undefined> {
    const { start, session, version = productVersion } = this.#options;
    if (!start || session !== undefined || !isNewer(version, client.hello.version)) return client;
    await client.request('town/retire', { version });
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => client.close(), this.#left());
      client.onEnd(() => {
        clearTimeout(late);
        resolve();
      });
    });
    return undefined;
  }

  async #answerTo(error: Unreached): Promise<void> {
    const { start, deadlineMs = 20_000 } = this.#options;
    this.#tries += 1;
    if (error.reason === 'unauthorized') {
      // From the first such answer on: a start of a town server may have taken longer than this before.
      this.#refusedSince ??= Date.now();
      if (Date.now() - this.#refusedSince > unauthorizedMs) throw error;
      return;
    }
    this.#refusedSince = undefined;
    const isNobody = error.reason === 'no-server' || this.#tries >= triesBeforeNobody;
    if (!start) {
      if (isNobody || error.reason === 'silent') throw error;
      return;
    }
    if (this.#elapsed() > deadlineMs) throw this.#start.late(error.message);
    if (error.reason === 'silent' || !isNobody) return;
    this.#refuseStopped();
    await mayConnect();
    this.#start.again();
  }

  #refuseStopped(): void {
    const stopped = this.#options.evenStopped === true ? undefined : readStopped(this.#paths);
    if (stopped) throw stoppedRefusal(stopped);
  }

  #elapsed(): number {
    return Date.now() - this.#begun;
  }

  #left(): number {
    return Math.max(1000, (this.#options.deadlineMs ?? 20_000) - this.#elapsed());
  }
}

function readToken(paths: TownPaths): string {
  try {
    return readFileSync(paths.token, 'utf8').trim();
  } catch (error) {
    throw new Refusal('unavailable', `The town's token cannot be read: ${(error as Error).message}`, {
      facts: { path: paths.token },
    });
  }
}

/** A sandbox forbids every connect alike. A server that is started in one could not work, and nobody outside would find it. */
function mayConnect(): Promise<void> {
  const nowhere = join(tmpdir(), `gastown-nobody-${process.pid}`);
  return new Promise((resolve, reject) => {
    const socket = connect(nowhere);
    socket.on('connect', () => socket.destroy());
    socket.on('error', (error) => {
      const failure = connectFailure(error, nowhere);
      if (failure instanceof Refusal) reject(failure);
      else resolve();
    });
    socket.on('close', () => resolve());
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
