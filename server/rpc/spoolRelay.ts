import { randomBytes } from 'node:crypto';
import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import { errorCodes } from '../protocol/hello.ts';
import type { Method, Params } from '../protocol/messages.ts';
import { isRelayed } from '../protocol/relayed.ts';
import { productVersion } from '../protocol/version.ts';
import { call } from './call.ts';
import { Unreached } from './failure.ts';
import { maxMessageBytes } from './frame.ts';
import { answerFile, idOfRequest, readPlainFile, requestFile, type SpoolAnswer } from './spoolFiles.ts';

export interface RelayOptions {
  /** The spool, which the agent may write into: nothing in it is trusted. */
  readonly folder: string;
  readonly serverFile: string;
  readonly token: string;
  readonly session: string;
}

/** At once; more wait in the folder. */
const mostAtOnce = 32;

const longestMs = 60 * 60 * 1000;

/**
 * Carries out the requests that the session's own programs leave in its spool, each at most once, each on a connection of its own with
 * the session's token. What lies in the folder at its start and end is swept.
 */
export class SpoolRelay {
  readonly #options: RelayOptions;
  readonly #seen = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #watcher: FSWatcher | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #closed = false;

  private constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Undefined where the folder is none of ours, or is not watched by this system: `gt` says then that nobody listens. */
  static async open(options: RelayOptions): Promise<SpoolRelay | undefined> {
    if (!isOurs(options.folder)) return undefined;
    const relay = new SpoolRelay(options);
    await relay.#sweep();
    try {
      relay.#watcher = watch(options.folder, () => relay.#look()).on('error', () => undefined);
    } catch {
      return undefined;
    }
    relay.#look();
    return relay;
  }

  /** What was taken is answered first, unless the town takes longer than that. */
  async close(withinMs: number): Promise<void> {
    this.#closed = true;
    this.#watcher?.close();
    await this.#looking;
    const rest = Promise.all(this.#running);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([rest, new Promise((resolve) => (timer = setTimeout(resolve, withinMs)))]);
    clearTimeout(timer);
    await this.#sweep();
  }

  /** One look at a time, and one more where something changed meanwhile. */
  #look(): void {
    if (this.#closed) return;
    this.#lookAgain = true;
    this.#looking ??= this.#lookThrough().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookThrough(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false;
      for (const name of await readdir(this.#options.folder).catch(() => [])) {
        const id = idOfRequest(name);
        if (id === undefined || this.#closed || this.#running.size >= mostAtOnce) continue;
        const running = this.#take(id).finally(() => {
          this.#running.delete(running);
          // One that had to wait may be there.
          this.#look();
        });
        this.#running.add(running);
      }
    }
  }

  async #take(id: string): Promise<void> {
    const taken = join(this.#options.folder, `${id}.${randomBytes(8).toString('hex')}.taken`);
    try {
      // Whoever renames it has it: the asker can no longer take it back.
      await rename(requestFile(this.#options.folder, id), taken);
    } catch {
      return;
    }
    const isNew = !this.#seen.has(id);
    this.#seen.add(id);
    try {
      const text = await readPlainFile(taken, maxMessageBytes);
      if (isNew) await this.#put(id, await this.#carryOut(text));
    } catch (error) {
      if (isNew)
        await this.#put(id, refused('invalid', `The request could not be read: ${messageOf(error)}.`));
    } finally {
      await rm(taken, { force: true, recursive: true });
    }
  }

  async #carryOut(text: string): Promise<SpoolAnswer> {
    const request = requestIn(text);
    if (!request) return refused('invalid', 'This is no request.');
    const { method, params, client, timeoutMs } = request;
    if (!isRelayed(method))
      return refused('forbidden', `A session may not ask for ${method} from a sandbox.`);
    const { serverFile, token, session } = this.#options;
    const named = { name: client, version: productVersion, pid: process.pid };
    try {
      const asked = { serverFile, token, session, client: named, method, timeoutMs };
      return { result: await call({ ...asked, params: params as Params<Method> }) };
    } catch (error) {
      return answerOf(error);
    }
  }

  /** Never through a link that lies there: the new file is made by this call, and takes its place by name. */
  async #put(id: string, answer: SpoolAnswer): Promise<void> {
    const part = join(this.#options.folder, `${id}.${randomBytes(8).toString('hex')}.part`);
    try {
      await writeFile(part, JSON.stringify(answer), { mode: 0o600, flag: 'wx' });
      await rename(part, answerFile(this.#options.folder, id));
    } catch {
      // The folder has gone, or is full: the asker waits for its deadline and says so.
      await rm(part, { force: true });
    }
  }

  async #sweep(): Promise<void> {
    const { folder } = this.#options;
    for (const name of await readdir(folder).catch(() => []))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A folder, not a link to one, that only its owner, who is us, may enter. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return false;
  const owner = process.getuid?.();
  return owner === undefined || (stat.uid === owner && (stat.mode & 0o077) === 0);
}

interface Asked {
  readonly method: string;
  readonly params: unknown;
  readonly client: string;
  readonly timeoutMs: number;
}

function requestIn(text: string): Asked | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { method, params, client, timeoutMs } = value as Readonly<Record<string, unknown>>;
  if (typeof method !== 'string' || typeof client !== 'string' || typeof timeoutMs !== 'number')
    return undefined;
  if (!/^[\w-]{1,40}$/.test(client) || !(timeoutMs > 0)) return undefined;
  return {
    method: method.slice(0, 60),
    params: params ?? {},
    client,
    timeoutMs: Math.min(timeoutMs, longestMs),
  };
}

function answerOf(error: unknown): SpoolAnswer {
  if (error instanceof Unreached) return { unreached: error.reason, sentence: error.message };
  if (error instanceof Refusal) {
    const data = { code: error.code, ...error.details };
    return { error: { code: errorCodes.refusal, message: error.message, data } };
  }
  return { error: { code: errorCodes.fault, message: messageOf(error) } };
}

function refused(code: 'invalid' | 'forbidden', message: string): SpoolAnswer {
  return { error: { code: errorCodes.refusal, message, data: { code } } };
}
