import type { Bead } from '../domain/bead.ts';
import type { Dispatch } from '../domain/dispatch.ts';
import { canWait, dequeue, putOff, recordFailure } from '../domain/dispatching.ts';
import { later } from '../domain/later.ts';
import { messageOf, stackOf } from '../domain/fault.ts';
import { isHeld } from '../domain/hooks.ts';
import type { BeadId } from '../domain/ids.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { nextStarts } from '../domain/nextStarts.ts';
import type { Polecat } from '../domain/polecat.ts';
import { affectedBy } from '../domain/readiness.ts';
import type { Change, Collection } from '../domain/records.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Scheduler, schedulerDefaults } from '../domain/scheduler.ts';
import type { View } from '../domain/view.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { heldBack } from './heldBack.ts';
import { slingQueued } from './sling.ts';
import { isStopping } from './stopping.ts';

const key = 'the queue of slings';

/** A town that is being stopped, and then is not, goes on after so long. */
const stoppingMs = 60_000;

/** Starts what waits in the queue as places get free, in its order, at the rate that is set. One round at a time. */
export function dispatchQueue(context: Context): Duty {
  const { store, timers } = context;
  const { view } = store;
  let asked = false;
  const round = async (): Promise<void> => {
    asked = false;
    const tried = new Set<string>();
    for (;;) {
      const now = context.now();
      if (isStopping(context)) return timers.at(key, later(now, stoppingMs), run);
      const notBefore = context.pace.nextBatch();
      if (notBefore !== undefined) return timers.at(key, notBefore, run);
      const { batchSize = schedulerDefaults.batchSize, paused } = schedulerOf(view);
      if (paused) return;
      const next = nextStarts(view, { now, most: batchSize, not: tried, held: holding(context) });
      await dropAll(context, next.over);
      if (next.starts.length === 0) {
        if (next.wakeAt !== undefined) timers.at(key, next.wakeAt, run);
        return;
      }
      for (const { id } of next.starts) tried.add(id);
      context.pace.note();
      await Promise.all(next.starts.map((dispatch) => startDispatch(context, dispatch)));
    }
  };
  const run = (): Promise<void> => context.queue.run(key, round);
  const ask = (): void => {
    if (asked) return;
    asked = true;
    context.background(key, run);
  };
  return {
    begin() {
      if (view.count('dispatchesByState', 'waiting') > 0) ask();
    },
    changed(entry) {
      if (view.count('dispatchesByState', 'waiting') > 0 && mayFree(view, entry)) ask();
      keepOrder(context, entry);
    },
  };
}

const schedulerOf = (view: View): Scheduler => view.get('town', 'town')?.scheduler ?? {};

export const holding =
  (context: Context) =>
  (bead: Bead, { rig }: Dispatch): boolean =>
    heldBack(context, bead, rig) !== undefined;

/** Starts one of the queue. What became of it is in its record, or in what was started; undefined: it was started. */
export async function startDispatch(context: Context, dispatch: Dispatch): Promise<Refusal | undefined> {
  try {
    await context.checkpoint('dispatch:picked');
    await slingQueued(context, dispatch);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) context.log(`starting ${dispatch.id}: ${stackOf(error)}`);
    const refusal = error instanceof Refusal ? error : new Refusal('failed', messageOf(error));
    await keepOutcome(context, dispatch, refusal);
    return refusal;
  }
}

async function keepOutcome(context: Context, { id }: Dispatch, refusal: Refusal): Promise<void> {
  // The end of the town is no failure of its own.
  if (isStopping(context)) return;
  // It waits for a place, its blockers or its date: whatever changes that brings it up again.
  if (canWait(refusal.code)) return;
  const at = context.now();
  const { next } = refusal.details;
  const failure = {
    at,
    code: refusal.code,
    sentence: refusal.message,
    ...(next === undefined ? {} : { next }),
  };
  await context.store.transact({ verb: 'dispatch/failed', by: 'town', subject: id }, (draft) => {
    if (isOver(draft, id)) dequeue(draft, id);
    else if (refusal.code === 'no-host') putOff(draft, id, failure);
    else recordFailure(draft, id, failure);
  });
}

async function dropAll(context: Context, over: readonly Dispatch[]): Promise<void> {
  const [first] = over;
  if (!first) return;
  await context.store.transact({ verb: 'dispatch/over', by: 'town', subject: first.id }, (draft) => {
    for (const { id } of over) if (isOver(draft, id)) dequeue(draft, id);
  });
}

/** Nobody is to be started for it any more. */
function isOver(view: View, id: BeadId): boolean {
  const bead = view.get('beads', id);
  return !bead || bead.status === 'closed' || isHeld(bead);
}

/** Whether the change may let something of the queue start: looked at by what it touches, never by walking the queue. */
function mayFree(view: View, { changes }: JournalEntry): boolean {
  return changes.some((change) => always.has(change[0]) || freesPlace(change) || touchesQueue(view, change));
}

const always: ReadonlySet<Collection> = new Set(['dispatches', 'quotas', 'rigs', 'town']);

function freesPlace([collection, , record]: Change): boolean {
  if (collection === 'sessions') return record === null || record.state === 'ended';
  // A place that was kept for its next session is free.
  if (collection === 'workplaces') return record?.successor === undefined;
  return collection === 'agents' && (record === null || !isAtWork(record));
}

const isAtWork = ({ state }: Polecat): boolean => state === 'working' || state === 'spawning';

function touchesQueue(view: View, change: Change): boolean {
  for (const id of affectedBy(view, change)) if (view.get('dispatches', id)) return true;
  return false;
}

/** A bead that is more urgent now, or closed, or taken by somebody, is so in the queue too. */
function keepOrder(context: Context, { changes }: JournalEntry): void {
  const { view } = context.store;
  for (const [collection, id, bead] of changes) {
    if (collection !== 'beads') continue;
    if (view.get('tries', id) && (!bead || bead.status === 'closed'))
      context.background(key, () => forgetTries(context, id as BeadId));
    const dispatch = view.get('dispatches', id);
    if (!dispatch || (bead && !isOver(view, dispatch.id) && bead.priority === dispatch.priority)) continue;
    context.background(key, () => keepInStep(context, dispatch.id));
  }
}

/** What is closed has not failed. */
async function forgetTries(context: Context, id: BeadId): Promise<void> {
  await context.store.transact({ verb: 'dispatch/follow', by: 'town', subject: id }, (draft) => {
    if ((draft.get('beads', id)?.status ?? 'closed') === 'closed') draft.remove('tries', id);
  });
}

async function keepInStep(context: Context, id: BeadId): Promise<void> {
  await context.store.transact({ verb: 'dispatch/follow', by: 'town', subject: id }, (draft) => {
    const [bead, dispatch] = [draft.get('beads', id), draft.get('dispatches', id)];
    if (!dispatch) return;
    if (!bead || isOver(draft, id)) dequeue(draft, id);
    else if (bead.priority !== dispatch.priority)
      draft.put('dispatches', { ...dispatch, priority: bead.priority });
  });
}
