import type { Bead } from './bead.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { newestRequest } from './newestRequest.ts';
import type { Polecat } from './polecat.ts';
import { isHeld } from './hooks.ts';
import { blockerOf } from './repairs.ts';
import type { View } from './view.ts';

/** So often the town begins the author of work that could not land again by itself; after that it is a person's. */
const mostTakeUps = 2;

/**
 * The author that the town itself is to begin again, as soon as its session has ended, for what kept its work from landing. Only where
 * the rig lands by itself: where a person merges, a person says what goes on.
 */
export function authorToBegin(view: View, request: MergeRequest): Polecat | undefined {
  if (request.state !== 'conflict' && request.state !== 'rejected') return undefined;
  const rig = view.get('rigs', request.rig);
  if (rig?.settings.merge !== 'auto' || rig.state !== 'active') return undefined;
  if ((request.takenUp?.times ?? 0) >= mostTakeUps) return undefined;
  return isLeftToAuthor(view, request) ? waitingAuthor(view, request) : undefined;
}

/** The bead that it waits for is theirs: nobody else has it, and no person has queued it for another. */
function isLeftToAuthor(view: View, request: MergeRequest): boolean {
  const blocker = blockerOf(view, request);
  if (!blocker || isHeld(blocker) || blocker.assignee !== request.agent) return false;
  return view.get('dispatches', blocker.id) === undefined;
}

/** The author that an open bead is for, which is to put right what kept their work from landing: nobody else is to be given it unasked. */
export function authorOfRepair(
  view: View,
  bead: Bead,
): { readonly author: Polecat; readonly request: MergeRequest } | undefined {
  const author = isHeld(bead) ? undefined : view.get('agents', bead.assignee ?? '');
  if (!author) return undefined;
  for (const request of view.find('mergeRequestsByBlocker', bead.id))
    if (request.agent === author.id && request.bead === author.bead) return { author, request };
  return undefined;
}

/** Done with it, and not taken up since. A person is begun by nobody. */
function waitingAuthor(view: View, request: MergeRequest): Polecat | undefined {
  const polecat = view.get('agents', request.agent);
  if (polecat?.state !== 'done' || polecat.bead !== request.bead || polecat.runtime === 'human')
    return undefined;
  const bead = view.get('beads', request.bead);
  if (bead?.assignee !== polecat.id || bead.status === 'closed') return undefined;
  return newestRequest(view, polecat)?.id === request.id ? polecat : undefined;
}

/**
 * Somebody goes on with what could not land, or the town is about to begin them. Whoever holds the bead that it waits for speaks for
 * themselves, where they need a person.
 */
export function isTakenUp(view: View, request: MergeRequest): boolean {
  const author = view.get('agents', request.agent);
  if (author?.bead === request.bead && author.state !== 'done') return true;
  const blocker = blockerOf(view, request);
  if (!blocker) return false;
  if (isHeld(blocker)) return isHolderThere(view, blocker.assignee ?? '');
  if (view.get('dispatches', blocker.id)) return true;
  return authorToBegin(view, request) !== undefined && request.takenUp?.refused === undefined;
}

/** Crew and the mayor only while a session of theirs runs; nothing else would tell of them. */
function isHolderThere(view: View, holder: string): boolean {
  const place = view.get('workplaces', holder);
  if (!place) return true;
  const session = view.get('sessions', place.session ?? '');
  return session !== undefined && session.state !== 'ended';
}
