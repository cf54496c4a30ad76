import type { ArgumentGroup, Arguments, Circumstance, Placeholder } from '../domain/runtime.ts';

/** What is known at one launch: the value of each placeholder, and which circumstances are so. */
export interface Known {
  readonly values: Readonly<Partial<Record<Placeholder, string>>>;
  readonly so: ReadonlySet<Circumstance>;
}

/** Stands in a form for the options that are the same in every form. */
export const optionsWord = '{options}';

/** The words of an argument vector, with the groups that are wanted, and with what is known put in. */
export function fill(words: Arguments, known: Known): string[] {
  return words.flatMap((each) => {
    if (typeof each === 'string') return [put(each, known)];
    return isWanted(each, known) ? each.words.map((word) => put(word, known)) : [];
  });
}

/** The same for one text; undefined where it names something that is not there. */
export function fillText(text: string, known: Known): string | undefined {
  return lacks(text, known) ? undefined : put(text, known);
}

/** Whether what `when` and `unless` ask for is so. */
export function applies({ when, unless }: Pick<ArgumentGroup, 'when' | 'unless'>, known: Known): boolean {
  return (when === undefined || isSo(when, known)) && (unless === undefined || !isSo(unless, known));
}

/** Whether one of these names stands in the words, in a group or not. */
export function names(words: Arguments, ...wanted: readonly Placeholder[]): boolean {
  const all = words.flatMap((each) => (typeof each === 'string' ? [each] : each.words));
  return all.some((word) => placeholdersIn(word).some((name) => wanted.includes(name)));
}

/** A string as JSON writes it, without what TOML does not take raw. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007f');
}

const pattern = /\{([A-Za-z]+)(:json)?\}/g;

function put(word: string, { values }: Known): string {
  // One pass: a value that looks like a placeholder is text.
  return word.replaceAll(pattern, (whole, name: string, json: string | undefined) => {
    if (!Object.hasOwn(values, name)) return whole;
    const value = values[name as Placeholder];
    if (value === undefined) return whole;
    return json === undefined ? value : quoted(value);
  });
}

function isWanted(group: ArgumentGroup, known: Known): boolean {
  return applies(group, known) && !group.words.some((word) => lacks(word, known));
}

function isSo(circumstance: Circumstance, { values, so }: Known): boolean {
  return so.has(circumstance) || (values as Readonly<Record<string, unknown>>)[circumstance] !== undefined;
}

function lacks(word: string, { values }: Known): boolean {
  return placeholdersIn(word).some((name) => known.has(name) && values[name] === undefined);
}

const placeholdersIn = (word: string): Placeholder[] =>
  [...word.matchAll(pattern)].map(([, name]) => name as Placeholder);

const every: Readonly<Record<Placeholder, true>> = {
  prompt: true,
  file: true,
  systemPrompt: true,
  systemPromptFile: true,
  private: true,
  settings: true,
  worktree: true,
  town: true,
  id: true,
  gitDirectory: true,
  gitCommonDirectory: true,
  spool: true,
  tools: true,
};

const known: ReadonlySet<string> = new Set(Object.keys(every));
