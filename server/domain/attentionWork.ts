import type { AttentionAction, AttentionItem } from './attentionItem.ts';
import { isLeftToTown } from './attentionEpisodes.ts';
import { isHeldUp } from './heldUp.ts';
import { isHeld } from './hooks.ts';
import { isLeftAfterLimit } from './limits.ts';
import type { Timestamp } from './ids.ts';
import { isAwaited } from './landings.ts';
import type { LandingState, MergeRequest } from './mergeRequest.ts';
import { waitsForMerge } from './pullRequests.ts';
import { pullRequestTrouble } from './pullRequestTrouble.ts';
import { blockerOf } from './repairs.ts';
import { isTakenUp } from './takeUp.ts';
import { newestRequest } from './newestRequest.ts';
import type { Polecat, PolecatState } from './polecat.ts';
import type { Severity } from './severity.ts';
import { describeState } from './stateWords.ts';
import type { View } from './view.ts';

const severityOf = {
  'needs-you': 'high',
  failed: 'high',
  stalled: 'medium',
  interrupted: 'medium',
  'rate-limited': 'medium',
} as const satisfies Partial<Record<PolecatState, Severity>>;

/**
 * Polecats that ask, have failed, were interrupted, or stalled with nothing left that their rig lets the town try, and that wait for a
 * limit with nothing left to go on by itself.
 */
export function* agentItems(view: View, now: Timestamp): Iterable<AttentionItem> {
  for (const state of Object.keys(severityOf) as (keyof typeof severityOf)[])
    for (const polecat of view.find('agentsByState', state)) {
      if (state === 'rate-limited' && !isLeftAfterLimit(view, polecat)) continue;
      const left = leftover(view, polecat);
      if (left) yield left;
      if (left || isOver(view, polecat)) continue;
      if (state === 'stalled' && isLeftToTown(view, polecat, now)) continue;
      yield agentItem(view, polecat, severityOf[state]);
    }
}

/** Their bead is closed, and they could not be removed: what is in the way only a person can judge. */
export function* unremovedItems(view: View): Iterable<AttentionItem> {
  for (const { id, rig, bead, unremoved } of view.find('agentsByState', 'done')) {
    if (!unremoved) continue;
    yield {
      id: `polecat:${id}:unremoved:${unremoved.at}`,
      kind: 'polecat',
      subject: id,
      rig,
      ...(bead === undefined ? {} : { bead }),
      agent: id,
      state: 'unremoved',
      reason: `${id} is done and could not be removed. ${unremoved.why}`,
      since: unremoved.at,
      action: { command: `gt polecat remove ${id}`, verb: 'copy' },
      severity: 'low',
    };
  }
}

function agentItem(view: View, polecat: Polecat, severity: Severity): AttentionItem {
  const since = polecat.stateAt ?? polecat.updatedAt;
  return {
    id: `polecat:${polecat.id}:${polecat.state}:${since}`,
    kind: 'polecat',
    subject: polecat.id,
    rig: polecat.rig,
    ...(polecat.bead === undefined ? {} : { bead: polecat.bead }),
    agent: polecat.id,
    state: polecat.state,
    reason: polecat.reason ?? `${polecat.id} is ${describeState(polecat.state)}.`,
    since,
    action: agentAction(view, polecat),
    severity,
  };
}

/** One that runs is spoken to where it runs; one that does not is resumed. What it asks is answered either way. */
function agentAction(view: View, polecat: Polecat): AttentionAction {
  const { id, state, session } = polecat;
  const runs = isRunning(view, polecat);
  const host = view.get('sessions', session ?? '')?.host;
  if (state === 'needs-you' && (!runs || host === 'process'))
    return { command: `gt nudge ${id} TEXT, then gt session run ${id}`, verb: 'answer' };
  if (runs) return { command: `gt session attach ${id}`, verb: 'openTerminal' };
  return { command: `gt session run ${id}`, verb: 'resume' };
}

/** Its bead is closed, by whoever it was, and it has not submitted it: nobody goes on with it, and what it has goes into an archive. */
function leftover(view: View, polecat: Polecat): AttentionItem | undefined {
  const { id, rig, restoredFrom, state } = polecat;
  if (isRunning(view, polecat)) return undefined;
  const bead = view.get('beads', polecat.bead ?? view.get('archives', restoredFrom ?? '')?.bead ?? '');
  if (bead?.status !== 'closed') return undefined;
  const since = polecat.stateAt ?? polecat.updatedAt;
  const came = restoredFrom === undefined ? 'still has its branch' : `was brought back from ${restoredFrom}`;
  return {
    id: `polecat:${id}:leftover:${since}`,
    kind: 'polecat',
    subject: id,
    rig,
    bead: bead.id,
    agent: id,
    state,
    reason: `${id} ${came}, and ${bead.id} is closed: it has nothing to do.`,
    since,
    action: { command: `gt polecat remove ${id}`, verb: 'copy' },
    severity: 'low',
  };
}

function isRunning(view: View, { session }: Polecat): boolean {
  const now = session === undefined ? undefined : view.get('sessions', session);
  return now !== undefined && now.state !== 'ended';
}

/** Its bead is closed, or held by another: nobody waits for it. */
function isOver(view: View, { id, bead }: Polecat): boolean {
  const held = bead === undefined ? undefined : view.get('beads', bead);
  return held !== undefined && (held.status === 'closed' || held.assignee !== id);
}

const landingSeverity = {
  lost: 'high',
  conflict: 'medium',
  rejected: 'medium',
  'waiting-for-checkout': 'medium',
  merged: 'medium',
  submitted: 'low',
} as const satisfies Partial<Record<LandingState, Severity>>;

/** Finished work that lands only when a person does something. */
export function* requestItems(view: View): Iterable<AttentionItem> {
  for (const state of Object.keys(landingSeverity) as (keyof typeof landingSeverity)[])
    for (const request of view.find('mergeRequestsByState', state))
      if (waitsForPerson(view, request)) yield requestItem(view, request, landingSeverity[state]);
}

function waitsForPerson(view: View, request: MergeRequest): boolean {
  if (!isAwaited(view, request)) return false;
  if (newestRequest(view, request)?.id !== request.id) return false;
  const rig = view.get('rigs', request.rig);
  if (request.state === 'waiting-for-checkout') return true;
  if (request.state !== 'submitted' && request.state !== 'merged') return !isTakenUp(view, request);
  if (pullRequestTrouble(request)) return true;
  // Where the rig waits for an approval, that is the one thing to do.
  if (isHeldUp(request)) return rig?.unapproved === undefined;
  return waitsForMerge(view, request);
}

function requestItem(view: View, request: MergeRequest, severity: Severity): AttentionItem {
  const { id, bead, rig, agent, state, submittedAt, updatedAt } = request;
  const trouble = pullRequestTrouble(request);
  const obstructed = isHeldUp(request) || trouble !== undefined;
  return {
    // Tried again and no further, it is the same episode; handed over anew, another.
    id: `mergeRequest:${id}:${state}${obstructed ? '!' : ''}:${trouble?.since ?? submittedAt}`,
    kind: 'mergeRequest',
    subject: bead,
    rig,
    bead,
    agent,
    state,
    reason: requestReason(request),
    since: trouble?.since ?? (state === 'submitted' || obstructed ? submittedAt : updatedAt),
    action: requestAction(view, request),
    severity: obstructed ? 'medium' : severity,
  };
}

function requestReason(request: MergeRequest): string {
  const { bead, state, reason, takenUp } = request;
  const trouble = pullRequestTrouble(request);
  if (trouble) return trouble.reason;
  const refused =
    takenUp?.refused === undefined ? '' : ` Its author could not be begun again: ${takenUp.refused}`;
  if (reason !== undefined) return `${reason}${refused}`;
  return state === 'submitted'
    ? `${bead} is submitted and waits for your review.`
    : `${bead} is ${describeState(state)}.${refused}`;
}

function requestAction(view: View, request: MergeRequest): AttentionAction {
  const { bead, agent, state, asIs } = request;
  const command = pullRequestTrouble(request)?.next;
  if (command !== undefined) return { command, verb: 'copy' };
  const there = view.get('agents', agent)?.bead === bead;
  if (state === 'submitted') return { command: `gt mq show ${bead}`, verb: there ? 'review' : 'merge' };
  const repair = repairCommand(view, request);
  if (repair !== undefined) return { command: repair, verb: 'copy' };
  if (state === 'waiting-for-checkout' || state === 'merged' || asIs === true || !there)
    return { command: `gt mq merge ${bead}`, verb: 'merge' };
  return { command: `gt session run ${agent}`, verb: 'resume' };
}

/** Where what it waits for is not its author's to put right, or they are gone. */
function repairCommand(view: View, request: MergeRequest): string | undefined {
  const { bead, agent, state } = request;
  const blocker = state === 'conflict' || state === 'rejected' ? blockerOf(view, request) : undefined;
  if (!blocker) return undefined;
  if (isHeld(blocker)) return `gt session run ${blocker.assignee ?? agent}`;
  const isAuthors = blocker.assignee === agent && view.get('agents', agent)?.bead === bead;
  return isAuthors ? undefined : `gt sling ${blocker.id}`;
}

/** Rigs in which something is kept from running until a person has looked at it. */
export function* rigItems(view: View): Iterable<AttentionItem> {
  for (const { id, unapproved } of view.all('rigs')) {
    if (unapproved === undefined) continue;
    yield {
      id: `rig:${id}:unapproved:${unapproved.at}`,
      kind: 'rig',
      subject: id,
      rig: id,
      state: 'unapproved',
      reason: unapproved.why,
      since: unapproved.at,
      action: { command: `gt rig approve ${id}`, verb: 'approve' },
      severity: 'medium',
    };
  }
}
