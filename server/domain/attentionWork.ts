import type { AttentionAction, AttentionItem } from './attentionItem.ts';
import type { BeadId } from './ids.ts';
import { isAwaited } from './landings.ts';
import type { LandingState, MergeRequest } from './mergeRequest.ts';
import { newestRequest } from './newestRequest.ts';
import type { Polecat, PolecatState } from './polecat.ts';
import { passes } from './sessions.ts';
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

/** Polecats that ask, have failed, stalled, or were interrupted, and that wait for a limit with nothing left to go on by itself. */
export function* agentItems(view: View): Iterable<AttentionItem> {
  for (const state of Object.keys(severityOf) as (keyof typeof severityOf)[])
    for (const polecat of view.find('agentsByState', state)) {
      if (state === 'rate-limited' && goesOnAlone(view, polecat)) continue;
      if (isOver(view, polecat)) continue;
      yield agentItem(view, polecat, severityOf[state]);
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
function agentAction(view: View, { id, state, session }: Polecat): AttentionAction {
  const now = session === undefined ? undefined : view.get('sessions', session);
  const runs = now !== undefined && now.state !== 'ended';
  if (state === 'needs-you' && (!runs || now.host === 'process'))
    return { command: `gt nudge ${id} TEXT, then gt session run ${id}`, verb: 'answer' };
  if (runs) return { command: `gt session attach ${id}`, verb: 'openTerminal' };
  return { command: `gt session run ${id}`, verb: 'resume' };
}

/** Its program is there and goes on when the limit is over, or the town knows when that is. */
function goesOnAlone(view: View, { session }: Polecat): boolean {
  const now = session === undefined ? undefined : view.get('sessions', session);
  if (now === undefined || now.state !== 'ended') return true;
  return now.failure?.resets !== undefined && passes(now.failure);
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
  if (request.state !== 'submitted') return !isTakenUp(view, request);
  // Where the rig waits for an approval, that is the one thing to do.
  if (request.reason !== undefined) return rig?.unapproved === undefined;
  return rig?.settings.merge === 'review';
}

/** Its polecat is at work on it again, or its conflict is a bead of its own that somebody works on. */
function isTakenUp(view: View, request: MergeRequest): boolean {
  const polecat = view.get('agents', request.agent);
  if (polecat?.bead === request.bead && polecat.state !== 'done')
    return request.state !== 'waiting-for-checkout';
  const { blockedBy }: MergeRequest & { readonly blockedBy?: BeadId } = request;
  const bead = blockedBy === undefined ? undefined : view.get('beads', blockedBy);
  return bead !== undefined && (bead.status === 'hooked' || bead.status === 'in_progress');
}

function requestItem(view: View, request: MergeRequest, severity: Severity): AttentionItem {
  const { id, bead, rig, agent, state, submittedAt, updatedAt } = request;
  const obstructed = state === 'submitted' && request.reason !== undefined;
  const reviewed = `${bead} is submitted and waits for your review.`;
  return {
    // Tried again and no further, it is the same episode; handed over anew, another.
    id: `mergeRequest:${id}:${state}${obstructed ? '!' : ''}:${submittedAt}`,
    kind: 'mergeRequest',
    subject: bead,
    rig,
    bead,
    agent,
    state,
    reason: request.reason ?? (state === 'submitted' ? reviewed : `${bead} is ${describeState(state)}.`),
    since: state === 'submitted' ? submittedAt : updatedAt,
    action: requestAction(view, request),
    severity: obstructed ? 'medium' : severity,
  };
}

function requestAction(view: View, { bead, agent, state }: MergeRequest): AttentionAction {
  const there = view.get('agents', agent)?.bead === bead;
  if (state === 'submitted') return { command: `gt mq show ${bead}`, verb: there ? 'review' : 'merge' };
  if (state === 'waiting-for-checkout' || !there) return { command: `gt mq merge ${bead}`, verb: 'merge' };
  return { command: `gt session run ${agent}`, verb: 'resume' };
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
