import { flag, oneOf, opt, title, word } from './fields.ts';

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
  },
  'mergeRequest/get': { mergeRequest: word },
  'mergeRequest/next': { rig: opt(word), strategy: opt(oneOf('priority', 'fifo')) },
  'mergeRequest/submit': { branch: opt(word), agent: opt(word), bead: opt(word) },
  'mergeRequest/merge': { mergeRequest: word },
  'mergeRequest/retry': { mergeRequest: word },
  'mergeRequest/reject': { mergeRequest: word, reason: title, notify: opt(flag) },
  'refinery/status': { rig: opt(word) },
  'refinery/pause': { rig: word, reason: opt(title) },
  'refinery/resume': { rig: word },
};
