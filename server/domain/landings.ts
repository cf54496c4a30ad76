import type { GateOutcome } from './gate.ts';
import type { AgentId, BeadId, MergeRequestId, Sha, Timestamp } from './ids.ts';
import { finishBead } from './beadClose.ts';
import type { LandingState, MergeRequest } from './mergeRequest.ts';
import type { SlungPolecat } from './polecat.ts';
import { newestRequest } from './newestRequest.ts';
import { stuck, transitionPolecat } from './polecats.ts';
import { Refusal } from './refusal.ts';
import { blockerOf, closeRepair } from './repairs.ts';
import { describeState } from './stateWords.ts';
import type { Draft, View } from './view.ts';

/** Where each landing may go. `verified` is the end; from every other state the proof may be found, by whatever way it came there. */
export const landingTransitions: Readonly<Record<LandingState, readonly LandingState[]>> = {
  submitted: ['merged', 'verified', 'conflict', 'rejected', 'waiting-for-checkout', 'lost'],
  // On the target, where a gate that runs after the landing rejects it: it is there, and it is not verified.
  merged: ['verified', 'lost', 'rejected'],
  conflict: ['submitted', 'merged', 'verified', 'rejected', 'waiting-for-checkout', 'lost'],
  rejected: ['submitted', 'merged', 'verified', 'conflict', 'waiting-for-checkout', 'lost'],
  'waiting-for-checkout': ['submitted', 'merged', 'verified', 'conflict', 'rejected', 'lost'],
  lost: ['submitted', 'merged', 'verified', 'conflict', 'rejected', 'waiting-for-checkout'],
  verified: [],
};

/** Nothing more will happen to it. */
export function isSettled(state: LandingState): boolean {
  return state === 'verified';
}

/**
 * Whether somebody still waits for it to land: not what has landed, nor what was replaced by a newer request of its branch, nor what
 * could not land and will be taken up by nobody, its bead closed or its polecat gone. All of it stays to be looked at, and to be landed.
 */
export function isAwaited(view: View, request: MergeRequest): boolean {
  if (isSettled(request.state)) return false;
  if (!stuck.has(request.state)) return true;
  if (blockerOf(view, request)) return true;
  const polecat = view.get('agents', request.agent);
  const isHeld = polecat?.bead === request.bead && view.get('beads', request.bead)?.status !== 'closed';
  return isHeld && newestRequest(view, request)?.id === request.id;
}

export interface LandingChange {
  readonly at: Timestamp;
  /** Why, in one sentence. What the state before had to say (its files, its check) goes. */
  readonly reason?: string;
  readonly landed?: Sha;
  readonly files?: readonly string[];
  readonly checkOutput?: readonly string[];
  readonly gates?: readonly GateOutcome[];
  readonly landedBy?: 'patch-id';
  readonly asIs?: true;
}

/** Refused with `stale` where the states do not allow it. Its own state again: only what is said about it is another. */
export function transitionLanding(
  request: MergeRequest,
  to: LandingState,
  change: LandingChange,
): MergeRequest {
  if (to !== request.state && !landingTransitions[request.state].includes(to)) {
    throw new Refusal(
      'stale',
      `${request.id} is ${describeState(request.state)}; it cannot become ${describeState(to)}.`,
      {
        next: `gt mq show ${request.id}`,
        facts: { mergeRequest: request.id, from: request.state, to },
      },
    );
  }
  const {
    reason: _reason,
    asIs: _asIs,
    files: _files,
    checkOutput: _output,
    retryAt: _retry,
    failures: _failures,
    ...rest
  } = request;
  const { at, ...said } = change;
  const verifiedAt = to === 'verified' ? { verifiedAt: request.verifiedAt ?? at } : {};
  return { ...rest, ...said, ...verifiedAt, state: to, updatedAt: at };
}

/** Whose branch is handed over: a polecat, or a crew member with a bead. */
export type Author = Pick<SlungPolecat, 'id' | 'rig' | 'runtime' | 'branch' | 'base' | 'bead'>;

export interface Submission {
  readonly id: MergeRequestId;
  readonly polecat: Author;
  readonly target: string;
  readonly tip: Sha;
  readonly commits: number;
  readonly at: Timestamp;
  /** Of the request itself; absent: as it was, else its bead's. */
  readonly priority?: number;
}

/**
 * Work is handed over to land: the request is there and the polecat is done. The same branch and tip again gives the request that is
 * there already, unchanged. With a new tip, earlier requests of the branch that have not landed are rejected as replaced.
 */
export function openMergeRequest(draft: Draft, submission: Submission): MergeRequest {
  const { id, polecat: author, target, tip, commits, at } = submission;
  const earlier = Array.from(draft.find('mergeRequestsByBead', author.bead)).filter(
    (request) => request.rig === author.rig && request.branch === author.branch,
  );
  const same = earlier.find((request) => request.tip === tip);
  if (same) return same;
  if (draft.get('mergeRequests', id)) {
    throw new Refusal('taken', `There is a merge request ${id} already.`, {
      field: 'id',
      next: `gt mq show ${id}`,
    });
  }
  for (const request of earlier) replace(draft, request, id, at);
  const times = Math.max(0, ...earlier.map(({ takenUp }) => takenUp?.times ?? 0));
  const open = earlier.filter(({ state }) => !isSettled(state));
  const before = open.toSorted((a, b) => a.submittedAt.localeCompare(b.submittedAt)).at(-1);
  const priority = submission.priority ?? before?.priority;
  const request: MergeRequest = {
    id,
    bead: author.bead,
    rig: author.rig,
    agent: author.id,
    runtime: author.runtime,
    branch: author.branch,
    target,
    base: author.base,
    tip,
    state: 'submitted',
    commits,
    ...(times === 0 ? {} : { takenUp: { times } }),
    ...(priority === undefined ? {} : { priority }),
    // A person who paused its landing did not mean one commit.
    ...(before?.paused ? { paused: before.paused } : {}),
    submittedAt: at,
    updatedAt: at,
  };
  draft.put('mergeRequests', request);
  finishPolecat(draft, author.id, `submitted ${tip.slice(0, 7)}`, at);
  return request;
}

/**
 * The same commit is handed over again, after its request could not land (or the polecat was resumed for another reason): what can be
 * tried again is submitted anew, in place of newer requests of the branch; what has landed, or is about to, stays. The polecat is done.
 */
export function submitAgain(draft: Draft, id: MergeRequestId, at: Timestamp): MergeRequest {
  const request = draft.get('mergeRequests', id);
  if (!request) throw new Refusal('not-found', `There is no merge request ${id}.`, { next: 'gt mq list' });
  finishPolecat(draft, request.agent, `submitted ${request.tip.slice(0, 7)}`, at);
  if (!stuck.has(request.state)) return request;
  for (const other of Array.from(draft.find('mergeRequestsByBead', request.bead)))
    if (other.id !== id && other.branch === request.branch) replace(draft, other, id, at);
  closeRepair(draft, request, `${request.tip.slice(0, 7)} was handed over again.`, at);
  // A person is asked anew: what it is about may be another thing by now.
  const { blockedBy: _, approved: _approval, ...anew } = transitionLanding(request, 'submitted', { at });
  const again = { ...anew, submittedAt: at };
  draft.put('mergeRequests', again);
  return again;
}

/**
 * The landing is proven: `landed` is reachable on the target. The bead closes, which frees what waits for it, and convoys that are
 * complete with it land. Verified already: nothing changes. Refused with `not-found`.
 */
export function verifyLanding(
  draft: Draft,
  id: MergeRequestId,
  proof: Pick<LandingChange, 'gates' | 'landedBy' | 'reason'> & {
    readonly landed: Sha;
    readonly at: Timestamp;
  },
): MergeRequest {
  const request = draft.get('mergeRequests', id);
  if (!request) throw new Refusal('not-found', `There is no merge request ${id}.`, { next: 'gt mq list' });
  if (isSettled(request.state)) return request;
  const verified = transitionLanding(request, 'verified', proof);
  draft.put('mergeRequests', verified);
  closeRepair(draft, request, `${request.bead} has landed.`, proof.at);
  const bead = draft.get('beads', request.bead);
  if (bead) finishBead(draft, bead, `Landed as ${proof.landed.slice(0, 7)} on ${request.target}`, proof.at);
  return verified;
}

/** Whoever handed it over is removed, and the bead begins anew: what has not landed yet does not land behind its back. */
export function withdrawRequests(
  draft: Draft,
  { author, bead, archive, at }: { author: AgentId; bead: BeadId; archive: string; at: Timestamp },
): void {
  for (const request of Array.from(draft.find('mergeRequestsByBead', bead))) {
    const waits = request.state === 'submitted' || request.state === 'waiting-for-checkout';
    if (!waits || request.agent !== author) continue;
    const reason = `${author} was removed before it landed; gt polecat restore ${archive} brings it back.`;
    draft.put('mergeRequests', transitionLanding(request, 'rejected', { at, reason }));
  }
}

/** Done with no code to land (or none that the rig lands): the bead closes at once, and the polecat is done. */
export function closeDoneBead(
  draft: Draft,
  polecat: Pick<SlungPolecat, 'id' | 'bead'>,
  done: { readonly reason: string; readonly at: Timestamp; readonly keepsBranch?: true },
): void {
  const bead = draft.get('beads', polecat.bead);
  if (bead) finishBead(draft, bead, done.reason, done.at);
  finishPolecat(draft, polecat.id, done.reason, done.at);
  const now = draft.get('agents', polecat.id);
  if (now && done.keepsBranch) draft.put('agents', { ...now, keepsBranch: true });
}

function finishPolecat(draft: Draft, id: AgentId, reason: string, at: Timestamp): void {
  const polecat = draft.get('agents', id);
  if (polecat) draft.put('agents', { ...transitionPolecat(polecat, 'done', { at, reason }), progressAt: at });
}

function replace(draft: Draft, request: MergeRequest, by: MergeRequestId, at: Timestamp): void {
  if (!replaceable.has(request.state)) return;
  closeRepair(draft, request, `${request.bead} was handed over anew as ${by}.`, at);
  const { blockedBy: _, approved: _approval, ...replaced } = request;
  draft.put('mergeRequests', transitionLanding(replaced, 'rejected', { at, reason: `replaced by ${by}` }));
}

/** Merged ones are proven or lost by themselves. */
const replaceable: ReadonlySet<LandingState> = new Set(['submitted', 'waiting-for-checkout', ...stuck]);
