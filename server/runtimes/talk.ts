import type { Arguments, RuntimePreset } from '../domain/runtime.ts';
import { fill, type Known, names } from './placeholders.ts';

/** Whether asking leaves the session as it was: the runtime makes a copy of it. Undefined where it cannot be asked at all. */
export function talkMode({ talk }: RuntimePreset): { readonly isFork: boolean } | undefined {
  return talk && { isFork: talk.copy };
}

/** The arguments to ask a past session something: with a question in the form that ends by itself, else in that of a terminal. */
export function talkArguments(
  { talk, prompt }: RuntimePreset,
  id: string,
  question: string | undefined,
): readonly string[] | undefined {
  const form: Arguments | undefined = question === undefined ? talk?.terminal : talk?.oneShot;
  if (!form) return undefined;
  const values = { id, ...(question === undefined ? {} : { prompt: asked(question) }) };
  const known: Known = { values, so: new Set(question === undefined ? [] : (['process'] as const)) };
  const words = fill(form, known);
  if (question === undefined || names(form, 'prompt', 'file')) return words;
  const flag = prompt.kind === 'argument' && prompt.flag !== undefined ? [prompt.flag] : [];
  return [...words, ...flag, asked(question)];
}

/** A question that begins like an option would be read as one. */
function asked(question: string): string {
  return question.startsWith('-') ? ` ${question}` : question;
}
