import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ErrorAnswer, type Heard, LanguageClient, type StartOptions } from './languageClient.ts';
import type { Terminal } from './terminal.ts';

export function start(
  t: TestContext,
  terminal: Terminal,
  options: Partial<StartOptions> = {},
): LanguageClient {
  return new LanguageClient(t, {
    cwd: terminal.folder,
    environment: terminal.environment,
    ...options,
  });
}

/** And told to read everything, once. */
export async function connected(client: LanguageClient, { town }: Terminal): Promise<void> {
  const news = await client.hears('gastown/state', ({ state }) => state === 'connected');
  assert.deepEqual(news, { state: 'connected', town, resync: true });
}

/** The error that the request is answered with. */
export async function refusal(asked: Promise<unknown>): Promise<ErrorAnswer> {
  const answer: unknown = await asked.then(
    (result) => assert.fail(`it was answered: ${JSON.stringify(result)}`),
    (error: unknown) => error,
  );
  assert.ok(answer instanceof ErrorAnswer, String(answer));
  return answer;
}

export function dataOf({ data }: ErrorAnswer): Readonly<Record<string, unknown>> {
  assert.ok(typeof data === 'object' && data !== null, 'the answer carries data');
  return data as Readonly<Record<string, unknown>>;
}

/** Whether a change of the town brought a record of the collection into that state. */
export function hasRecord(entry: Heard, collection: string, state: string): boolean {
  return recordsIn(entry, collection).some((record) => record['state'] === state);
}

export function hasBead(entry: Heard, title: string): boolean {
  return recordsIn(entry, 'beads').some((record) => record['title'] === title);
}

/** `[7, 8, 9]`: what a journal's numbers must be. */
export function runOf(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index);
}

function recordsIn(entry: Heard, collection: string): Readonly<Record<string, unknown>>[] {
  const changes = entry['changes'] as readonly (readonly [
    string,
    string,
    Readonly<Record<string, unknown>>,
  ])[];
  return changes.filter(([name]) => name === collection).map(([, , record]) => record);
}
