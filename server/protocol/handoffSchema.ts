import { flag, handoffWords, nextSession, opt, word } from './fields.ts';

/** The fields of `HandoffRequests`. */
export const handoffFields = {
  'handoff/write': { agent: opt(word), words: opt(handoffWords), dryRun: opt(flag), next: opt(nextSession) },
  'handoff/clear': { of: opt(word) },
  'handoff/get': { of: opt(word) },
};
