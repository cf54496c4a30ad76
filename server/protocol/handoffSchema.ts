import { flag, handoffWords, opt, word } from './fields.ts';

/** The fields of `HandoffRequests`. */
export const handoffFields = {
  'handoff/write': { agent: opt(word), words: opt(handoffWords), dryRun: opt(flag) },
  'handoff/get': { of: opt(word) },
};
