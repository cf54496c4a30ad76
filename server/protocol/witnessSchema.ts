import { opt, word } from './fields.ts';

/** The fields of `WitnessRequests`. */
export const witnessFields = {
  'witness/status': { rig: opt(word) },
  'patrol/scan': { rig: opt(word) },
};
