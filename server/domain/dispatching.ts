import type { Bead } from './bead.ts';
import type { Dispatch, DispatchFailure } from './dispatch.ts';
import { isHeld } from './hooks.ts';
import type { BeadId, RigName, Timestamp } from './ids.ts';
import { later } from './later.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { rigOfBead } from './slinging.ts';
import { displayText } from './text.ts';
import { brokenOf } from './trying.ts';
import type { Draft, View } from './view.ts';
import { triesOf } from './witnessSettings.ts';

/** What the sling said, as far as it is kept until there is a place. */
export type DispatchWish = Pick<Dispatch, 'runtime' | 'host' | 'instructions' | 'convoy' | 'force'> & {
  /** Absent: that of its prefix. */
  readonly rig?: RigName;
};

/**
 * Puts the bead in the queue. There already, it keeps its place and gets what is wished for anew, unless by the town. What failed too often waits there for a person, unless they ask for it
 * themselves (`anew`). Refused where it is held or closed, or belongs to no rig.
 */
export function enqueue(
  draft: Draft,
  bead: Bead,
  wish: DispatchWish,
  act: { readonly at: Timestamp; readonly by: string; readonly anew?: boolean },
): Dispatch {
  const there = draft.get('dispatches', bead.id);
  if (there?.state === 'waiting') return act.by === 'town' ? there : withWish(draft, there, wish);
  if (there && !act.anew) return there;
  if (bead.status === 'closed' || isHeld(bead)) throw notFree(bead);
  const rig = wish.rig ?? rigOfBead(draft, bead.id).id;
  if (act.anew) draft.remove('tries', bead.id);
  const broken = brokenOf(draft, bead.id, draft.get('rigs', rig));
  const dispatch: Dispatch = {
    ...wish,
    id: bead.id,
    rig,
    state: broken ? 'broken' : 'waiting',
    priority: bead.priority,
    queuedAt: act.at,
    queuedBy: act.by,
    failures: 0,
    ...(broken ? { lastFailure: broken.last } : {}),
  };
  draft.put('dispatches', dispatch);
  return dispatch;
}

function withWish(draft: Draft, there: Dispatch, { rig = there.rig, ...wish }: DispatchWish): Dispatch {
  const next: Dispatch = { ...there, ...wish, rig };
  const isSame = Object.entries(next).every(([key, value]) => there[key as keyof Dispatch] === value);
  if (isSame) return there;
  draft.put('dispatches', next);
  return next;
}

/** Out of the queue: slung, cleared, or nobody's any more. Gives what was there. */
export function dequeue(draft: Draft, id: BeadId): Dispatch | undefined {
  const dispatch = draft.get('dispatches', id);
  if (dispatch) draft.remove('dispatches', id);
  return dispatch;
}

/** What is in the queue of a bead, or was until its sling began. */
export function dispatchOf(view: View, id: BeadId): Dispatch | undefined {
  return view.get('dispatches', id) ?? beingStarted(view).find((each) => each.id === id);
}

/** Whose slings are under way; each is in the queue again where that is undone. */
export function beingStarted(view: View): readonly Dispatch[] {
  return Array.from(view.all('intents')).flatMap((intent) =>
    'dispatch' in intent ? (intent.dispatch ?? []) : [],
  );
}

/** Out of the queue for good: where its sling is under way and fails, it does not come back. */
export function clearDispatch(draft: Draft, id: BeadId): Dispatch | undefined {
  const dispatch = dispatchOf(draft, id);
  dequeue(draft, id);
  for (const intent of Array.from(draft.all('intents'))) {
    if (!('dispatch' in intent) || intent.dispatch?.id !== id) continue;
    const { dispatch: _, ...rest } = intent;
    draft.put('intents', rest);
  }
  return dispatch;
}

/** Back in the queue after its sling was undone, where nobody has the bead by now. */
export function requeue(draft: Draft, dispatch: Dispatch): void {
  const bead = draft.get('beads', dispatch.id);
  if (!bead || bead.status === 'closed' || isHeld(bead) || draft.get('dispatches', dispatch.id)) return;
  draft.put('dispatches', dispatch);
}

/**
 * One more start failed: it is tried again after a pause that doubles, and not at all once starts in a row, and what failed after its
 * start, are as many as its rig allows.
 */
export function recordFailure(draft: Draft, id: BeadId, failure: DispatchFailure): Dispatch | undefined {
  const dispatch = draft.get('dispatches', id);
  if (!dispatch) return undefined;
  const failures = dispatch.failures + 1;
  const { notBefore: _, ...rest } = dispatch;
  const failed: Dispatch = { ...rest, failures, lastFailure: failure };
  const most = triesOf(draft.get('rigs', dispatch.rig)?.settings);
  const next: Dispatch =
    failures + (draft.get('tries', id)?.failures ?? 0) >= most
      ? { ...failed, state: 'broken' }
      : { ...failed, notBefore: later(failure.at, 2 ** (failures - 1) * 60_000) };
  draft.put('dispatches', next);
  return next;
}

/** It could not be started for a reason that passes by itself, and no change says when: another try, without counting this one. */
export function putOff(draft: Draft, id: BeadId, failure: DispatchFailure): void {
  const dispatch = draft.get('dispatches', id);
  if (dispatch)
    draft.put('dispatches', {
      ...dispatch,
      lastFailure: failure,
      notBefore: later(failure.at, 5 * 60_000),
    });
}

/** A person says that it can be tried again, from the beginning. Refused with `not-found` where it is not in the queue. */
export function retryDispatch(draft: Draft, id: BeadId): Dispatch {
  const dispatch = draft.get('dispatches', id);
  if (!dispatch) {
    throw new Refusal('not-found', `${displayText(id, 60)} is not in the queue.`, {
      field: 'bead',
      next: `gt sling ${displayText(id, 60)} --queue`,
    });
  }
  const { notBefore: _, lastFailure: _failure, ...rest } = dispatch;
  draft.remove('tries', id);
  const again: Dispatch = { ...rest, state: 'waiting', failures: 0 };
  draft.put('dispatches', again);
  return again;
}

/** What passes by itself, as a change or a time shows: the queue waits for it. */
const passing: ReadonlySet<RefusalCode> = new Set(['capacity', 'blocked', 'deferred', 'parked']);

/** Whether a sling that is refused so can wait in the queue instead. */
export function canWait(code: RefusalCode): boolean {
  return passing.has(code);
}

/** How many are started before it. */
export function placeInQueue(
  view: View,
  dispatch: Dispatch,
): { readonly before: number; readonly of: number } {
  let before = 0;
  for (const other of view.find('dispatchesByState', 'waiting')) {
    if (other.id === dispatch.id) break;
    before += 1;
  }
  return { before, of: view.count('dispatchesByState', 'waiting') };
}

function notFree(bead: Bead): Refusal {
  if (bead.status === 'closed')
    return new Refusal('closed', `${bead.id} is closed.`, { next: `bd update ${bead.id} --status open` });
  return new Refusal('held', `${bead.id} is already claimed by ${bead.assignee ?? 'somebody'}.`, {
    next: `gt unsling ${bead.id}`,
    facts: { bead: bead.id, ...(bead.assignee === undefined ? {} : { holder: bead.assignee }) },
  });
}
