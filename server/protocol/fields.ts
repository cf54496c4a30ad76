import * as v from 'valibot';
import type { Timestamp } from '../domain/ids.ts';

// What the fields of requests are made of, each with what it says of a value that does not fit.

const mustBeLine = 'must hold no control characters';
// oxlint-disable-next-line no-control-regex
const line = /^[^\u0000-\u001f\u007f]*$/;

const atMost = <N extends number>(most: N) =>
  v.maxLength<string, N, string>(most, `must be at most ${most} characters long`);
const filled = v.regex(/\S/, 'must not be empty');
const anyText = v.string('must be text');
/** Names, ids, keys. */
export const word = v.pipe(anyText, filled, atMost(200), v.regex(line, mustBeLine));
export const wordOrEmpty = v.pipe(anyText, atMost(200), v.regex(line, mustBeLine));
export const path = v.pipe(anyText, filled, atMost(4096), v.regex(line, mustBeLine));
export const title = v.pipe(anyText, filled, atMost(500));
export const text = v.pipe(anyText, atMost(1_000_000));
export const flag = v.boolean('must be true or false');
export const count = v.pipe(
  v.number('must be a number'),
  v.safeInteger('must be a whole number'),
  v.minValue(0, 'must not be negative'),
);
export const pid = v.pipe(count, v.minValue(1, 'must be a process id'));
export const pageSize = v.pipe(
  count,
  v.minValue(1, 'must be at least 1'),
  v.maxValue(1000, 'must be at most 1000'),
);
export const priority = v.pipe(count, v.maxValue(4, 'must be 0 to 4'));
/** As in records: RFC 3339, UTC. */
export const time = v.pipe(
  word,
  v.isoTimestamp('must be a time: 2026-05-01T10:00:00.000Z'),
  v.transform((moment) => new Date(moment).toISOString() as Timestamp),
);
export const opt = v.exactOptional;

export function list<Item extends v.GenericSchema>(item: Item, most = 1000) {
  return v.pipe(v.array(item, 'must be a list'), v.maxLength(most, `must have at most ${most} items`));
}

export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return v.picklist(words, `must be one of ${words.join(', ')}`);
}

export const words = list(text);
export const labels = list(word);
export const host = oneOf('auto', 'editor', 'tmux', 'process');
export const role = oneOf('polecat', 'crew', 'mayor');
export const beadStatus = oneOf('open', 'hooked', 'in_progress', 'blocked', 'deferred', 'pinned', 'closed');
export const page = { limit: opt(pageSize), after: opt(word) };
export const beadTexts = {
  description: opt(text),
  design: opt(text),
  acceptance: opt(text),
  notes: opt(text),
};

/** Who goes on after a handoff, and where. */
export const nextSession = v.strictObject({ runtime: opt(word), host: opt(host) }, 'must be an object');

/** What is said in the packet of a handoff. */
export const handoffWords = v.strictObject(
  {
    subject: opt(title),
    text: opt(text),
    decisions: opt(words),
    tried: opt(words),
    questions: opt(words),
  },
  'must be an object',
);
