import { flag, opt, word } from './fields.ts';

/** The fields of `RecoveryRequests`. */
export const recoveryFields = {
  'polecat/recovery': { agent: opt(word), rig: opt(word) },
  'polecat/gc': { rig: opt(word), dryRun: opt(flag) },
};
