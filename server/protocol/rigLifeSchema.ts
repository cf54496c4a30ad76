import { flag, labels, oneOf, opt, word } from './fields.ts';

/** The fields of `RigLifeRequests`. */
export const rigLifeFields = {
  'rig/move': {
    rigs: labels,
    move: oneOf('start', 'stop', 'restart', 'park', 'unpark', 'dock', 'undock'),
    force: opt(flag),
  },
  'rig/reset': {
    rigs: labels,
    force: opt(flag),
    dryRun: opt(flag),
    stale: opt(flag),
    mail: opt(flag),
    handoff: opt(flag),
    role: opt(word),
  },
  'rig/status': { rig: word, disk: opt(flag) },
};
