import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';

export type Read<T> = { readonly value: T } | Complaint;

/** Why a text is no plugin, and on which of its lines, where one is to blame. */
export interface Complaint {
  readonly problem: string;
  readonly line?: number;
}

/** TOML of a shape. `firstLine`: where in its file the text begins. */
export function readToml<T>(schema: v.GenericSchema<unknown, T>, text: string, firstLine = 1): Read<T> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.split('\n');
    return { problem: first.replace(/^Invalid TOML document: /u, ''), line: error.line + firstLine - 1 };
  }
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return { value: parsed.output };
  const [issue] = parsed.issues;
  const key = v.getDotPath(issue) ?? '';
  const line = lineOf(text, key);
  return {
    problem: `${key === '' ? 'it' : key} ${sentenceOf(issue)}`,
    ...(line === undefined ? {} : { line: line + firstLine - 1 }),
  };
}

function sentenceOf({ type, expected, received, message }: v.BaseIssue<unknown>): string {
  if (type === 'strict_object' || type === 'object') {
    if (expected === 'never') return 'is not known here';
    if (received === 'undefined') return 'is missing';
  }
  return message;
}

/** The line of a key's last part, or of its table. */
function lineOf(text: string, key: string): number | undefined {
  const lines = text.split('\n');
  for (const part of key.split('.').toReversed()) {
    const name = part.replaceAll(/[^\w-]/gu, '');
    if (name === '') continue;
    const at = lines.findIndex((line) =>
      new RegExp(`^\\s*(?:\\[\\s*)?"?${name}"?\\s*(?:=|\\])`, 'u').test(line),
    );
    if (at !== -1) return at + 1;
  }
  return undefined;
}
