import type { IntentId, Timestamp } from './ids.ts';
import type { MergeRequest } from './mergeRequest.ts';
import { Refusal } from './refusal.ts';
import type { View } from './view.ts';

export const landIntent = ({ id }: Pick<MergeRequest, 'id'>): IntentId => `land ${id}` as IntentId;

/** Its commit is being put on the target at this moment: whoever takes it back now would be told so, and it would land all the same. */
export function refuseMoving(view: View, request: MergeRequest, now: Timestamp): void {
  const intent = view.get('intents', landIntent(request));
  const isClaimed = request.claim !== undefined && request.claim.until > now;
  if (!isClaimed || intent?.kind !== 'land' || intent.newTarget === undefined) return;
  throw new Refusal('in-use', `${request.id} is being put on ${request.target} at this moment.`, {
    next: `gt mq show ${request.bead}`,
  });
}
