import { randomUUID } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotInThisHost } from './table.ts';

/**
 * A folder through which the tests in the extension host ask something of the harness around VS Code. Files, since
 * they are the only way that is the same in every host.
 */

const askSuffix = '.ask.json';
const answerSuffix = '.answer.json';

type Ask = { readonly verb: string; readonly value: unknown };
type Answer = { readonly value?: unknown; readonly error?: string; readonly notHere?: string };

export type Answers = Readonly<Record<string, (value: unknown) => Promise<unknown>>>;

/** Asks and waits for the answer. Rejects with the harness's own words when it could not, or cannot in this host. */
export async function ask(folder: string, verb: string, value: unknown): Promise<unknown> {
  const id = randomUUID();
  const answerFile = join(folder, id + answerSuffix);
  const answered = appearance(folder, answerFile);
  await writeWhole(join(folder, id + askSuffix), { verb, value } satisfies Ask);
  await answered;
  const answer = (await readJson(answerFile)) as Answer;
  await rm(answerFile);
  if (answer.notHere !== undefined) throw new NotInThisHost(answer.notHere);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}

/** Answers what is asked in that folder until the returned function is called. */
export async function serveMailbox(folder: string, answers: Answers): Promise<() => void> {
  await mkdir(folder, { recursive: true });
  const taken = new Set<string>();
  const look = async (): Promise<void> => {
    const names = await readdir(folder);
    const fresh = names.filter((name) => name.endsWith(askSuffix) && !taken.has(name));
    for (const name of fresh) taken.add(name);
    await Promise.all(fresh.map((name) => answerOne(folder, name, answers)));
  };
  const watcher = watch(folder, () => {
    // The folder goes away with the run, at times between the event and the look.
    look().catch(() => undefined);
  });
  await look();
  return () => watcher.close();
}

async function answerOne(folder: string, name: string, answers: Answers): Promise<void> {
  const file = join(folder, name);
  const { verb, value } = (await readJson(file)) as Ask;
  await rm(file);
  const answer = await answerOf(answers[verb], verb, value);
  await writeWhole(join(folder, name.slice(0, -askSuffix.length) + answerSuffix), answer);
}

async function answerOf(handler: Answers[string] | undefined, verb: string, value: unknown): Promise<Answer> {
  if (handler === undefined) return { error: `The harness has no answer to "${verb}"` };
  try {
    return { value: await handler(value) };
  } catch (error) {
    if (error instanceof NotInThisHost) return { notHere: error.message };
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function appearance(folder: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    });
    watcher.once('error', reject);
  });
}

/** Under its name only when it is whole. */
async function writeWhole(file: string, value: unknown): Promise<void> {
  const draft = `${file}.draft`;
  await writeFile(draft, JSON.stringify(value));
  await rename(draft, file);
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
