import type { RuntimePreset } from '../domain/runtime.ts';
import { withId } from './resume.ts';

/** A preset whose runtime can branch off from a session without adding to it. */
type Forking = RuntimePreset & { readonly fork?: readonly string[] };

export interface TalkWords {
  readonly words: readonly string[];
  readonly isFork: boolean;
}

/** How the runtime takes up one of its own sessions: as a fork where it can. Undefined where it cannot at all. */
export function talkWords(preset: Forking, id: string): TalkWords | undefined {
  if (preset.fork) return { words: withId(preset.fork, id), isFork: true };
  if (preset.resume) return { words: withId(preset.resume, id), isFork: false };
  return undefined;
}

/** The arguments to ask a past session something: with a question in the form that ends by itself, else in that of a terminal. */
export function talkArguments(
  preset: RuntimePreset,
  { words }: TalkWords,
  question: string | undefined,
): readonly string[] {
  if (question === undefined) return [...preset.arguments, ...words];
  const form = preset.oneShot ?? preset.arguments;
  const place = form.findIndex((word) => word === '{prompt}' || word === '{file}');
  if (place === -1) return [...form, ...words, ...asked(preset, question)];
  // A flag that takes the prompt stays with it.
  const at = place > 0 && form[place - 1]?.startsWith('-') ? place - 1 : place;
  const filled = form.map((word, index) => (index === place ? question : word));
  return [...filled.slice(0, at), ...words, ...filled.slice(at)];
}

/** A question that begins like an option would be read as one. */
function asked({ prompt }: RuntimePreset, question: string): readonly string[] {
  const text = question.startsWith('-') ? ` ${question}` : question;
  return prompt.kind === 'argument' && prompt.flag !== undefined ? [prompt.flag, text] : [text];
}
