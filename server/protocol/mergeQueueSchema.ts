import { flag, oneOf, opt, priority, title, word } from './fields.ts';

/** The fields of `MergeRequestRequests`. */
export const mergeQueueFields = {
  'mergeRequest/list': {
    rig: opt(word),
    all: opt(flag),
    ready: opt(flag),
    state: opt(
      oneOf('submitted', 'merged', 'verified', 'conflict', 'rejected', 'waiting-for-checkout', 'lost'),
    ),
    worker: opt(word),
    epic: opt(word),
    blocked: opt(flag),
    claimed: opt(flag),
    verify: opt(flag),
  },
  'mergeRequest/get': { mergeRequest: word },
  'mergeRequest/next': { rig: opt(word), strategy: opt(oneOf('priority', 'fifo')) },
  'mergeRequest/submit': { branch: opt(word), agent: opt(word), bead: opt(word), priority: opt(priority) },
  'mergeRequest/merge': { mergeRequest: word, rig: opt(word) },
  'mergeRequest/retry': { mergeRequest: word, rig: opt(word) },
  'mergeRequest/reject': { mergeRequest: word, rig: opt(word), reason: title, notify: opt(flag) },
  'refinery/status': { rig: opt(word) },
  'refinery/pause': { rig: word, reason: opt(title) },
  'refinery/resume': { rig: word },
  'refinery/claim': { mergeRequest: word, reason: opt(title) },
  'refinery/release': { mergeRequest: word },
};
