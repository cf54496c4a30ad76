import type { Bead, BeadStatus } from './bead.ts';
import type { BeadId } from './ids.ts';
import type { LandingState } from './mergeRequest.ts';
import { newestRequest } from './newestRequest.ts';
import type { PolecatState } from './polecat.ts';
import { isBlocked, isReady } from './readiness.ts';
import type { View } from './view.ts';

export type BeadState = LandingState | PolecatState | BeadStatus | 'ready' | 'unknown';

/**
 * The state that says most about a bead: how its landing stands, else what its polecat does, else whether it can be worked. A bead
 * that is not there (any more) is `unknown`.
 */
export function beadState(view: View, id: BeadId): BeadState {
  const bead = view.get('beads', id);
  if (!bead) return 'unknown';
  const landing = newestRequest(view, { bead: id })?.state;
  if (bead.status === 'closed') return landing === 'verified' ? 'verified' : 'closed';
  const polecat = bead.assignee ? view.get('agents', bead.assignee) : undefined;
  if (polecat?.bead === id && polecat.state !== 'done') return polecat.state;
  if (landing !== undefined && landing !== 'verified') return landing;
  return readiness(view, bead);
}

function readiness(view: View, bead: Bead): BeadState {
  if (bead.status !== 'open') return bead.status;
  if (isBlocked(view, bead)) return 'blocked';
  return isReady(view, bead) ? 'ready' : 'open';
}
