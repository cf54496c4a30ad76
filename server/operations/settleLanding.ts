import { messageOf } from '../domain/fault.ts';
import type { RigName, Timestamp } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import { isSettled, transitionLanding } from '../domain/landings.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { Draft } from '../domain/view.ts';
import type { Context } from './context.ts';
import { landQueue } from './land.ts';
import { findRig } from './lookups.ts';
import { targetRef } from './targets.ts';

type LandIntent = Extract<Intent, { kind: 'land' }>;

/**
 * Where the target stands decides: if the prepared commit is on it, the landing goes on to its proof, whoever asked for it. Else it begins
 * again where it still is to land: the rig's refinery looks at its queue when it takes up its duty. Nobody lands it now, whether or not its
 * scratch worktree can be taken away.
 */
export async function settleLanding(context: Context, intent: LandIntent): Promise<void> {
  const rig = findRig(context.store.view, intent.rig);
  await freeClaim(context, intent);
  await context.git.removeScratch(rig, intent.scratch);
  const target = await context.git.resolve(rig, targetRef(context, rig, intent.target));
  const begun = intent.newTarget !== undefined && target !== undefined;
  const moved = begun && (await context.git.isAncestor(rig, intent.newTarget, target));
  await context.store.transact({ verb: 'recover', by: 'town', subject: intent.id }, (draft) => {
    draft.remove('intents', intent.id);
    const request = draft.get('mergeRequests', intent.mergeRequest);
    if (moved && request && !isSettled(request.state)) goOn(draft, request, context.now());
  });
}

/** It is on the target, whatever was said of it meanwhile: its landing goes on to the proof, or to what its proof met. */
function goOn(draft: Draft, request: MergeRequest, at: Timestamp): void {
  if (request.state === 'merged' || request.blockedBy !== undefined) return;
  const { paused: _, ...again } = transitionLanding(request, 'submitted', { at });
  draft.put('mergeRequests', { ...again, approved: request.approved ?? { by: 'town', at } });
}

/** What landings that are over have left in a rig, since something kept it there then. */
export async function settleLandingsOf(context: Context, name: RigName): Promise<void> {
  await context.queue.run(landQueue(name), async () => {
    const { view } = context.store;
    for (const intent of Array.from(view.all('intents'))) {
      if (intent.kind !== 'land' || intent.rig !== name) continue;
      try {
        await settleLanding(context, intent);
      } catch (error) {
        const said = messageOf(error);
        context.log(`The intent ${intent.id} could not be settled: ${said}`);
      }
    }
  });
}

async function freeClaim({ store }: Context, { id, mergeRequest }: LandIntent): Promise<void> {
  if (!store.view.get('mergeRequests', mergeRequest)?.claim) return;
  await store.transact({ verb: 'recover', by: 'town', subject: id }, (draft) => {
    const claimed = draft.get('mergeRequests', mergeRequest);
    if (!claimed) return;
    const { claim: _, ...request } = claimed;
    draft.put('mergeRequests', request);
  });
}
