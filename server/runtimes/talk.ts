import type { RuntimePreset } from '../domain/runtime.ts';
import { fill, fillText, type Known, names } from './placeholders.ts';

/**
 * The arguments to ask the runtime's session `id` something: with a question in the form that ends by itself, else in that of a
 * terminal. Undefined where the runtime has no such form.
 */
export function talkArguments(
  preset: RuntimePreset,
  id: string,
  question: string | undefined,
): readonly string[] | undefined {
  const form = question === undefined ? preset.talk?.terminal : preset.talk?.oneShot;
  if (!form) return undefined;
  // A question that begins like an option would be read as one.
  const prompt = question?.startsWith('-') ? ` ${question}` : (question ?? '');
  const words = fill(form, { values: { id, prompt }, so: new Set() });
  return question === undefined || names(form, 'prompt') ? words : [...words, ...asked(preset, prompt)];
}

/** The variables that the preset sets for every session; one that names what only a new session has is left out. */
export function presetVariables({ environment }: RuntimePreset): Readonly<Record<string, string>> {
  const nothing: Known = { values: {}, so: new Set() };
  const given = Object.entries(environment.set).map(
    ([name, value]) => [name, fillText(value, nothing)] as const,
  );
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function asked({ prompt }: RuntimePreset, text: string): readonly string[] {
  return prompt.kind === 'argument' && prompt.flag !== undefined ? [prompt.flag, text] : [text];
}
