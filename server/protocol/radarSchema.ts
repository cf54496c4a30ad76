import { opt, word } from './fields.ts';

/** The fields of `RadarRequests`. */
export const radarFields = {
  'radar/get': { rig: opt(word) },
};
