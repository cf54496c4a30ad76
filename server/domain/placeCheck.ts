import { isAgentName } from './agentNames.ts';
import { agentOf } from './agents.ts';
import { isLeftToTown } from './attentionEpisodes.ts';
import { type AttentionItem, misplaced } from './attentionItem.ts';
import type { Bead } from './bead.ts';
import { type BeadPlace, isLanding, placeOf, requestOfHolder } from './beadPlace.ts';
import { isHeld, hookOf } from './hooks.ts';
import type { BeadId, Timestamp } from './ids.ts';
import type { Intent } from './intent.ts';
import { notWanted } from './mergeQueue.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { Polecat } from './polecat.ts';
import { isOutside } from './pullRequests.ts';
import { blockersOf } from './readiness.ts';
import { blockerOf } from './repairs.ts';
import type { View } from './view.ts';

export interface PlaceFinding {
  /** Undefined: it is no open work. */
  readonly place: BeadPlace | undefined;
  /** What disagrees, in one sentence; undefined: all that was looked at agrees. */
  readonly fault?: string;
}

/**
 * Whether what the town keeps, and goes by, agrees with the place that the bead's records say: the lists of what is ready and blocked, the
 * queue of slings, the holder's own record and session, what its refinery would do, and, where the beads are given that somebody is
 * asked about, that list. Of an open bead, two of these may contradict each other only within a step of the town's.
 */
export function examinePlace(
  view: View,
  bead: Bead,
  now: Timestamp,
  asked?: ReadonlySet<string>,
): PlaceFinding {
  const place = placeOf(view, bead, now);
  const says =
    listFault(view, bead, place) ??
    (place && faults[place](view, bead, now)) ??
    (asked && place && attentionFault(view, bead, { place, now, asked }));
  if (says === undefined) return { place };
  const where = place === undefined ? `${bead.status}, no open work` : `in the place “${place}”`;
  return { place, fault: `By its records ${bead.id} is ${where}, but ${says}.` };
}

/** Whether its place is one about which a person must be told. */
export function needsPerson(place: BeadPlace | undefined): boolean {
  return place === 'attention' || place === 'review';
}

/** The beads that a person is asked about, by the list of that; what this check itself found is no answer. */
export function beadsAskedAbout(items: readonly AttentionItem[]): ReadonlySet<string> {
  return new Set(items.flatMap(({ state, bead }) => (state === misplaced ? [] : (bead ?? []))));
}

/** Something that reaches outside is under way with it. */
export function isUnderWay(view: View, bead: Bead): boolean {
  const { id, assignee } = bead;
  for (const intent of view.all('intents'))
    if (beadOfIntent(view, intent) === id || ('agent' in intent && intent.agent === assignee)) return true;
  return false;
}

export function beadOfIntent(view: View, intent: Intent): BeadId | undefined {
  if (intent.kind === 'land') return view.get('mergeRequests', intent.mergeRequest)?.bead;
  return 'bead' in intent ? intent.bead : undefined;
}

/** What is listed as ready is free, and in the queue of slings only what is. */
function listFault(view: View, bead: Bead, place: BeadPlace | undefined): string | undefined {
  const isReady = view.lists('beadsReady', '', bead.id);
  const isQueued = view.get('dispatches', bead.id);
  if (isReady && view.lists('beadsBlocked', '', bead.id)) return 'it is listed as ready and as blocked';
  if (isReady && (place === undefined || isHeld(bead))) return 'it is listed as ready';
  if (isQueued && place === undefined) return 'it waits in the queue of slings';
  if (isQueued && isHeld(bead)) return `it waits in the queue of slings, though ${holderOf(bead)} has it`;
  return undefined;
}

const holderOf = ({ assignee }: Bead): string => assignee ?? 'somebody';

type Fault = (view: View, bead: Bead, now: Timestamp) => string | undefined;

const faults: Readonly<Record<BeadPlace, Fault>> = {
  ready: (view, { id }) =>
    view.lists('beadsReady', '', id) ? undefined : 'it is not listed as ready, so that nobody takes it',
  blocked: (view, bead, now) => (isHeld(bead) ? repairFault(view, bead) : blockFault(view, bead, now)),
  hooked: holderFault,
  review: (view, bead, now) => requestFault(view, bead, 'review', now),
  merge: (view, bead, now) => requestFault(view, bead, 'merge', now),
  attention(view, bead) {
    if (isHeld(bead)) return undefined;
    return view.lists('dispatchesByState', 'broken', bead.id)
      ? undefined
      : 'it is not listed as one that could not be started';
  },
};

function blockFault(view: View, bead: Bead, now: Timestamp): string | undefined {
  if (view.lists('beadsReady', '', bead.id)) return 'it is listed as ready';
  if (bead.status === 'blocked' || isPutOff(bead, now)) return undefined;
  if (view.lists('beadsBlocked', '', bead.id))
    return blockersOf(view, bead).length > 0 ? undefined : 'nothing is left that blocks it';
  for (const { type, dependsOn } of view.find('dependenciesOf', bead.id)) {
    const parent = type === 'parent-child' ? view.get('beads', dependsOn) : undefined;
    if (parent && parent.status !== 'closed' && isPutOff(parent, now)) return undefined;
  }
  return 'no bead, no date and nobody blocks it';
}

function isPutOff({ status, deferUntil }: Bead, now: Timestamp): boolean {
  return deferUntil === undefined ? status === 'deferred' : deferUntil > now;
}

/** Whoever has it knows of it, and is at work. */
function holderFault(view: View, bead: Bead): string | undefined {
  const { assignee } = bead;
  if (assignee === undefined) return undefined;
  const agent = agentOf(view, assignee);
  if (!agent) return isAgentName(assignee) ? `there is no ${assignee}` : undefined;
  const held = hookOf(view, agent.id);
  if (held && held.id !== bead.id) return `${agent.id} has ${held.id} on its hook`;
  return agent.role === 'polecat' ? polecatFault(view, agent, bead.id) : undefined;
}

function polecatFault(view: View, { id, bead, state, session }: Polecat, held: BeadId): string | undefined {
  if (bead !== held) return `${id} does not know of it, and has ${bead ?? 'no bead'}`;
  if (state !== 'working' || session === undefined) return undefined;
  return view.get('sessions', session)?.state === 'ended'
    ? `the session of ${id}, which is working, has ended`
    : undefined;
}

/** What its refinery would do with it. */
function requestFault(view: View, bead: Bead, place: 'review' | 'merge', now: Timestamp): string | undefined {
  const request = requestOfHolder(view, bead);
  if (!request) return 'nothing of it was submitted';
  const { id, rig: name, state } = request;
  if (!view.lists('mergeRequestsByState', state, id)) return `${id} is not listed as ${state}`;
  const rig = view.get('rigs', name);
  if (!rig) return `the rig of ${id}, ${name}, is gone`;
  if (state === 'merged') return undefined;
  // Who pauses it means it, and the attention list says so.
  const { paused: _, ...unpaused } = request;
  const why = notWanted(view, rig, unpaused);
  if (place === 'review') return why === undefined ? `${name} is about to land ${id}` : undefined;
  const lands = isLanding(request, now) || isOutside(request) || why === undefined;
  return lands ? undefined : `${name} does not land ${id}: ${withoutStop(why)}`;
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/u, '');

/** What kept it from landing is a bead that somebody has, or is about to. */
function repairFault(view: View, bead: Bead): string | undefined {
  const request = requestOfHolder(view, bead);
  const blocker = request && blockerOf(view, request);
  if (!request || !blocker) return 'no open bead keeps it from landing';
  return isCaredFor(view, request, blocker) ? undefined : `nobody has ${blocker.id}, which it waits for`;
}

function isCaredFor(view: View, request: MergeRequest, blocker: Bead): boolean {
  if (isHeld(blocker))
    return !isAgentName(blocker.assignee) || agentOf(view, blocker.assignee ?? '') !== undefined;
  if (view.get('dispatches', blocker.id)) return true;
  return blocker.assignee === request.agent && view.get('agents', request.agent) !== undefined;
}

interface Asked {
  readonly place: BeadPlace;
  readonly now: Timestamp;
  readonly asked: ReadonlySet<string>;
}

/** Where only a person can go on, one is asked; or something else is asked first on which it depends, or the witness is not done. */
function attentionFault(view: View, bead: Bead, { place, now, asked }: Asked): string | undefined {
  if (!needsPerson(place) || asked.has(bead.id)) return undefined;
  const polecat = view.get('agents', bead.assignee ?? '');
  if (polecat && view.get('rigs', polecat.rig)?.unapproved) return undefined;
  if (polecat?.state === 'stalled' && isLeftToTown(view, polecat, now)) return undefined;
  return 'the attention list asks nobody about it';
}

/** As many of those that a change concerns are looked at: the doctor looks at all. */
const mostFollowed = 200;

/** The children and dependents of a bead, whose readiness hangs on it. */
export function* hangingOn(view: View, id: BeadId): Iterable<BeadId> {
  let left = mostFollowed;
  for (const { bead } of view.find('dependentsOf', id)) {
    if ((left -= 1) < 0) return;
    yield bead;
  }
  for (const { bead } of view.find('mergeRequestsByBlocker', id)) yield bead;
}
