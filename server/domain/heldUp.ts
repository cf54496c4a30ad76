import type { MergeRequest } from './mergeRequest.ts';

/** So often in a row its landing could not be tried, or proven, that it is more than something that passes. */
const tooOften = 3;

/** It is tried again by itself, but a person should know: what keeps it from landing, or from its proof, does not go by itself. */
export function isHeldUp({ state, failures = 0 }: Pick<MergeRequest, 'state' | 'failures'>): boolean {
  return (state === 'submitted' || state === 'merged') && failures >= tooOften;
}
