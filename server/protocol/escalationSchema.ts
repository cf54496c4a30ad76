import { flag, oneOf, opt, text, word } from './fields.ts';

/** The fields of `EscalationRequests`. */
export const escalationFields = {
  'escalation/create': {
    description: text,
    severity: opt(oneOf('low', 'medium', 'high', 'critical')),
    reason: opt(text),
    source: opt(word),
    bead: opt(word),
    dryRun: opt(flag),
  },
  'escalation/list': { all: opt(flag), stale: opt(flag) },
  'escalation/get': { escalation: word },
  'escalation/acknowledge': { escalation: word },
  'escalation/close': { escalation: word, reason: opt(text) },
};
