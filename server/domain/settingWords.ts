import { invalid } from './beadFields.ts';
import { displayText } from './text.ts';

/** The one word of a key. Refused with `invalid` and the key as its field, as all here. */
export function one(key: string, words: readonly string[]): string {
  const [word, ...more] = words;
  if (word !== undefined && word !== '' && more.length === 0) return word;
  throw invalid(key, `${key} takes exactly one value.`);
}

export function choice<const Value extends string>(
  key: string,
  words: readonly string[],
  values: readonly Value[],
): Value {
  const word = one(key, words);
  for (const value of values) if (value === word) return value;
  const last = values.at(-1) ?? '';
  throw invalid(
    key,
    `${key} is ${values.slice(0, -1).join(', ')} or ${last}, not "${displayText(word, 40)}".`,
  );
}

export function yesOrNo(key: string, words: readonly string[]): boolean {
  const word = one(key, words).toLowerCase();
  if (['true', 'yes', 'on'].includes(word)) return true;
  if (['false', 'no', 'off'].includes(word)) return false;
  const [yes, no] = key === 'include' ? ['on', 'off'] : ['true', 'false'];
  throw invalid(key, `${key} is ${yes} or ${no}, not "${displayText(word, 40)}".`);
}

export function count(key: string, words: readonly string[], most: number): number {
  const word = one(key, words);
  const number = /^[0-9]{1,6}$/u.test(word) ? Number(word) : 0;
  if (number >= 1 && number <= most) return number;
  throw invalid(key, `${key} is a number from 1 to ${most}, not "${displayText(word, 40)}".`);
}

/** An argument vector: it is started as it stands, by no shell. `none` alone takes it away. */
export function program(key: string, words: readonly string[]): readonly string[] {
  if (words.length === 1 && (words[0] === 'none' || words[0] === '')) return [];
  const [first = ''] = words;
  if (first.trim() === '' || words.some((word) => word.includes('\0'))) {
    throw invalid(key, `${key} is a program and its arguments, or none.`);
  }
  if (words.length === 1 && /\s/u.test(first) && !/[\\/]/u.test(first)) {
    throw invalid(
      key,
      `${key} is started by no shell: give the program and its arguments as separate words.`,
      `${key} ${first}`,
    );
  }
  return [...words];
}
