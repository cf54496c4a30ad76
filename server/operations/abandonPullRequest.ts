import { requestOfHolder } from '../domain/beadPlace.ts';
import type { MergeRequestId } from '../domain/ids.ts';
import { transitionLanding } from '../domain/landings.ts';
import type { MergeRequest, PullRequest } from '../domain/mergeRequest.ts';
import { isAbandoned } from '../domain/pullRequests.ts';
import { displayText } from '../domain/text.ts';
import type { Context } from './context.ts';
import { closePullRequest, requireGh, seePullRequest } from './gh.ts';
import { landQueue } from './land.ts';
import type { Landing } from './landing.ts';
import { findMergeRequest, findRig } from './lookups.ts';
import { followPullRequest } from './pullRequests.ts';

/**
 * What was rejected or replaced here is closed there, with why. Where somebody has merged it meanwhile that is what counts: it is proven
 * as any other, unless its author is at work on something newer; then it is said.
 */
export async function closeAbandoned(context: Context, id: MergeRequestId): Promise<void> {
  const { view } = context.store;
  await context.queue.run(landQueue(findMergeRequest(view, id).rig), async () => {
    const request = findMergeRequest(view, id);
    const { pullRequest, rig: name } = request;
    if (!pullRequest || !isAbandoned(request)) return;
    const rig = findRig(view, name);
    const landing: Landing = { context, rig, request, by: 'town' };
    const place = { context, rig: name, repository: pullRequest.repository };
    await requireGh(place);
    const seen = await seePullRequest(place, pullRequest.number);
    if (seen.state === 'merged' && isNewest(landing)) {
      await followPullRequest(landing);
      return;
    }
    if (seen.state === 'open') await closePullRequest(place, seen.number, commentOf(request));
    const as = seen.mergedAs === undefined ? '' : ` as ${seen.mergedAs.slice(0, 7)}`;
    const reason =
      seen.state === 'merged'
        ? `${request.reason ?? 'It was given up'}; pull request ${seen.number} was merged all the same${as}.`
        : undefined;
    await noteClosed(landing, seen.state === 'open' ? 'closed' : seen.state, reason);
  });
}

/** Nobody is at work on anything newer of the bead. */
function isNewest({ context, request }: Landing): boolean {
  const bead = context.store.view.get('beads', request.bead);
  return bead !== undefined && requestOfHolder(context.store.view, bead)?.id === request.id;
}

/** The reason is data: a block that no mention or keyword acts in. */
function commentOf({ bead, reason = 'It was given up.' }: MergeRequest): string {
  return `Gas Town closes this: \`${bead}\` does not land by it any more.\n\n    ${displayText(reason, 500)}\n`;
}

async function noteClosed(
  { context, request: { id, bead } }: Landing,
  state: PullRequest['state'],
  reason: string | undefined,
): Promise<void> {
  await context.store.transact({ verb: 'land/withdrawn', by: 'town', subject: bead }, (draft) => {
    const now = findMergeRequest(draft, id);
    if (now.pullRequest?.state !== 'open') return;
    const { unseen: _unseen, obstacles: _obstacles, ...rest } = now.pullRequest;
    const said = reason !== undefined && isAbandoned(now) ? { reason } : undefined;
    const next = said ? transitionLanding(now, now.state, { at: context.now(), ...said }) : now;
    draft.put('mergeRequests', { ...next, pullRequest: { ...rest, state } });
  });
}
