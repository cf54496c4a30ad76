import type { MergeRequestId, Timestamp } from './ids.ts';
import { landingPauseWords } from './landingPause.ts';
import { isSettled } from './landings.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { isOutside } from './pullRequests.ts';
import { pullRequestWords } from './pullRequestTrouble.ts';
import type { Rig, RigSettings } from './rig.ts';
import type { View } from './view.ts';

/** What the order of a queue is made of, for one merge request. */
export interface Waiting {
  readonly submittedAt: Timestamp;
  /** Its own, else that of its bead: 0 is the most urgent, 4 the least. */
  readonly priority: number;
  /** Landings of it that were begun before. */
  readonly attempts: number;
  /** When the oldest open convoy that its bead is in was made. */
  readonly convoySince?: Timestamp;
}

const hourMs = 3_600_000;

/**
 * Who lands first: the highest score. `age in hours × 10 + (4 − priority) × 100 − min(attempts × 50, 300) + min(convoy's age in hours
 * × 10, 500)`. What does not grow with the wait is bounded (1200 points at most, from the most favoured to the least), and everybody's
 * wait counts alike: whoever has waited 120 hours longer than another goes first, whatever else there is. So nothing starves.
 */
export function score({ submittedAt, priority, attempts, convoySince }: Waiting, now: Timestamp): number {
  const convoy = convoySince === undefined ? 0 : Math.min(hours(convoySince, now) * 10, 500);
  return hours(submittedAt, now) * 10 + (4 - priority) * 100 - Math.min(attempts * 50, 300) + convoy;
}

/** From what wait on nobody who was submitted later can go first, in hours. */
export const longestOvertakingHours = (400 + 300 + 500) / 10;

function hours(since: Timestamp, now: Timestamp): number {
  return Math.max(0, Date.parse(now) - Date.parse(since)) / hourMs;
}

/** `priority`: by score. `fifo`: by age alone. */
export type QueueStrategy = 'priority' | 'fifo';

/** What waits to land in a rig and may: asked for, not blocked, not claimed. In the order of the strategy; equals by age, then id. */
export function queueOf(
  view: View,
  rig: Rig,
  now: Timestamp,
  strategy: QueueStrategy = 'priority',
): readonly MergeRequest[] {
  const ready = underWay(view, rig).filter((request) => whyNot(view, rig, request, now) === undefined);
  const scored = ready.map((request) => ({
    request,
    score: strategy === 'fifo' ? 0 : score(waitingOf(view, request), now),
  }));
  return scored
    .toSorted((a, b) => b.score - a.score || byAge(a.request, b.request))
    .map(({ request }) => request);
}

/** Handed over, or moved and to be proven. */
function underWay(view: View, rig: Rig): readonly MergeRequest[] {
  const states = ['merged', 'submitted'] as const;
  return states.flatMap((state) =>
    [...view.find('mergeRequestsByState', state)].filter((request) => request.rig === rig.id),
  );
}

function byAge(a: MergeRequest, b: MergeRequest): number {
  return a.submittedAt.localeCompare(b.submittedAt) || (a.id < b.id ? -1 : 1);
}

function waitingOf(view: View, request: MergeRequest): Waiting {
  const since = [...view.find('convoysByBead', request.bead)]
    .filter(({ state }) => state === 'open')
    .map(({ createdAt }) => createdAt)
    .toSorted()[0];
  return {
    submittedAt: request.submittedAt,
    priority: request.priority ?? view.get('beads', request.bead)?.priority ?? 2,
    attempts: request.attempts ?? 0,
    ...(since === undefined ? {} : { convoySince: since }),
  };
}

/** Why a merge request that has not landed does not land now, in one sentence; undefined: nothing stands in its way. */
export function whyNot(view: View, rig: Rig, request: MergeRequest, now: Timestamp): string | undefined {
  const { state, claim } = request;
  if (state === 'submitted') {
    if (rig.refinery) return pauseWords(rig);
    if (claim !== undefined && claim.until > now) return 'It is being landed.';
    return laterWords(request, now) ?? notWanted(view, rig, request);
  }
  if (state === 'merged') return laterWords(request, now);
  if (isSettled(state)) return 'It has landed.';
  return blockWords(view, request) ?? request.reason ?? 'It could not land.';
}

function laterWords({ retryAt, reason }: MergeRequest, now: Timestamp): string | undefined {
  return retryAt !== undefined && retryAt > now ? (reason ?? 'It is tried again later.') : undefined;
}

/** Why a request that was handed over is not to land as things are, whatever the moment; undefined: it is to land. */
export function notWanted(view: View, rig: Rig, request: MergeRequest): string | undefined {
  if (isOutside(request)) return outsideWords(request);
  if (request.paused) return landingPauseWords(request);
  const blocked = blockWords(view, request);
  if (blocked !== undefined) return blocked;
  if (request.approved || rig.settings.merge === 'auto') return undefined;
  return rig.settings.merge === 'none'
    ? `${rig.id} does not land by itself: a person merges it.`
    : 'It waits for a person to review and merge it.';
}

function outsideWords({ reason = 'Its pull request is open.', pullRequest }: MergeRequest): string {
  return [reason, ...(pullRequest ? pullRequestWords(pullRequest) : [])].join(' ');
}

function blockWords(view: View, { blockedBy, approved }: MergeRequest): string | undefined {
  if (blockedBy !== undefined && approved?.despite === blockedBy) return undefined;
  const blocker = blockedBy && view.get('beads', blockedBy);
  return blocker && blocker.status !== 'closed' ? `It waits for ${blocker.id}: ${blocker.title}.` : undefined;
}

/** `The refinery of backend is paused by overseer: the release is being cut.` */
export function pauseWords({ id, refinery }: Pick<Rig, 'id' | 'refinery'>): string {
  const why = refinery?.reason === undefined ? '' : `: ${refinery.reason}`;
  return `The refinery of ${id} was paused by ${refinery?.by ?? 'somebody'}${why}; gt refinery resume ${id} lets it go on.`;
}

/** How many land with one run of the gates. */
export function mostInBatch({ batch = 5 }: Pick<RigSettings, 'batch'>): number {
  return batch;
}

/**
 * What lands next, together: the first of the queue, and those behind it that land on the same branch. `alone`: requests that were in
 * the way of others, or others in theirs: each is a batch of its own when its turn comes.
 */
export function nextBatch(
  view: View,
  rig: Rig,
  now: Timestamp,
  alone: ReadonlySet<MergeRequestId> = new Set(),
): readonly MergeRequest[] {
  const queue = queueOf(view, rig, now);
  const [first] = queue.filter(({ state }) => state === 'merged').concat(queue);
  if (!first) return [];
  if (first.state === 'merged' || alone.has(first.id) || rig.settings.merge === 'pr') return [first];
  return queue
    .filter(({ id, target }) => target === first.target && !alone.has(id))
    .slice(0, mostInBatch(rig.settings));
}

/** When the first of those comes up that wait for a time and for nothing else. A claim that nobody gives back ends, too. */
export function nextRetry(view: View, rig: Rig, now: Timestamp): Timestamp | undefined {
  return underWay(view, rig)
    .filter((request) => standingReason(view, rig, request) === undefined)
    .flatMap(({ retryAt, claim }) => [retryAt, claim?.until])
    .filter((time): time is Timestamp => time !== undefined && time > now)
    .toSorted()[0];
}

/** Why it does not land, whatever the moment. */
function standingReason(view: View, rig: Rig, request: MergeRequest): string | undefined {
  if (request.state !== 'submitted') return undefined;
  return rig.refinery ? pauseWords(rig) : notWanted(view, rig, request);
}
