import type { BeadId, RigName } from '../domain/ids.ts';
import type { Change } from '../domain/records.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import { nextBatch, nextRetry, pauseWords } from '../domain/mergeQueue.ts';
import type { Pause, Rig } from '../domain/rig.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { landAll, landQueue } from './land.ts';
import { findRig } from './lookups.ts';
import { unblock } from './repairs.ts';
import { submitNewTip } from './submitBranch.ts';
import { refineryStatus } from './mergeRequests.ts';
import { afterStopping, isStopping } from './stopping.ts';

/**
 * The refinery: lands what waits in each rig, in its order, without being asked again. It wakes when something is handed over, approved
 * or free again, when a rig begins to land by itself or is resumed, and when a time has come to try something again.
 */
export function refinery(context: Context): Duty {
  const { store } = context;
  const asleep = new Set<RigName>();
  const wake = (name: RigName): void => {
    const rig = store.view.get('rigs', name);
    if (!rig || asleep.has(name)) return;
    if (nextBatch(store.view, rig, context.now()).length === 0 || isStopping(context))
      return setAlarm(context, rig, wake);
    asleep.add(name);
    context.background(`landing in ${name}`, async () => {
      try {
        await context.queue.run(landQueue(name), async () => {
          // Whatever comes from here on is seen by the look at the queue, or wakes it again.
          asleep.delete(name);
          await landAll(context, name);
        });
      } finally {
        asleep.delete(name);
        const now = store.view.get('rigs', name);
        if (now) setAlarm(context, now, wake);
      }
    });
  };
  return {
    begin() {
      for (const { id } of store.view.all('rigs')) wake(id);
      for (const state of ['conflict', 'rejected'] as const)
        for (const request of store.view.find('mergeRequestsByState', state))
          if (request.blockedBy !== undefined && isClosed(context, request.blockedBy)) free(context, request);
    },
    changed({ changes }) {
      for (const change of changes) {
        const name = rigToWake(change);
        if (name !== undefined) wake(name);
        const closed = closedBead(change);
        if (closed === undefined) continue;
        for (const request of store.view.find('mergeRequestsByBlocker', closed)) free(context, request);
      }
    },
  };
}

function setAlarm(context: Context, rig: Rig, wake: (rig: RigName) => void): void {
  const key = `landing again in ${rig.id}`;
  const { view } = context.store;
  // What could land now was kept from it by the end of the town, which may have been refused.
  const now = context.now();
  const isLeft = nextBatch(view, rig, now).length > 0;
  const time = isLeft ? afterStopping(context) : nextRetry(view, rig, now);
  if (time === undefined) return context.timers.cancel(key);
  context.timers.at(key, time, () => Promise.resolve(wake(rig.id)));
}

/** What is claimed is being landed by whoever would be woken. */
function rigToWake([collection, , record]: Change): RigName | undefined {
  if (record === null) return undefined;
  if (collection === 'rigs') return record.refinery ? undefined : record.id;
  if (collection !== 'mergeRequests' || record.claim) return undefined;
  return record.state === 'submitted' || record.state === 'merged' ? record.rig : undefined;
}

function closedBead([collection, , record]: Change): BeadId | undefined {
  return collection === 'beads' && record?.status === 'closed' ? record.id : undefined;
}

const isClosed = ({ store }: Context, bead: BeadId): boolean =>
  (store.view.get('beads', bead)?.status ?? 'closed') === 'closed';

/** Its bead has closed: with what its branch has now, or as it is, it waits for its landing again. */
function free(context: Context, { id }: MergeRequest): void {
  context.background(`freeing ${id}`, async () => {
    const request = await unblock(context, id);
    if (request) await submitNewTip(context, request);
  });
}

/** What waited for a time is tried at once: what kept it from landing was put right. */
export async function retryAtOnce(context: Context, rig: RigName | undefined): Promise<void> {
  const { view } = context.store;
  const states = ['submitted', 'merged'] as const;
  const found = states.flatMap((state) => [...view.find('mergeRequestsByState', state)]);
  const waiting = found.filter(
    (request) => (rig === undefined || request.rig === rig) && request.retryAt !== undefined,
  );
  if (waiting.length === 0) return;
  await context.store.transact({ verb: 'land/again', by: 'town' }, (draft) => {
    for (const { id } of waiting) {
      const before = draft.get('mergeRequests', id);
      if (!before) continue;
      const { retryAt: _, ...now } = before;
      draft.put('mergeRequests', now);
    }
  });
}

/**
 * Nothing lands in the rig from now on; a landing under way moves nothing any more, but what is being put on its branch at that moment.
 * Paused already: only the reason is another.
 */
export async function pauseRefinery(
  context: Context,
  params: Params<'refinery/pause'>,
  caller: Caller,
): Promise<Result<'refinery/pause'>> {
  const pause: Pause = {
    pausedAt: context.now(),
    by: caller.by,
    ...(params.reason === undefined ? {} : { reason: params.reason }),
  };
  const { result } = await context.store.transact(
    { verb: 'refinery/pause', by: caller.by, subject: findRig(context.store.view, params.rig).id },
    (draft) => {
      const rig: Rig = { ...findRig(draft, params.rig), refinery: pause };
      draft.put('rigs', rig);
      for (const request of Array.from(draft.find('mergeRequestsByState', 'submitted')))
        if (request.rig === rig.id && request.approved)
          draft.put('mergeRequests', { ...request, reason: pauseWords(rig) });
      return rig;
    },
  );
  return refineryStatus(context, result);
}

export async function resumeRefinery(
  context: Context,
  params: Params<'refinery/resume'>,
  caller: Caller,
): Promise<Result<'refinery/resume'>> {
  const { result } = await context.store.transact(
    { verb: 'refinery/resume', by: caller.by, subject: findRig(context.store.view, params.rig).id },
    (draft) => {
      const before = findRig(draft, params.rig);
      const { refinery: _, ...rig } = before;
      for (const request of Array.from(draft.find('mergeRequestsByState', 'submitted'))) {
        if (request.rig !== rig.id || request.reason !== pauseWords(before)) continue;
        const { reason: _reason, ...rest } = request;
        draft.put('mergeRequests', rest);
      }
      draft.put('rigs', rig);
      return rig;
    },
  );
  return refineryStatus(context, result);
}
