/** In which form a runtime's lifecycle hook takes what it is told. */
export const hookForms = ['claude', 'codex', 'gemini', 'copilot', 'text'] as const;
export type HookForm = (typeof hookForms)[number];

/** Lines to print as they are, or one value to print as JSON. */
export type HookAnswer = { readonly lines: readonly string[] } | { readonly json: unknown };

/** Something that is to reach the model. `event` is the runtime's own name of what called. */
export function contextAnswer(form: HookForm, text: string, event: string): HookAnswer {
  if (form === 'gemini')
    return { json: { hookSpecificOutput: { hookEventName: event, additionalContext: text } } };
  // Only at the top: the nested form of others does not reach it.
  if (form === 'copilot') return { json: { additionalContext: text } };
  return { lines: [text.trimEnd()] };
}

/** The runtimes whose end of a turn may be answered with a reason to go on. */
export function takesGoOn(form: HookForm): boolean {
  return form !== 'text';
}

export function goOnAnswer(reason: string): HookAnswer {
  return { json: { decision: 'block', reason } };
}
