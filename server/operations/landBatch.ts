import { join } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import type { MergeRequestId, RigName, Sha } from '../domain/ids.ts';
import { isSettled } from '../domain/landings.ts';
import { notWanted } from '../domain/mergeQueue.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { isFollowed } from '../domain/pullRequests.ts';
import type { Rig } from '../domain/rig.ts';
import type { View } from '../domain/view.ts';
import type { Context } from './context.ts';
import { gatesOf } from './gates.ts';
import {
  beginLandings,
  changeLanding,
  endLandings,
  type Landing,
  type Layer,
  noteLayers,
  type Place,
} from './landing.ts';
import { findMergeRequest, findRig } from './lookups.ts';
import type { PullRequestPlace } from './gh.ts';
import { moveTarget } from './moveTarget.ts';
import { finish, prove } from './prove.ts';
import { followPullRequest, openPullRequest, pullRequestPlace } from './pullRequests.ts';
import { type Bench, goodStack } from './stack.ts';
import { isStopping } from './stopping.ts';
import { freshTarget } from './targets.ts';

/** How often a landing begins again because the target moved under it. */
const attempts = 5;

/**
 * Lands requests of one rig and target together: stack, gates, move, proof. Each then is `verified`, or says what is in its way, or still
 * is `submitted` and is in `alone`, for a turn of its own. Runs in the rig's queue.
 */
export async function landBatch(
  context: Context,
  rig: RigName,
  requests: readonly MergeRequest[],
  alone: Set<MergeRequestId>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const landings = landingsOf(context, findRig(context.store.view, rig), requests);
    if (landings.length === 0) return;
    if ((await tryToLand(landings, alone)) === 'settled' || isStopping(context)) return;
    if (attempt < attempts) continue;
    for (const landing of landingsOf(context, findRig(context.store.view, rig), requests)) {
      const reason = `${landing.request.target} moved ${attempts} times during the landing; merge it again.`;
      await changeLanding(landing, 'rejected', { reason, asIs: true });
    }
    return;
  }
}

/** As they are now: what was given back, or landed, has no landing. */
function landingsOf(context: Context, rig: Rig, requests: readonly MergeRequest[]): readonly Landing[] {
  const { view } = context.store;
  return requests.flatMap(({ id }) => {
    const request = findMergeRequest(view, id);
    const wanted = request.state === 'merged' || isWanted(context, request);
    return wanted ? [{ context, rig, request, by: request.approved?.by ?? 'town' }] : [];
  });
}

/** What was asked for may have been taken back, replaced or blocked meanwhile, or the rig been paused, or the town be ending. */
function isWanted(
  context: Context,
  { id }: Pick<MergeRequest, 'id'>,
  view: View = context.store.view,
): boolean {
  const request = view.get('mergeRequests', id);
  const rig = request && view.get('rigs', request.rig);
  if (request?.state !== 'submitted' || !rig || rig.refinery || isStopping(context)) return false;
  return notWanted(view, rig, request) === undefined;
}

async function tryToLand(
  landings: readonly Landing[],
  alone: Set<MergeRequestId>,
): Promise<'settled' | 'again'> {
  const [first] = landings;
  if (!first) return 'settled';
  const { context, rig } = first;
  if (isFollowed(first.request)) {
    await followPullRequest(first);
    return 'settled';
  }
  const outside = rig.settings.merge === 'pr' ? await pullRequestPlace(first) : undefined;
  const target = await freshTarget(context, rig, first.request.target);
  const place: Place = { scratch: join(context.paths.scratch, first.request.id), target };
  const before = await gatesOf(context, rig, 'before');
  const all = [...before, ...(await gatesOf(context, rig, 'after'))];
  const longest = all.reduce((sum, gate) => sum + gate.timeoutMs * (1 + gate.retries), 0);
  await beginLandings(landings, place, longest * (1 + landings.length));
  const bench: Bench = {
    ...place,
    landing: first,
    gates: before,
    clean: undefined,
    judged: new Map(),
    alone,
  };
  try {
    await context.checkpoint('land:intent');
    return await landOn(bench, landings, outside);
  } finally {
    await clearAway(landings, place);
  }
}

/** Where the scratch worktree cannot go, the intent stays: the next landing, or the next start, takes it away. */
async function clearAway(landings: readonly Landing[], { scratch }: Place): Promise<void> {
  const [first] = landings;
  if (!first) return;
  const { context, rig, request } = first;
  let left = false;
  try {
    await context.git.removeScratch(rig, scratch);
  } catch (error) {
    left = true;
    const said = messageOf(error);
    context.log(`The scratch worktree of ${request.id} could not be removed: ${said}`);
  }
  await endLandings(landings, left);
}

async function landOn(
  bench: Bench,
  landings: readonly Landing[],
  outside: PullRequestPlace | undefined,
): Promise<'settled' | 'again'> {
  const { context } = bench.landing;
  const layers = await goodStack(bench, await notThere(bench, landings));
  const top = layers.at(-1);
  if (!top) return 'settled';
  await context.checkpoint('land:scratch');
  // The gates may have taken long: who rejected or replaced one of them, or paused the rig, meant it.
  if (!layers.every(({ landing }) => isWanted(context, landing.request))) return 'again';
  if (outside) {
    await openPullRequest(top.landing, outside, top.gates);
    return 'settled';
  }
  if (!(await noteLayers(layers, bench, (view, request) => isWanted(context, request, view)))) return 'again';
  await context.checkpoint('land:prepared');

  const moved = await moveTarget(top.landing, { landed: top.sha, expected: bench.target });
  await context.checkpoint('land:moved');
  if (moved.kind === 'moved') {
    await finish(bench, layers);
    return 'settled';
  }
  if (moved.kind === 'target-moved') return 'again';
  if (layers.length > 1) {
    // One of them may be in the way of the others: each for itself.
    for (const { landing } of layers) bench.alone.add(landing.request.id);
  } else if (moved.kind === 'waiting') {
    const { reason, files } = moved;
    await changeLanding(top.landing, 'waiting-for-checkout', { reason, files, gates: top.gates });
  } else await changeLanding(top.landing, 'rejected', { reason: moved.reason, gates: top.gates, asIs: true });
  return 'settled';
}

/** Finishes those that are on the target already, and gives the others. */
async function notThere(bench: Bench, landings: readonly Landing[]): Promise<readonly Landing[]> {
  const rest: Landing[] = [];
  for (const landing of landings) {
    const there = await alreadyThere(landing, bench.target);
    if (!there) rest.push(landing);
    else if (landing.request.state === 'merged') await prove(bench, [there]);
    else await finish(bench, [there]);
  }
  return rest;
}

/** What is on the target already, as it is or under another name: only its proof is missing. */
async function alreadyThere(landing: Landing, target: Sha): Promise<Layer | undefined> {
  const { context, rig, request } = landing;
  const { landed, tip, gates = [], landedBy } = request;
  const kept = gates.filter(({ phase }) => phase === 'before');
  if (request.state === 'merged' && landed)
    return { landing, sha: landed, gates: kept, ...(landedBy ? { landedBy } : {}) };
  for (const sha of [landed, tip])
    if (sha && (await context.git.isAncestor(rig, sha, target))) return { landing, sha, gates: kept };
  const copy = await context.git.landedByPatch(rig, { tip, target });
  return copy && { landing, sha: copy, gates: [], landedBy: 'patch-id' };
}

/** Whether nothing is left to do for it. */
export function isAtRest(context: Context, id: MergeRequestId): boolean {
  const request = context.store.view.get('mergeRequests', id);
  if (!request || isSettled(request.state)) return true;
  return request.state !== 'merged' && !isWanted(context, request);
}
