import { isAgentName } from './agentNames.ts';
import { agentOf } from './agents.ts';
import type { Bead } from './bead.ts';
import { isHeldUp } from './heldUp.ts';
import { isHeld } from './hooks.ts';
import { isLeftAfterLimit } from './limits.ts';
import { lostSessionOf } from './lostSession.ts';
import type { Timestamp } from './ids.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { newestRequest } from './newestRequest.ts';
import type { Polecat, PolecatState } from './polecat.ts';
import { stuck } from './polecats.ts';
import { waitsForMerge } from './pullRequests.ts';
import { pullRequestTrouble } from './pullRequestTrouble.ts';
import { isBlocked, isReady, unworkable } from './readiness.ts';
import { isTakenUp } from './takeUp.ts';
import type { View } from './view.ts';

export type BeadPlace = 'ready' | 'hooked' | 'review' | 'merge' | 'blocked' | 'attention';

/** Whether the bead is work that is still to be done: not closed, not a pinned note, not of a type that is only kept. */
export function isOpenWork(bead: Bead): boolean {
  return bead.status !== 'closed' && bead.status !== 'pinned' && !unworkable.has(bead.type);
}

/**
 * The one place where an open bead is; undefined where it is no open work. In the order of the questions:
 * 1. Who holds it? With what was submitted: `review` (a person presses Merge), `merge` (the town lands it, or is about to),
 *    `blocked` (what kept it from landing is a bead that is worked on, or about to be) or `attention` (it cannot land as it is). Without: `hooked` while the holder is at work, `attention` where nothing goes on by itself.
 * 2. Nobody: `blocked` (by other beads, by hand, or put off, itself or its parent, until a date), `attention` (its starts failed too
 *    often), else `ready`.
 */
export function placeOf(view: View, bead: Bead, now: Timestamp): BeadPlace | undefined {
  if (!isOpenWork(bead)) return undefined;
  if (isHeld(bead)) return placeOfHeld(view, bead, now);
  if (bead.status === 'blocked' || isBlocked(view, bead) || !isReady(view, bead, now)) return 'blocked';
  return view.get('dispatches', bead.id)?.state === 'broken' ? 'attention' : 'ready';
}

/** What a polecat has submitted of the bead that it holds, where it has not taken the work up again. */
export function requestOfHolder(view: View, bead: Bead): MergeRequest | undefined {
  const polecat = bead.assignee === undefined ? undefined : view.get('agents', bead.assignee);
  if (polecat?.state !== 'done') return undefined;
  const request = newestRequest(view, { bead: bead.id, branch: polecat.branch });
  return request?.state === 'verified' ? undefined : request;
}

/** It is being landed at this moment. What is on the target and could not be proven there is tried again later. */
export function isLanding({ state, claim, failures }: MergeRequest, now: Timestamp): boolean {
  if (state !== 'submitted' && state !== 'merged') return false;
  const isClaimed = claim !== undefined && claim.until > now;
  return isClaimed || (state === 'merged' && failures === undefined);
}

function placeOfHeld(view: View, bead: Bead, now: Timestamp): BeadPlace {
  const request = requestOfHolder(view, bead);
  if (request) return placeOfRequest(view, request, now);
  const agent = bead.assignee === undefined ? undefined : agentOf(view, bead.assignee);
  if (agent?.role === 'polecat') return goesOn(view, agent) ? 'hooked' : 'attention';
  if (agent) return lostSessionOf(view, agent, bead) ? 'attention' : 'hooked';
  // A person's, who has it in progress; an agent that is gone holds nothing.
  return bead.status === 'in_progress' && !isAgentName(bead.assignee) ? 'hooked' : 'attention';
}

function placeOfRequest(view: View, request: MergeRequest, now: Timestamp): BeadPlace {
  if (isLanding(request, now)) return 'merge';
  if (request.state === 'waiting-for-checkout' || isHeldUp(request)) return 'attention';
  if (pullRequestTrouble(request)) return 'attention';
  if (stuck.has(request.state)) return isTakenUp(view, request) ? 'blocked' : 'attention';
  return waitsForMerge(view, request) ? 'review' : 'merge';
}

/** Without a person: a rate limit passes. */
function goesOn(view: View, polecat: Polecat): boolean {
  if (polecat.state === 'rate-limited') return !isLeftAfterLimit(view, polecat);
  return atWork.has(polecat.state);
}

const atWork: ReadonlySet<PolecatState> = new Set(['spawning', 'working']);
