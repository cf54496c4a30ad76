import { later } from '../domain/later.ts';
import type { GateOutcome } from '../domain/gate.ts';
import type { Sha } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import { landIntent } from '../domain/landingMove.ts';
import { transitionLanding, type LandingChange } from '../domain/landings.ts';
import type { LandingState, MergeRequest } from '../domain/mergeRequest.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Context } from './context.ts';
import { keepRef } from './keepRef.ts';

/** One landing under way: what its steps share. */
export interface Landing {
  readonly context: Context;
  readonly rig: Rig;
  readonly request: MergeRequest;
  /** Who asked for it. */
  readonly by: string;
}

/** A request's work on top of what lands before it: the commit that is to be on the target. */
export interface Layer {
  readonly landing: Landing;
  readonly sha: Sha;
  readonly gates: readonly GateOutcome[];
  /** Others have put it there already, under other names. */
  readonly landedBy?: 'patch-id';
}

/** What all the landings of one batch share: they lie in one scratch worktree, and go where the target stood. */
export interface Place {
  readonly scratch: string;
  readonly target: Sha;
}

/** A landing that hangs for longer than this and its gates may take has no claim any more. */
const claimMs = 10 * 60_000;

/** Journals that the landings begin, with what is to be taken away after them, and claims them. */
export async function beginLandings(
  landings: readonly Landing[],
  place: Place,
  gatesMs: number,
): Promise<void> {
  const [first] = landings;
  if (!first) return;
  const { context, by } = first;
  await context.store.transact({ verb: 'land/begin', by, subject: first.request.bead }, (draft) => {
    const at = context.now();
    const until = later(at, claimMs + gatesMs);
    for (const landing of landings) {
      draft.put('intents', intentFor(landing, place));
      const { retryAt: _, ...now } = draft.get('mergeRequests', landing.request.id) ?? landing.request;
      draft.put('mergeRequests', { ...now, attempts: (now.attempts ?? 0) + 1, claim: { at, until } });
    }
  });
}

/**
 * Journals where the target is about to go, and keeps the commits safe, before anything moves. False, and nothing is noted: one of them is
 * not wanted any more. From here on nobody takes one back: `refuseMoving`.
 */
export async function noteLayers(
  layers: readonly Layer[],
  place: Place,
  isWanted: (view: View, request: MergeRequest) => boolean,
): Promise<boolean> {
  const [first] = layers;
  if (!first) return false;
  const { context, rig, by, request } = first.landing;
  for (const { landing, sha } of layers)
    await keepRef(context, rig, `refs/gastown/landed/${landing.request.id}`, sha);
  const act = { verb: 'land/prepared', by, subject: request.bead };
  const { result } = await context.store.transact(act, (draft) => {
    if (!layers.every(({ landing }) => isWanted(draft, landing.request))) return false;
    for (const { landing, sha, gates } of layers) {
      const now = draft.get('mergeRequests', landing.request.id) ?? landing.request;
      draft.put('mergeRequests', { ...now, landed: sha, gates, updatedAt: context.now() });
      draft.put('intents', { ...intentFor(landing, place), newTarget: sha });
    }
    return true;
  });
  return result;
}

function intentFor({ context, rig, request }: Landing, place: Place): Extract<Intent, { kind: 'land' }> {
  return {
    id: landIntent(request),
    kind: 'land',
    at: context.now(),
    rig: rig.id,
    mergeRequest: request.id,
    scratch: place.scratch,
    target: request.target,
    oldTarget: place.target,
  };
}

/** The claims go; so do the intents, but where the scratch worktree is still there (`left`). */
export async function endLandings(landings: readonly Landing[], left: boolean): Promise<void> {
  const [first] = landings;
  if (!first) return;
  const { context, request } = first;
  await context.store.transact({ verb: 'land/end', by: 'town', subject: request.bead }, (draft) => {
    for (const { request: each } of landings) {
      const { claim, ...now } = draft.get('mergeRequests', each.id) ?? each;
      if (claim) draft.put('mergeRequests', now);
      if (!left && draft.get('intents', landIntent(each))) draft.remove('intents', landIntent(each));
    }
  });
}

export async function changeLanding(
  { context, request, by }: Landing,
  state: LandingState,
  change: Omit<LandingChange, 'at'>,
): Promise<MergeRequest> {
  const { result } = await context.store.transact(
    { verb: `land/${state}`, by, subject: request.bead },
    (draft) => {
      const now = draft.get('mergeRequests', request.id);
      if (!now) throw new Refusal('not-found', `The merge request ${request.id} is gone.`);
      const next = transitionLanding(now, state, { at: context.now(), ...change });
      draft.put('mergeRequests', next);
      noteEnd(draft, request);
      return next;
    },
  );
  return result;
}

/** Its record says from here on what has become of it: of the intent, what is to be taken away is left. */
function noteEnd(draft: Draft, request: Pick<MergeRequest, 'id'>): void {
  const intent = draft.get('intents', landIntent(request));
  if (intent?.kind !== 'land' || intent.newTarget === undefined) return;
  const { newTarget: _, ...rest } = intent;
  draft.put('intents', rest);
}
