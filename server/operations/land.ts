import { join } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import { isSettled, transitionLanding, verifyLanding } from '../domain/landings.ts';
import type { Intent } from '../domain/intent.ts';
import type { IntentId, MergeRequestId, RigName, Sha } from '../domain/ids.ts';
import type { LandingState, MergeRequest } from '../domain/mergeRequest.ts';
import { identityOf } from '../domain/polecatNames.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Context } from './context.ts';
import { findMergeRequest, findRig } from './lookups.ts';
import { keepRef } from './keepRef.ts';
import type { Landing } from './landing.ts';
import { afterMerge, beforeMerge } from './lifePlugins.ts';
import { moveTarget, pushOn } from './moveTarget.ts';
import { removeWhenEnded } from './remove.ts';
import { freshTarget, targetRef } from './targets.ts';

/** How often a landing begins again because the target moved under it. */
const attempts = 5;

/** Lines of the check command's output that the merge request keeps. */
const keptLines = 40;

/**
 * Lands a merge request: rebase where the target has moved on, check, move the target, prove. One landing at a time in a rig. What
 * comes back is the request as it then is: `verified`, or the state that says what is in the way.
 */
export function land(context: Context, id: MergeRequestId, by: string): Promise<MergeRequest> {
  const request = findMergeRequest(context.store.view, id);
  return context.queue.run(`land ${request.rig}`, () => landOne(context, id, by));
}

/** Nobody waits for the answer: what keeps the landing from being tried is noted where people look. */
export function landInBackground(context: Context, id: MergeRequestId): void {
  context.background(`landing ${id}`, async () => {
    try {
      await land(context, id, 'town');
    } catch (error) {
      if (error instanceof Refusal) await noteObstacle(context, id, error);
      throw error;
    }
  });
}

/** What is to land without being asked for: of rigs that land by themselves, and what was moved and is to be proven. */
export function resumeLandings(context: Context, only?: RigName): void {
  for (const request of context.store.view.all('mergeRequests')) {
    const rig = context.store.view.get('rigs', request.rig);
    if (!rig || (only !== undefined && rig.id !== only)) continue;
    const automatic = rig.settings.merge === 'auto' && request.state === 'submitted';
    if (automatic || request.state === 'merged') landInBackground(context, request.id);
  }
}

async function noteObstacle(context: Context, id: MergeRequestId, obstacle: Refusal): Promise<void> {
  const { bead } = findMergeRequest(context.store.view, id);
  await context.store.transact({ verb: 'land/refused', by: 'town', subject: bead }, (draft) => {
    const now = draft.get('mergeRequests', id);
    if (now?.state !== 'submitted') return;
    const reason = `It could not be landed yet: ${obstacle.message}`;
    draft.put('mergeRequests', transitionLanding(now, now.state, { at: context.now(), reason }));
  });
}

async function landOne(context: Context, id: MergeRequestId, by: string): Promise<MergeRequest> {
  for (let attempt = 1; ; attempt += 1) {
    const request = findMergeRequest(context.store.view, id);
    if (isSettled(request.state)) return request;
    const landing: Landing = { context, rig: findRig(context.store.view, request.rig), request, by };
    const outcome = await tryToLand(landing);
    if (outcome !== 'target-moved') return outcome;
    if (attempt === attempts) {
      return await change(
        landing,
        'rejected',
        `${request.target} moved ${attempts} times during the landing; merge it again.`,
      );
    }
  }
}

async function tryToLand(landing: Landing): Promise<MergeRequest | 'target-moved'> {
  const { context, rig, request } = landing;
  if (request.state === 'merged' && request.landed) return await prove(landing, request.landed);
  const target = await freshTarget(context, rig, request.target);
  for (const commit of [request.landed, request.tip]) {
    if (commit && (await context.git.isAncestor(rig, commit, target))) return await finish(landing, commit);
  }
  const scratch = join(context.paths.scratch, request.id);
  await openIntent(landing, scratch, target);
  try {
    await context.checkpoint('land:intent');
    return await landFrom(landing, scratch, target);
  } finally {
    await clearAway(landing, scratch);
  }
}

/** Where the scratch worktree cannot go, the intent stays: the next landing, or the next start, takes it away. */
async function clearAway(landing: Landing, scratch: string): Promise<void> {
  const { context, rig, request } = landing;
  try {
    await context.git.removeScratch(rig, scratch);
    await closeIntent(landing);
  } catch (error) {
    const said = messageOf(error);
    context.log(`The scratch worktree of ${request.id} could not be removed: ${said}`);
  }
}

async function landFrom(
  landing: Landing,
  scratch: string,
  target: Sha,
): Promise<MergeRequest | 'target-moved'> {
  const { context, rig, request } = landing;
  // Of an earlier landing, if it could not be removed then.
  await context.git.removeScratch(rig, scratch);
  await context.git.addScratch(rig, scratch, request.tip);
  await context.checkpoint('land:scratch');
  const rebased = await context.git.rebaseOnto(rig, scratch, {
    base: request.base,
    tip: request.tip,
    target,
    committer: identityOf(request.agent),
  });
  if (rebased.kind === 'conflict') {
    const { files } = rebased;
    return await change(landing, 'conflict', `It conflicts with ${request.target} in ${files.join(', ')}.`, {
      files,
    });
  }
  const failed = await check(landing, scratch);
  if (failed) return failed;
  const refused = await beforeMerge(landing, scratch);
  if (refused) return await change(landing, 'rejected', refused.reason, { checkOutput: refused.output });
  await noteLanded(landing, scratch, { target, landed: rebased.sha });
  await context.checkpoint('land:prepared');

  const moved = await moveTarget(landing, { landed: rebased.sha, expected: target });
  await context.checkpoint('land:moved');
  if (moved.kind === 'target-moved') return 'target-moved';
  if (moved.kind === 'waiting')
    return await change(landing, 'waiting-for-checkout', moved.reason, { files: moved.files });
  if (moved.kind === 'rejected') return await change(landing, 'rejected', moved.reason);
  return await finish(landing, rebased.sha);
}

/** The target has it: its remote gets it, where the rig says so, and then it is proven. */
async function finish(landing: Landing, landed: Sha): Promise<MergeRequest> {
  const { context, request } = landing;
  const held = await pushOn(landing, landed);
  if (held !== undefined) return await change(landing, 'rejected', held);
  await change(landing, 'merged', `On ${request.target} as ${landed.slice(0, 7)}; to be proven.`, { landed });
  await context.checkpoint('land:merged');
  return await prove(landing, landed);
}

/** Runs the rig's check command where the result of the rebase lies. Undefined: there is none, or it passed. */
async function check(landing: Landing, scratch: string): Promise<MergeRequest | undefined> {
  const { context, rig } = landing;
  if (rig.settings.check.length === 0) return undefined;
  const { code, output } = await context.programs.run(rig.settings.check, scratch);
  if (code === 0) return undefined;
  return await change(
    landing,
    'rejected',
    `The rig's check failed with exit code ${code}: ${rig.settings.check.join(' ')}`,
    {
      checkOutput: output.slice(-keptLines),
    },
  );
}

/** Reachable on the target, as the remote (or the local branch) is now: only then is it landed. */
async function prove(landing: Landing, landed: Sha): Promise<MergeRequest> {
  const { context, rig, request } = landing;
  if (rig.repository.kind === 'url') await context.git.fetch(rig);
  const target = await context.git.resolve(rig, targetRef(context, rig, request.target));
  if (!target || !(await context.git.isAncestor(rig, landed, target))) {
    return await change(
      landing,
      'lost',
      `${landed.slice(0, 7)} was put on ${request.target} but is not reachable there.`,
    );
  }
  const { result } = await context.store.transact(
    { verb: 'land', by: landing.by, subject: request.bead },
    (draft) => verifyLanding(draft, request.id, { landed, at: context.now() }),
  );
  await context.checkpoint('land:verified');
  removeWhenEnded(context, request.agent);
  afterMerge(landing, landed);
  return result;
}

const intentOf = (request: MergeRequest): IntentId => `land ${request.id}` as IntentId;

async function openIntent(landing: Landing, scratch: string, target: Sha): Promise<void> {
  const { context, request } = landing;
  await context.store.transact({ verb: 'land/begin', by: landing.by, subject: request.bead }, (draft) => {
    draft.put('intents', intentFor(landing, scratch, { oldTarget: target }));
  });
}

/** Journals where the target is about to go, and keeps the commit safe, before anything moves. */
async function noteLanded(
  landing: Landing,
  scratch: string,
  { target, landed }: { readonly target: Sha; readonly landed: Sha },
): Promise<void> {
  const { context, rig, request } = landing;
  await keepRef(context, rig, `refs/gastown/landed/${request.id}`, landed);
  await context.store.transact({ verb: 'land/prepared', by: landing.by, subject: request.bead }, (draft) => {
    const now = draft.get('mergeRequests', request.id) ?? request;
    draft.put('mergeRequests', { ...now, landed, updatedAt: context.now() });
    draft.put('intents', intentFor(landing, scratch, { oldTarget: target, newTarget: landed }));
  });
}

function intentFor(
  { context, rig, request }: Landing,
  scratch: string,
  move: { readonly oldTarget: Sha; readonly newTarget?: Sha },
): Intent {
  return {
    id: intentOf(request),
    kind: 'land',
    at: context.now(),
    rig: rig.id,
    mergeRequest: request.id,
    scratch,
    target: request.target,
    ...move,
  };
}

async function closeIntent(landing: Landing): Promise<void> {
  const { context, request } = landing;
  await context.store.transact({ verb: 'land/end', by: 'town', subject: request.bead }, (draft) => {
    if (draft.get('intents', intentOf(request))) draft.remove('intents', intentOf(request));
  });
}

async function change(
  landing: Landing,
  state: LandingState,
  reason: string,
  more: Pick<MergeRequest, 'files' | 'checkOutput' | 'landed'> = {},
): Promise<MergeRequest> {
  const { context, request } = landing;
  const { result } = await context.store.transact(
    { verb: `land/${state}`, by: landing.by, subject: request.bead },
    (draft) => {
      const now = draft.get('mergeRequests', request.id);
      if (!now) throw new Refusal('not-found', `The merge request ${request.id} is gone.`);
      const next = transitionLanding(now, state, { at: context.now(), reason, ...more });
      draft.put('mergeRequests', next);
      return next;
    },
  );
  return result;
}
