import type { EventPattern, RuntimePreset } from '../domain/runtime.ts';

/** What one line of a runtime's output tells. */
export interface OutputLine {
  /** The runtime's own id of the session. */
  readonly runtimeSession?: string;
  /** The line tells of something that failed, in these words. */
  readonly failure?: string;
  /** Its model answered: what failed before was overcome. */
  readonly answered?: true;
}

/** Reads one line as the form that ends by itself writes them. A line that is no JSON, or not what is looked for, tells nothing. */
export function readOutputLine(preset: RuntimePreset, line: string): OutputLine {
  const event = eventOf(line);
  if (event === undefined) return {};
  const id = idIn(preset, event);
  const answered = preset.answers?.some((pattern) => fits(pattern, event)) === true;
  return {
    ...(id === undefined ? {} : { runtimeSession: id }),
    ...(answered ? { answered } : {}),
    ...(!answered && isFailure(event) ? { failure: wordsOf(event) ?? line } : {}),
  };
}

/** The runtime's own id of the session, as the first line that has one tells. */
export function sessionIdIn(preset: RuntimePreset, lines: readonly string[]): string | undefined {
  if (preset.sessionId.kind !== 'output') return undefined;
  for (const line of lines) {
    const { runtimeSession } = readOutputLine(preset, line);
    if (runtimeSession !== undefined) return runtimeSession;
  }
  return undefined;
}

/** The object that a line of JSON is; undefined for every other line. */
export function eventOf(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether every field of the pattern has its value, capitals or not. */
export function fits(pattern: EventPattern, event: object): boolean {
  return Object.entries(pattern).every(
    ([path, value]) => plain(at(event, path))?.toLowerCase() === value.toLowerCase(),
  );
}

/** What an event says about its failure, in words. */
export function wordsOf(event: object): string | undefined {
  for (const path of wordPaths) {
    const value = at(event, path);
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

/** Whether an event tells of a failure at all: what an agent or its tools write may say the same words about something else. */
export function isFailure(event: object): boolean {
  const said = [at(event, 'type'), at(event, 'subtype'), at(event, 'status')].map(
    (value) => plain(value) ?? '',
  );
  return (
    said.some((word) => /error|fail|retry/i.test(word)) ||
    at(event, 'is_error') === true ||
    at(event, 'error') !== undefined
  );
}

/** Whether a text can be the id of a session: it goes into argument vectors and the names of files. */
export function isSessionId(text: string): boolean {
  return plainId.test(text);
}

const plainId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** In this order: the most telling first. */
const wordPaths = [
  'error.message',
  'error.data.message',
  'data.errorMessage',
  'data.message',
  'message',
  'result',
  'error',
];

function idIn({ sessionId }: RuntimePreset, event: object): string | undefined {
  if (sessionId.kind !== 'output') return undefined;
  const value = at(event, sessionId.field);
  return typeof value === 'string' && isSessionId(value) ? value : undefined;
}

function at(event: object, path: string): unknown {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function plain(value: unknown): string | undefined {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? String(value) : undefined;
}
