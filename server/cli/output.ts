import { plainText } from '../domain/text.ts';

/** How lines should look: the width to keep to, whether codes of colour may be written, and the time that `4 m ago` counts from. */
export interface Look {
  readonly width: number;
  readonly color: boolean;
  readonly now: number;
}

/** The only way to stdout and stderr. Lines may carry the colours of `paint`; nothing else of a terminal's language gets through. */
export interface Output {
  readonly look: Look;
  /** stdout is a terminal, so that progress may be drawn on it. */
  readonly live: boolean;
  print(lines: readonly string[]): void;
  json(value: unknown): void;
  /** On stderr. */
  note(lines: readonly string[]): void;
  noteJson(value: unknown): void;
  /** As it is, for progress on a terminal. Only text of our own. */
  draw(text: string): void;
  /** Everything has been handed over to whoever reads. */
  isWritten(): boolean;
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly writableLength?: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error & { code?: string }) => void): unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Streams are given as functions: each costs a millisecond to open, and most commands use one of the two. */
export function openOutput(
  stdout: () => Stream,
  stderr: () => Stream,
  { environment, now }: { readonly environment: Environment; readonly now: number },
): Output {
  const streams: Stream[] = [];
  const out = opened(stdout, streams);
  const err = opened(stderr, streams);
  return {
    get look() {
      return { width: widthOf(out(), environment), color: wantsColor(out(), environment), now };
    },
    get live() {
      return out().isTTY === true && environment['TERM'] !== 'dumb';
    },
    print: (lines) => write(out(), lines, wantsColor(out(), environment)),
    json: (value) => out().write(`${jsonText(value)}\n`),
    note: (lines) => write(err(), lines, wantsColor(err(), environment)),
    noteJson: (value) => err().write(`${jsonText(value)}\n`),
    draw: (text) => out().write(text),
    isWritten: () => streams.every(({ writableLength = 0 }) => writableLength === 0),
  };
}

export function paint(look: Look, how: Paint, text: string): string {
  return look.color && text !== '' ? `\u001B[${codes[how]}m${text}\u001B[0m` : text;
}

/** Two-space JSON in which no character can act on a terminal: what JSON leaves raw of those is written as an escape. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  if (!special.test(text)) return text;
  return text.replaceAll(rawInJson, (character) =>
    Array.from({ length: character.length }, (_, unit) => escapeUnit(character.charCodeAt(unit))).join(''),
  );
}

/** What most text has nothing of; looking for the rest costs its start a millisecond. */
const special = /[^\n -~]/u;

const codes: Readonly<Record<Paint, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
};

const rawInJson =
  /[\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** The codes that `paint` writes, and nothing else of their kind. */
const paintCode = new RegExp(`(\u001B\\[(?:${['0', ...Object.values(codes)].join('|')})m)`, 'u');

function write(stream: Stream, lines: readonly string[], color: boolean): void {
  if (lines.length === 0) return;
  const text = lines.join('\n');
  const clean = special.test(text) ? cleaned(text, color) : text;
  stream.write(`${clean}\n`);
}

function cleaned(text: string, color: boolean): string {
  if (!color) return plainText(text);
  const parts = text.split(paintCode);
  return parts.map((part, at) => (at % 2 === 1 ? part : plainText(part))).join('');
}

/** https://no-color.org, and the same with FORCE_COLOR for those who pipe on purpose. */
function wantsColor(stream: Stream, environment: Environment): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

function widthOf(stream: Stream, environment: Environment): number {
  const said = Number(environment['COLUMNS']);
  const columns = stream.columns ?? (Number.isInteger(said) && said > 0 ? said : usualWidth);
  return Math.max(columns, leastWidth);
}

const usualWidth = 80;
const leastWidth = 40;

/** `gt feed | head -1` closes our pipe: nobody reads any more, so there is nothing to say about it. */
function opened(open: () => Stream, streams: Stream[]): () => Stream {
  let stream: Stream | undefined;
  return () => {
    if (stream) return stream;
    stream = open();
    streams.push(stream);
    stream.on('error', (error) => {
      if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') process.exit();
      throw error;
    });
    return stream;
  };
}
