import { list, opt, path, word } from './fields.ts';

/** The fields of `AttentionRequests`. */
export const attentionFields = {
  'attention/list': { rig: opt(word) },
  // An item's id holds ids that others made.
  'attention/claim': { window: word, items: list(path) },
};
