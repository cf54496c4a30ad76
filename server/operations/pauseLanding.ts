import { refuseMoving } from '../domain/landingMove.ts';
import { pauseLanding, releaseLanding } from '../domain/landingPause.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { View } from '../domain/view.ts';
import type { Context } from './context.ts';
import { findMergeRequest } from './lookups.ts';

/**
 * A landing of it that is under way moves nothing any more: the gates are waited for, and then it is asked whether it is still wanted.
 * Refused with `in-use` where it is being put on its target already.
 */
export async function pauseOne(
  context: Context,
  text: string,
  { by, reason }: { readonly by: string; readonly reason: string | undefined },
): Promise<MergeRequest> {
  const { id, bead } = findMergeRequest(context.store.view, text);
  const pause = { pausedAt: context.now(), by, ...(reason === undefined ? {} : { reason }) };
  return await change(context, { verb: 'land/pause', by, subject: bead }, id, (request, view) => {
    refuseMoving(view, request, pause.pausedAt);
    return pauseLanding(request, pause);
  });
}

/** Paused by nobody: nothing changes. */
export async function releaseOne(context: Context, text: string, by: string): Promise<MergeRequest> {
  const { id, bead, paused } = findMergeRequest(context.store.view, text);
  if (!paused) return findMergeRequest(context.store.view, id);
  return await change(context, { verb: 'land/release', by, subject: bead }, id, (request) =>
    releaseLanding(request, context.now()),
  );
}

async function change(
  context: Context,
  act: { readonly verb: string; readonly by: string; readonly subject: string },
  id: string,
  rule: (request: MergeRequest, view: View) => MergeRequest,
): Promise<MergeRequest> {
  const { result } = await context.store.transact(act, (draft) => {
    const next = rule(findMergeRequest(draft, id), draft);
    draft.put('mergeRequests', next);
    return next;
  });
  return result;
}
