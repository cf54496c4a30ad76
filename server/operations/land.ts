import { later } from '../domain/later.ts';
import { messageOf } from '../domain/fault.ts';
import type { MergeRequestId, RigName } from '../domain/ids.ts';
import { refusePaused } from '../domain/landingPause.ts';
import { isSettled, transitionLanding } from '../domain/landings.ts';
import { nextBatch, pauseWords } from '../domain/mergeQueue.ts';
import type { Approved, MergeRequest } from '../domain/mergeRequest.ts';
import { isFollowed } from '../domain/pullRequests.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Draft } from '../domain/view.ts';
import type { Context } from './context.ts';
import { isAtRest, landBatch } from './landBatch.ts';
import { findMergeRequest, findRig } from './lookups.ts';
import { noteUnapproved } from './unapproved.ts';
import { followPullRequest } from './pullRequests.ts';
import { isStopping, refuseStopping } from './stopping.ts';

/**
 * A person wants it landed: it is put into its rig's queue, and the queue is worked off until it has had its turn. What comes back is the
 * request as it then is: `verified`, or the state that says what is in the way.
 */
export async function land(context: Context, id: MergeRequestId, by: string): Promise<MergeRequest> {
  const request = findMergeRequest(context.store.view, id);
  const { rig } = request;
  refuseStopping(context);
  if (isFollowed(request)) return await follow(context, id, by);
  const approved = approve(context, id, by);
  // It fails in its turn, below.
  approved.catch(() => undefined);
  // In the queue before the refinery wakes of the approval: what is refused then is for whoever asked.
  await context.queue.run(landQueue(rig), async () => {
    await approved;
    for (const turn = turns(); !isAtRest(context, id); turn.done()) {
      const landed = await landNext(context, rig, turn.alone);
      if (landed === 0 || turn.over) return;
    }
  });
  return findMergeRequest(context.store.view, id);
}

/** A person has it put into the queue (again), and does not wait for its landing. */
export async function approve(context: Context, id: MergeRequestId, by: string): Promise<MergeRequest> {
  if (isFollowed(findMergeRequest(context.store.view, id))) return await follow(context, id, by);
  const { result } = await context.store.transact(
    { verb: 'land/approve', by, subject: findMergeRequest(context.store.view, id).bead },
    (draft) => approveLanding(draft, id, { by, at: context.now() }),
  );
  return result;
}

/** A look at its pull request, where that is what decides over it. */
export async function follow(context: Context, id: MergeRequestId, by: string): Promise<MergeRequest> {
  const { view } = context.store;
  const { rig } = findMergeRequest(view, id);
  await context.queue.run(landQueue(rig), async () => {
    const request = findMergeRequest(view, id);
    if (isFollowed(request)) await followPullRequest({ context, rig: findRig(view, rig), request, by });
  });
  return findMergeRequest(view, id);
}

/** One landing at a time in a rig. */
export const landQueue = (rig: RigName): string => `land ${rig}`;

/** Works off what waits in a rig. Nobody waits for the answer: what keeps it from being tried is noted where people look. */
export async function landAll(context: Context, rig: RigName): Promise<void> {
  for (const turn = turns(); !turn.over; turn.done())
    if ((await landNext(context, rig, turn.alone)) === 0) return;
}

/** Each turn lands something, gives something back or sets something apart: more than this would be a fault that goes in circles. */
const mostTurns = 1000;

function turns(): { readonly alone: Set<MergeRequestId>; readonly over: boolean; done(): void } {
  let count = 0;
  return {
    alone: new Set<MergeRequestId>(),
    get over() {
      return count >= mostTurns;
    },
    done: () => void (count += 1),
  };
}

/** Lands the next batch, and gives how many were in it. */
async function landNext(context: Context, rig: RigName, alone: Set<MergeRequestId>): Promise<number> {
  const { view } = context.store;
  const now = view.get('rigs', rig);
  // The town lands nothing more; what waits is there for its next start.
  if (!now || isStopping(context)) return 0;
  const batch = nextBatch(view, now, context.now(), alone);
  const [first] = batch;
  if (!first) return 0;
  try {
    await landBatch(context, rig, batch, alone);
  } catch (error) {
    if (batch.length > 1 && !isEnd(context, error)) await landEach(context, rig, batch, alone);
    else {
      await noteObstacle(context, first, error);
      throw error;
    }
  }
  return batch.length;
}

/** One of a batch may be what keeps all of it from being tried: each for itself. Throws where none could be tried. */
async function landEach(
  context: Context,
  rig: RigName,
  batch: readonly MergeRequest[],
  alone: Set<MergeRequestId>,
): Promise<void> {
  const obstacles: unknown[] = [];
  for (const request of batch) {
    try {
      await landBatch(context, rig, [request], alone);
    } catch (error) {
      if (isEnd(context, error)) throw error;
      await noteObstacle(context, request, error);
      const said = messageOf(error);
      context.log(`${request.id} could not be landed: ${said}`);
      obstacles.push(error);
    }
  }
  if (obstacles.length === batch.length) throw obstacles[0];
}

/** The first, and the longest wait before a landing is tried again that something outside kept from being tried. */
const retryMs = { first: 60_000, longest: 3_600_000 } as const;

async function noteObstacle(context: Context, request: MergeRequest, obstacle: unknown): Promise<void> {
  if (isEnd(context, obstacle)) return;
  if (obstacle instanceof Refusal) noteUnapproved(context, request.rig, obstacle);
  const said = obstacle instanceof Refusal ? obstacle.message : 'the town met a fault, see its log.';
  await context.store.transact({ verb: 'land/refused', by: 'town', subject: request.bead }, (draft) => {
    const now = draft.get('mergeRequests', request.id);
    if (now?.state !== 'submitted' && now?.state !== 'merged') return;
    const at = context.now();
    const reason = `${obstructed(now)} yet: ${said}`;
    const failures = (now.failures ?? 0) + 1;
    const wait = Math.min(retryMs.longest, retryMs.first * 2 ** Math.min(10, failures - 1));
    const retryAt = later(at, wait);
    draft.put('mergeRequests', {
      ...transitionLanding(now, now.state, { at, reason }),
      retryAt,
      failures,
      attempts: now.attempts ?? 1,
    });
  });
}

function obstructed({ state, target, landed, tip }: MergeRequest): string {
  if (state !== 'merged') return 'It could not be landed';
  return `It is on ${target} as ${(landed ?? tip).slice(0, 7)}, and could not be proven there`;
}

/** The end of the town is no failure of what was landing, and the next town server has no reason to wait. */
function isEnd(context: Context, error: unknown): boolean {
  return isStopping(context) || (error instanceof Refusal && error.code === 'unavailable');
}

/** A person has pressed Merge for this tip. What could not land is in the queue again, whatever it waits for. */
function approveLanding(draft: Draft, id: MergeRequestId, approval: Approved): MergeRequest {
  const request = findMergeRequest(draft, id);
  if (isSettled(request.state)) return request;
  if (request.state === 'merged') return proveNow(draft, request);
  refusePaused(request);
  const rig = findRig(draft, request.rig);
  const paused = rig.refinery ? { reason: pauseWords(rig) } : {};
  const next = transitionLanding(request, 'submitted', { at: approval.at, ...paused });
  const despite = request.blockedBy === undefined ? {} : { despite: request.blockedBy };
  const approved: MergeRequest = { ...next, approved: { ...approval, ...despite } };
  draft.put('mergeRequests', approved);
  return approved;
}

/** It is on the target already: what kept it from its proof is tried again at once. */
function proveNow(draft: Draft, before: MergeRequest): MergeRequest {
  const { retryAt: _, ...request } = before;
  draft.put('mergeRequests', request);
  return request;
}
