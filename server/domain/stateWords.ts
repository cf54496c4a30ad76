import type { Bead, BeadStatus } from './bead.ts';
import type { ConvoyState } from './convoy.ts';
import type { BeadId } from './ids.ts';
import type { LandingState } from './mergeRequest.ts';
import type { PolecatState } from './polecat.ts';
import { isBlocked, isReady } from './readiness.ts';
import type { RigState } from './rig.ts';
import type { SessionEnd, SessionState } from './session.ts';
import type { View } from './view.ts';

export type AnyState =
  | BeadStatus
  | PolecatState
  | LandingState
  | ConvoyState
  | RigState
  | SessionState
  | SessionEnd;

/** The state in words for people, lower-case, to stand behind a name: `nux · needs you`. */
export function describeState(state: AnyState): string {
  return words[state] ?? state.replaceAll(/[-_]/gu, ' ');
}

/**
 * The one word for a bead's row: how its landing stands, else what its polecat does, else whether it can be worked. A bead that is
 * not there (any more) is `unknown`.
 */
export function beadWord(view: View, id: BeadId): string {
  const bead = view.get('beads', id);
  if (!bead) return 'unknown';
  const landing = newestLanding(view, id);
  if (bead.status === 'closed') return landing === 'verified' ? 'verified' : 'closed';
  const polecat = bead.assignee ? view.get('agents', bead.assignee) : undefined;
  if (polecat?.bead === id && polecat.state !== 'done') return describeState(polecat.state);
  if (landing !== undefined && landing !== 'verified') return describeState(landing);
  return readinessWord(view, bead);
}

/** Only those whose word is not the state itself. */
const words: Partial<Record<AnyState, string>> = {
  'needs-you': 'needs you',
  'rate-limited': 'waits for its rate limit',
  'waiting-for-checkout': 'waits for your checkout',
  in_progress: 'in progress',
  'not-started': 'not started',
};

function readinessWord(view: View, bead: Bead): string {
  if (bead.status !== 'open') return describeState(bead.status);
  if (isBlocked(view, bead)) return 'blocked';
  return isReady(view, bead) ? 'ready' : 'open';
}

function newestLanding(view: View, id: BeadId): LandingState | undefined {
  let newest: { readonly at: string; readonly state: LandingState } | undefined;
  for (const request of view.find('mergeRequestsByBead', id)) {
    if (!newest || request.submittedAt >= newest.at)
      newest = { at: request.submittedAt, state: request.state };
  }
  return newest?.state;
}
