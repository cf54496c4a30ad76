import type { BeadState } from './beadState.ts';
import type { ConvoyState } from './convoy.ts';
import type { VerdictKind } from './episode.ts';
import type { RigState } from './rig.ts';
import type { SessionEnd, SessionState } from './session.ts';

export type AnyState = BeadState | ConvoyState | RigState | SessionState | SessionEnd | VerdictKind;

/** The state in words for people, lower-case, to stand behind a name: `nux · needs you`. */
export function describeState(state: AnyState): string {
  return words[state] ?? state.replaceAll(/[-_]/gu, ' ');
}

/** Only those whose word is not the state itself. */
const words: Partial<Record<AnyState, string>> = {
  'needs-you': 'needs you',
  'rate-limited': 'waits for its rate limit',
  'waiting-for-checkout': 'waits for your checkout',
  in_progress: 'in progress',
  'not-started': 'not started',
};
