import type { SessionId, Timestamp } from './ids.ts';
import type { LandingState } from './mergeRequest.ts';
import { newestRequest } from './newestRequest.ts';
import type { Polecat, PolecatState } from './polecat.ts';
import { isHeldUp } from './heldUp.ts';
import { isLeftAfterLimit } from './limits.ts';
import { waitsForMerge } from './pullRequests.ts';
import { pullRequestTrouble } from './pullRequestTrouble.ts';
import { Refusal } from './refusal.ts';
import { describeState } from './stateWords.ts';
import { isTakenUp } from './takeUp.ts';
import type { View } from './view.ts';

/** Where each state may go. From any of them a polecat may be removed, which takes its record away. */
export const polecatTransitions: Readonly<Record<PolecatState, readonly PolecatState[]>> = {
  // An agent that is quick says done before its launcher has reported its start.
  spawning: ['working', 'needs-you', 'done', 'rate-limited', 'stalled', 'interrupted', 'failed'],
  working: ['needs-you', 'done', 'rate-limited', 'stalled', 'interrupted', 'failed'],
  'needs-you': ['working', 'done', 'rate-limited', 'stalled', 'interrupted', 'failed'],
  'rate-limited': ['working', 'needs-you', 'done', 'stalled', 'interrupted', 'failed'],
  stalled: ['working', 'needs-you', 'done', 'rate-limited', 'interrupted', 'failed'],
  // Resumed by a new session, or found alive when its launcher comes back.
  interrupted: ['spawning', 'working', 'needs-you', 'done', 'failed'],
  failed: ['spawning', 'working', 'done', 'interrupted'],
  // A landing that is in conflict or rejected: the work is taken up again.
  done: ['spawning'],
};

/** Refused with `stale` where the states do not allow it. Its own state again: only the reason is another. */
export function transitionPolecat(
  polecat: Polecat,
  to: PolecatState,
  change: { readonly at: Timestamp; readonly reason?: string; readonly session?: SessionId },
): Polecat {
  if (to !== polecat.state && !polecatTransitions[polecat.state].includes(to)) {
    throw new Refusal(
      'stale',
      `${polecat.id} is ${describeState(polecat.state)}; it cannot become ${describeState(to)}.`,
      {
        next: `gt polecat show ${polecat.id}`,
        facts: { agent: polecat.id, from: polecat.state, to },
      },
    );
  }
  const { reason, until: _until, ...rest } = polecat;
  const isNew = to !== polecat.state || (to === 'needs-you' && change.reason !== reason);
  return {
    ...rest,
    ...(isNew ? { stateAt: change.at } : {}),
    state: to,
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    ...(change.session === undefined ? {} : { session: change.session }),
    updatedAt: change.at,
  };
}

/** The reason of one that is at rest though it works: its runtime waits for somebody to say something. */
export const stoppedWithoutDone = 'It stopped its turn without gt done.';

/** A sign of progress: a `gt` call, a commit, a lifecycle hook. One that was waiting, at rest or thought stalled works again. */
export function noteProgress(polecat: Polecat, at: Timestamp): Polecat {
  const waited = polecat.state === 'stalled' || polecat.state === 'rate-limited';
  const awake = waited ? transitionPolecat(polecat, 'working', { at }) : polecat;
  if (awake.reason !== stoppedWithoutDone) return { ...awake, progressAt: at };
  const { reason: _, ...working } = awake;
  return { ...working, progressAt: at };
}

/**
 * Whether the polecat is one of those that the town's "need you" counts: it asks, has stalled, was interrupted or has failed, or what
 * it submitted waits for a person. Waiting for a rate limit is not, since that passes by itself, unless nothing goes on after it.
 */
export function needsPerson(view: View, polecat: Polecat): boolean {
  if (polecat.state === 'rate-limited') return isLeftAfterLimit(view, polecat);
  if (polecat.state !== 'done') return waitsForPerson.has(polecat.state);
  const request = newestRequest(view, polecat);
  if (!request) return false;
  if (request.state === 'submitted')
    return isHeldUp(request) || pullRequestTrouble(request) !== undefined || waitsForMerge(view, request);
  if (request.state === 'waiting-for-checkout') return true;
  return stuck.has(request.state) && !isTakenUp(view, request);
}

/** Landings that are not tried again as they are: the work is taken up again, submitted once more, or given up. */
export const stuck: ReadonlySet<LandingState> = new Set(['conflict', 'rejected', 'lost']);

/** What it submitted cannot land as it is: somebody has to take the work up again, or give it up. */
export function isStuck(view: View, polecat: Pick<Polecat, 'bead' | 'branch'>): boolean {
  const request = newestRequest(view, polecat);
  return request !== undefined && stuck.has(request.state);
}

const waitsForPerson: ReadonlySet<PolecatState> = new Set(['needs-you', 'stalled', 'interrupted', 'failed']);
