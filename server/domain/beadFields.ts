import type { BeadPriority, BeadStatus } from './bead.ts';
import type { Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';

/** At most 500 characters (bd's limit), not blank, and nothing that was meant as an option. Kept as it was typed. */
export function validTitle(text: string, field = 'title'): string {
  if (text.trim() === '') throw invalid(field, 'A title is required.');
  if (text.length > 500)
    throw invalid(field, `A title has at most 500 characters; this one has ${text.length}.`);
  if (/^\s*--?[a-z]/iu.test(text)) {
    throw invalid(field, 'This title looks like an option.', 'Begin the title with a word.');
  }
  return text;
}

/** `0` to `4` or `P0` to `P4`; words are refused. */
export function parsePriority(value: number | string, field = 'priority'): BeadPriority {
  const digit = /^[Pp]?([0-4])$/u.exec(String(value))?.[1];
  if (digit === undefined) throw invalid(field, 'A priority is 0 to 4, or P0 to P4; 0 is the most urgent.');
  return Number(digit) as BeadPriority;
}

/** A type in its full form; short forms are read: `feat`, `enhancement`, `mr` … */
export function parseType(text: string, field = 'type'): string {
  const word = text.trim().toLowerCase();
  const type = typeAliases.get(word) ?? word;
  if (types.has(type)) return type;
  throw invalid(field, `There is no type "${text}".`, `Types: ${commonTypes.join(', ')}.`);
}

export function parseStatus(text: string, field = 'status'): BeadStatus {
  for (const status of statuses) if (status === text) return status;
  throw invalid(field, `There is no status "${text}".`, `Statuses: ${statuses.join(', ')}.`);
}

/** Sorted, each once; refused where one is blank, longer than 100 characters, or holds a comma or control character. */
export function validLabels(labels: Iterable<string>, field = 'labels'): readonly string[] {
  const valid = new Set<string>();
  for (const label of labels) {
    const text = label.trim();
    if (text === '' || text.length > 100 || /[\p{Cc},]/u.test(text)) {
      throw invalid(field, 'A label has 1 to 100 characters, without commas and control characters.');
    }
    valid.add(text);
  }
  return [...valid].toSorted();
}

export function validTimestamp(text: string, field: string): Timestamp {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/u.test(text)) return text as Timestamp;
  throw invalid(field, 'A time is written as 2026-05-01T10:00:00.000Z.');
}

export function invalid(field: string, sentence: string, next?: string): Refusal {
  return new Refusal('invalid', sentence, next === undefined ? { field } : { field, next });
}

const statuses = [
  'open',
  'hooked',
  'in_progress',
  'blocked',
  'deferred',
  'pinned',
  'closed',
] as const satisfies readonly BeadStatus[];

const commonTypes = 'task bug feature epic chore decision spike story milestone'.split(' ');

/** Not offered to people, but found in real data; the second line are those that a Gas Town registers with bd. */
const otherTypes = (
  'message molecule gate event ' + //
  'agent role rig convoy slot queue merge-request'
).split(' ');

const types: ReadonlySet<string> = new Set([...commonTypes, ...otherTypes]);

const typeAliases: ReadonlyMap<string, string> = new Map([
  ['enhancement', 'feature'],
  ['feat', 'feature'],
  ['dec', 'decision'],
  ['adr', 'decision'],
  ['investigation', 'spike'],
  ['timebox', 'spike'],
  ['user-story', 'story'],
  ['ms', 'milestone'],
  ['mr', 'merge-request'],
  ['mol', 'molecule'],
]);
