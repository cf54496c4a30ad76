import type { RuntimePreset } from '../domain/runtime.ts';

/** The preset as it goes on with a session of its own: both its forms take the words that resume it. */
export function resuming(preset: RuntimePreset, id: string): RuntimePreset {
  const { resume, oneShot } = preset;
  if (!resume) return preset;
  const words = withId(resume, id);
  const form = (before: readonly string[]): readonly string[] => beforePrompt(before, words);
  return {
    ...preset,
    arguments: form(preset.arguments),
    ...(oneShot ? { oneShot: form(oneShot) } : {}),
  };
}

export function withId(words: readonly string[], id: string): readonly string[] {
  return words.map((word) => word.replaceAll('{id}', id));
}

/** Behind the form's own words, since `resume` may be a verb below them (`exec resume ID`), but before a flag that takes the prompt. */
function beforePrompt(form: readonly string[], words: readonly string[]): readonly string[] {
  const place = form.findIndex((word) => word === '{prompt}' || word === '{file}');
  if (place === -1) return [...form, ...words];
  const at = place > 0 && form[place - 1]?.startsWith('-') ? place - 1 : place;
  return [...form.slice(0, at), ...words, ...form.slice(at)];
}
