import type { Bead } from './bead.ts';
import type { Dispatch } from './dispatch.ts';
import { checkLimits } from './dispatchLimits.ts';
import { isHeld } from './hooks.ts';
import type { Timestamp } from './ids.ts';
import { isReady } from './readiness.ts';
import { Refusal } from './refusal.ts';
import { checkRoom, checkTownPolecats, refuseFullTown } from './slinging.ts';
import type { View } from './view.ts';

export interface NextStarts {
  /** To be started now, in this order. */
  readonly starts: readonly Dispatch[];
  /** Somebody has the bead by now, or it is closed or gone: there is nothing to start. */
  readonly over: readonly Dispatch[];
  /** When time alone makes more of them possible. */
  readonly wakeAt?: Timestamp;
}

export interface NextWish {
  readonly now: Timestamp;
  readonly most: number;
  /** Those that were tried just now. */
  readonly not?: ReadonlySet<string>;
}

/** What of the queue is next, by priority and age. It walks the queue only as far as it must, and nothing else. */
export function nextStarts(view: View, { now, most, not }: NextWish): NextStarts {
  const starts: Dispatch[] = [];
  const over: Dispatch[] = [];
  const wake = wakeUp(now);
  const full = refusedBy(() => {
    refuseFullTown(view);
    checkTownPolecats(view);
  });
  if (full) return { starts, over };
  const rooms = new Map<string, boolean>();
  for (const dispatch of view.find('dispatchesByState', 'waiting')) {
    if (starts.length >= most) break;
    if (not?.has(dispatch.id) === true) continue;
    const bead = view.get('beads', dispatch.id);
    if (!bead || bead.status === 'closed' || isHeld(bead)) over.push(dispatch);
    else if (isDue(view, bead, { dispatch, now, wake }) && hasRoom(view, dispatch, { now, rooms, wake }))
      starts.push(dispatch);
  }
  const wakeAt = wake.first();
  return { starts, over, ...(wakeAt === undefined ? {} : { wakeAt }) };
}

/** It may be started as far as it itself goes. Where it has to wait for a time, that is when to look again. */
function isDue(
  view: View,
  bead: Bead,
  { dispatch, now, wake }: { readonly dispatch: Dispatch; readonly now: Timestamp; readonly wake: Wake },
): boolean {
  wake.at(dispatch.notBefore);
  wake.at(bead.deferUntil);
  if (dispatch.notBefore !== undefined && dispatch.notBefore > now) return false;
  return (dispatch.force === true && bead.status === 'deferred') || isReady(view, bead, now);
}

interface Rooms {
  readonly now: Timestamp;
  readonly rooms: Map<string, boolean>;
  readonly wake: Wake;
}

/** The same for all of one rig on one runtime, so that it is found out once. A rig that is gone makes the start fail, which says so. */
function hasRoom(view: View, dispatch: Dispatch, { now, rooms, wake }: Rooms): boolean {
  const rig = view.get('rigs', dispatch.rig);
  if (!rig) return true;
  const runtime = dispatch.runtime ?? rig.runtime;
  const key = `${rig.id} ${runtime}`;
  const known = rooms.get(key);
  if (known !== undefined) return known;
  const refused = refusedBy(() => {
    checkRoom(view, rig);
    checkLimits(view, { rig, runtime, now });
  });
  const until = refused?.details.facts?.['until'];
  if (typeof until === 'string') wake.at(until as Timestamp);
  rooms.set(key, refused === undefined);
  return refused === undefined;
}

function refusedBy(check: () => void): Refusal | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

interface Wake {
  at(time: Timestamp | undefined): void;
  first(): Timestamp | undefined;
}

function wakeUp(now: Timestamp): Wake {
  let first: Timestamp | undefined;
  return {
    at(time) {
      if (time !== undefined && time > now && (first === undefined || time < first)) first = time;
    },
    first: () => first,
  };
}
