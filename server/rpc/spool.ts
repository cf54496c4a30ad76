import { randomBytes } from 'node:crypto';
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { Refusal } from '../domain/refusal.ts';
import { failureOf, tooLong, Unreached } from './failure.ts';
import { maxMessageBytes } from './frame.ts';
import {
  answerFile,
  maxAnswerBytes,
  readPlainFile,
  requestFile,
  type SpoolAnswer,
  type SpoolRequest,
} from './spoolFiles.ts';

/** A launcher that listens takes a request at once. */
const takenWithinMs = 5000;

/** Where the system does not tell of changes in a folder, it is looked into this often. */
const lookMs = 500;

/**
 * One request through the files of the session's spool, for a sandbox that forbids connecting: its launcher, outside, carries it out as
 * the session. Throws what `call` throws; `unavailable` where nobody listens, and then nothing has happened.
 */
export async function callThroughSpool(folder: string | undefined, request: SpoolRequest): Promise<unknown> {
  if (folder === undefined) throw forbidden('There is no spool folder to ask through instead.');
  const text = JSON.stringify(request);
  if (Buffer.byteLength(text) > maxMessageBytes) throw tooLong();
  const stat = await lstat(folder).catch(() => undefined);
  if (stat?.isDirectory() !== true) throw forbidden(`Its spool folder ${folder} is gone.`);
  const exchange = new Exchange(folder, randomBytes(16).toString('hex'));
  try {
    await exchange.ask(text);
    // The launcher gives up first, and says so.
    return resultOf(await exchange.answer(request.timeoutMs + takenWithinMs));
  } finally {
    await exchange.end();
  }
}

class Exchange {
  readonly #folder: string;
  readonly #id: string;
  readonly #watcher: FSWatcher | undefined;
  #look: () => void = () => undefined;

  constructor(folder: string, id: string) {
    this.#folder = folder;
    this.#id = id;
    // Before the request is there, so that nothing is missed.
    this.#watcher = watching(folder, () => this.#look());
  }

  async ask(text: string): Promise<void> {
    const whole = requestFile(this.#folder, this.#id);
    const part = `${whole}.part`;
    try {
      await writeFile(part, text, { mode: 0o600, flag: 'wx' });
      await rename(part, whole);
    } catch (error) {
      await rm(part, { force: true });
      throw forbidden(`Its spool folder cannot be written: ${(error as Error).message}.`);
    }
    if (await this.#until(() => !existsSync(whole), takenWithinMs)) return;
    // Taken back; where that fails, it was taken after all.
    const back = await rename(whole, part).then(
      () => true,
      () => false,
    );
    await rm(part, { force: true });
    if (back) throw forbidden('Its launcher, which would ask from outside, does not answer.');
  }

  async answer(withinMs: number): Promise<SpoolAnswer> {
    const file = answerFile(this.#folder, this.#id);
    if (await this.#until(() => existsSync(file), withinMs))
      return JSON.parse(await readPlainFile(file, maxAnswerBytes)) as SpoolAnswer;
    throw new Unreached('silent', `No answer within ${withinMs} ms.`);
  }

  async end(): Promise<void> {
    this.#watcher?.close();
    await rm(answerFile(this.#folder, this.#id), { force: true });
  }

  #until(holds: () => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (value: boolean): void => {
        clearTimeout(late);
        clearInterval(slow);
        this.#look = () => undefined;
        resolve(value);
      };
      const late = setTimeout(() => settle(holds()), withinMs);
      this.#look = () => {
        if (holds()) settle(true);
      };
      const slow = setInterval(this.#look, lookMs);
      this.#look();
    });
  }
}

function watching(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    // Where it breaks, the slow look is left.
    return watch(folder, onChange).on('error', () => undefined);
  } catch {
    return undefined;
  }
}

function resultOf(answer: SpoolAnswer): unknown {
  if ('error' in answer) throw failureOf(answer.error);
  if ('unreached' in answer) {
    throw new Refusal('unavailable', `The town could not be asked. ${answer.sentence}`, {
      next: 'Try again in a moment.',
      facts: { reason: answer.unreached },
    });
  }
  return answer.result;
}

function forbidden(why: string): Refusal {
  return new Refusal(
    'unavailable',
    `This sandbox forbids connecting to the town server, which was not asked. ${why}`,
    {
      next: 'Allow unix sockets in the sandbox, or run the command outside of it.',
      facts: { error: 'EPERM' },
    },
  );
}
