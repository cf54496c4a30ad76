import { messageOf } from '../domain/fault.ts';
import type { MergeRequestId } from '../domain/ids.ts';
import type { MergeRequest, PullRequest, PullRequestObstacle } from '../domain/mergeRequest.ts';
import { noteSeen, noteUnseen } from '../domain/pullRequestTrouble.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Context } from './context.ts';
import { hasFailingCheck, type PullRequestPlace, type PullRequestSeen } from './gh.ts';
import type { Landing } from './landing.ts';
import { findMergeRequest } from './lookups.ts';
import { isStopping } from './stopping.ts';

/** It is open there, and this is in its way. */
export async function noteOpen(
  { context, request }: Landing,
  place: PullRequestPlace,
  seen: PullRequestSeen,
): Promise<MergeRequest> {
  const before = request.pullRequest?.obstacles?.are ?? [];
  const checks = await checksFail(place, seen.number);
  const is: Readonly<Record<PullRequestObstacle, boolean>> = {
    conflict: seen.conflicts ?? before.includes('conflict'),
    checks: checks ?? before.includes('checks'),
    changes: seen.changesWanted === true,
  };
  const are = (['conflict', 'checks', 'changes'] as const).filter((each) => is[each]);
  return await note(context, request.id, 'land/seen', (pullRequest) =>
    noteSeen(pullRequest, are, context.now()),
  );
}

/** Undefined: it cannot be said. */
async function checksFail(place: PullRequestPlace, number: number): Promise<boolean | undefined> {
  try {
    return await hasFailingCheck(place, number);
  } catch (error) {
    place.context.log(`The checks of pull request ${number}: ${messageOf(error)}`);
    return undefined;
  }
}

/** Nothing was seen of it, and why. The end of the town says nothing of it. */
export async function noteNotSeen(context: Context, id: MergeRequestId, error: unknown): Promise<void> {
  context.log(`The pull request of ${id}: ${messageOf(error)}`);
  const refusal = error instanceof Refusal ? error : undefined;
  if (isStopping(context) || refusal?.code === 'unavailable') return;
  const why = refusal?.message ?? 'the town met a fault, see its log.';
  const next = refusal?.details.next;
  await note(context, id, 'land/unseen', (pullRequest) =>
    noteUnseen(pullRequest, { why, at: context.now(), ...(next === undefined ? {} : { next }) }),
  );
}

async function note(
  context: Context,
  id: MergeRequestId,
  verb: 'land/seen' | 'land/unseen',
  change: (pullRequest: PullRequest) => PullRequest,
): Promise<MergeRequest> {
  const subject = findMergeRequest(context.store.view, id).bead;
  const { result } = await context.store.transact({ verb, by: 'town', subject }, (draft) => {
    const now = findMergeRequest(draft, id);
    if (now.pullRequest?.state !== 'open') return now;
    const pullRequest = change(now.pullRequest);
    if (pullRequest === now.pullRequest) return now;
    const next = { ...now, pullRequest };
    draft.put('mergeRequests', next);
    return next;
  });
  return result;
}
