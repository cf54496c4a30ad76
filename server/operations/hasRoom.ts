import { checkLimits } from '../domain/dispatchLimits.ts';
import type { RigName, RuntimeName, Timestamp } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import { checkTownPolecats, refuseFullRig, refuseFullTown, takesPlace } from '../domain/slinging.ts';
import type { View } from '../domain/view.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';

interface Start {
  /** Who is to be begun again. One at work has its place, and needs only a session. */
  readonly polecat: Polecat | undefined;
  readonly rig: RigName;
  readonly runtime: RuntimeName;
}

/** What the town begins again by itself keeps to the same limits as what it starts. Refused with `capacity`. */
export function refuseWithoutRoom(view: View, { polecat, rig, runtime }: Start, now: Timestamp): void {
  const home = findRig(view, rig);
  if (!polecat || !takesPlace(view, polecat)) {
    refuseFullRig(view, home);
    checkTownPolecats(view);
  }
  checkLimits(view, { rig: home, runtime, now });
  refuseFullTown(view);
}

/** Whether a session may be begun there now. What is in the way passes by itself, so that no person is asked. */
export function hasRoom(context: Context, start: Start): boolean {
  try {
    refuseWithoutRoom(context.store.view, start, context.now());
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}
