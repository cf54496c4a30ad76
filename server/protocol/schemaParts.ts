import { list, oneOf, opt, pageSize, text, word } from './fields.ts';

// What several messages have in common.

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
