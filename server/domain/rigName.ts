import type { RigName } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { View } from './view.ts';

/** A rig's name as typed. Refused with `invalid` where it does not fit the grammar or is a word of `gt rig` itself. */
export function parseRigName(text: string, field = 'name'): RigName {
  if (!grammar.test(text)) {
    throw new Refusal(
      'invalid',
      'A rig name has 1 to 32 lower-case letters, digits, hyphens and underscores, and begins with a letter or digit.',
      { field, ...suggestion(text) },
    );
  }
  if (reserved.has(text) || device.test(text)) {
    throw new Refusal('invalid', `"${text}" is no rig name: the word is taken by the town or by Windows.`, {
      field,
      next: `Choose another, ${text}-rig for example.`,
    });
  }
  return text as RigName;
}

/** A name for a new rig: also refused with `taken` where a rig or a bead is called so, since commands take either. */
export function newRigName(view: View, text: string, field = 'name'): RigName {
  const name = parseRigName(text, field);
  if (view.get('rigs', name)) {
    throw new Refusal('taken', `There is a rig ${name} already.`, { field, next: `gt rig info ${name}` });
  }
  if (view.get('beads', name)) {
    throw new Refusal('taken', `There is a bead ${name}, so no rig can be called that.`, { field });
  }
  return name;
}

/** Every prefix that a new rig may not take: those of the rigs, and the town's own. */
export function takenPrefixes(view: View): Set<string> {
  const taken = new Set([townPrefix]);
  for (const rig of view.all('rigs')) taken.add(rig.prefix);
  return taken;
}

/**
 * The prefix of a rig's bead ids, out of its name: `ml-pipeline` gives `ml`, `backend` `be`, `infra` `in`. Where that is taken, as
 * many letters of the name as it needs, then a number.
 */
export function derivePrefix(name: RigName, taken: ReadonlySet<string>): string {
  const parts = name
    .split(/[-_]+/u)
    .map((part) => part.replace(/^[0-9]+(?=[a-z])/u, ''))
    .filter((part) => part !== '');
  const first = withLetter(shortest(parts));
  if (isFree(first, taken)) return first;
  const letters = withLetter(parts.join(''));
  for (let length = first.length + 1; length <= letters.length; length += 1) {
    const longer = letters.slice(0, length);
    if (isFree(longer, taken)) return longer;
  }
  let number = 2;
  while (!isFree(`${first}${number}`, taken)) number += 1;
  return `${first}${number}`;
}

/** A prefix that a person chose. Refused with `invalid`, or with `taken` where ids of two rigs could not be told apart. */
export function validatePrefix(text: string, taken: ReadonlySet<string>, field = 'prefix'): string {
  if (text.length > 32 || !prefixGrammar.test(text)) {
    throw new Refusal(
      'invalid',
      'A prefix has lower-case letters and digits, begins with a letter, may have parts joined by hyphens, and at most 32 characters.',
      { field },
    );
  }
  const other = clash(text, taken);
  if (other === undefined) return text;
  const owner = other === townPrefix ? 'the town itself' : 'another rig';
  throw new Refusal('taken', `The prefix ${text} cannot be told from ${other}, which belongs to ${owner}.`, {
    field,
    next: 'Choose another with --prefix.',
  });
}

/** The town's own beads and the convoys carry this prefix. */
export const townPrefix = 'hq';

const grammar = /^[a-z0-9][a-z0-9_-]{0,31}$/u;
const prefixGrammar = /^[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*$/u;
const reserved = new Set(['hq', 'show', 'set', 'unset', 'town', 'mayor', 'plugins']);
// Names that Windows keeps for devices, as folders too.
const device = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/u;

/** One word to the reader, two to the ear: their initials say more than two letters. */
const compounds = new Set(
  (
    'back·end front·end data·base data·set data·store data·lake dash·board gate·way web·site web·app web·hook work·flow work·space ' +
    'play·ground tool·kit tool·chain tool·box firm·ware hard·ware soft·ware middle·ware frame·work file·system code·base note·book ' +
    'sand·box store·front market·place gas·town byte·code change·log pipe·line time·line desk·top hand·book road·map block·chain ' +
    'news·letter help·desk key·board stream·line ware·house micro·service type·script java·script git·hub'
  ).split(' '),
);
const compoundInitials = new Map(
  [...compounds].map((word) => [word.replace('·', ''), initials(word.split('·'))]),
);

function shortest(parts: readonly string[]): string {
  const [first = '', second] = parts;
  if (second !== undefined) return first.length <= 3 ? first : initials(parts);
  return compoundInitials.get(first) ?? first.slice(0, 2);
}

function initials(parts: readonly string[]): string {
  return parts.map((part) => part.slice(0, 1)).join('');
}

function withLetter(text: string): string {
  return /^[a-z]/u.test(text) ? text : `r${text}`;
}

function isFree(prefix: string, taken: ReadonlySet<string>): boolean {
  return clash(prefix, taken) === undefined;
}

/** `be` and `be-x` clash as well: the id `be-x-1` would be of both. */
function clash(prefix: string, taken: ReadonlySet<string>): string | undefined {
  for (const other of [townPrefix, ...taken]) {
    if (other === prefix || other.startsWith(`${prefix}-`) || prefix.startsWith(`${other}-`)) return other;
  }
  return undefined;
}

function suggestion(text: string): { next?: string } {
  const fitting = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/gu, '-')
    .replaceAll(/^[-_]+|-+$/gu, '')
    .slice(0, 32);
  return grammar.test(fitting) && !reserved.has(fitting) ? { next: `Try ${fitting}.` } : {};
}
