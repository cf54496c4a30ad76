import type { Timestamp } from './ids.ts';
import type { MergeRequest, PullRequest, PullRequestObstacle } from './mergeRequest.ts';
import { isAbandoned } from './pullRequests.ts';
import { displayText } from './text.ts';

export interface PullRequestTrouble {
  /** In one sentence. */
  readonly reason: string;
  readonly since: Timestamp;
  /** Where it is not for whoever submitted it: what helps. */
  readonly next?: string;
}

/** So often in a row it could not be looked at that it is more than something that passes. */
const tooOften = 3;

/** What a person is to know of an open pull request: nobody can see any more what became of it, or it cannot be merged as it is. */
export function pullRequestTrouble({ state, pullRequest }: MergeRequest): PullRequestTrouble | undefined {
  if (state !== 'submitted' || pullRequest?.state !== 'open') return undefined;
  const { unseen, obstacles } = pullRequest;
  if (unseen && unseen.times >= tooOften)
    return { reason: unseenWords(pullRequest), since: unseen.since, next: unseen.next ?? 'gh auth status' };
  if (!obstacles) return undefined;
  return { reason: obstacleWords(pullRequest), since: obstacles.since };
}

/** The town gave it up, and often in a row could not close its pull request. */
export function leftOpen(request: MergeRequest): PullRequestTrouble | undefined {
  const { pullRequest } = request;
  const unseen = isAbandoned(request) ? pullRequest?.unseen : undefined;
  if (!pullRequest || !unseen || unseen.times < tooOften) return undefined;
  const reason = `${request.id} does not land any more, and its pull request ${pullRequest.number} could not be closed: ${sentence(unseen.why)}`;
  return { reason, since: unseen.since, next: unseen.next ?? 'gh auth status' };
}

/** What is said of an open pull request beside that it is open; the first failed look counts here. */
export function pullRequestWords(pullRequest: PullRequest): readonly string[] {
  const { unseen, obstacles } = pullRequest;
  return [...(obstacles ? [obstacleWords(pullRequest)] : []), ...(unseen ? [unseenWords(pullRequest)] : [])];
}

/** One more look that saw nothing. Beyond what a person is told of, nothing new is noted. */
export function noteUnseen(
  pullRequest: PullRequest,
  seen: { readonly why: string; readonly next?: string; readonly at: Timestamp },
): PullRequest {
  const { unseen } = pullRequest;
  const { why, next, at } = seen;
  if (unseen && unseen.times >= tooOften && unseen.why === why) return pullRequest;
  const times = Math.min(tooOften, (unseen?.times ?? 0) + 1);
  const more = next === undefined ? {} : { next };
  return { ...pullRequest, unseen: { times, since: unseen?.since ?? at, why, ...more } };
}

/** A look that saw it, with what is in its way. The same as before: as it was. */
export function noteSeen(
  pullRequest: PullRequest,
  are: readonly PullRequestObstacle[],
  at: Timestamp,
): PullRequest {
  const { unseen, obstacles, ...rest } = pullRequest;
  const same = (obstacles?.are ?? []).join() === are.join();
  if (same && !unseen) return pullRequest;
  if (same) return obstacles ? { ...rest, obstacles } : rest;
  return are.length === 0 ? rest : { ...rest, obstacles: { are, since: at } };
}

function unseenWords({ number, unseen }: PullRequest): string {
  const times = unseen?.times ?? 0;
  const often = times === 1 ? 'at the last look' : `${times} times in a row`;
  return `What became of pull request ${number} could not be seen ${often}: ${sentence(unseen?.why ?? '')}`;
}

function sentence(text: string): string {
  const line = displayText(text, 400);
  return /[.!?…]$/u.test(line) ? line : `${line}.`;
}

const words: Readonly<Record<PullRequestObstacle, string>> = {
  conflict: 'it is in conflict with its target',
  checks: 'a check of it has failed',
  changes: 'a reviewer wants changes',
};

function obstacleWords({ number, url, obstacles }: PullRequest): string {
  const are = (obstacles?.are ?? []).map((each) => words[each]).join(', ');
  return `Pull request ${number} cannot be merged as it is: ${are}; see ${url}.`;
}
