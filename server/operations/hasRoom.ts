import { checkLimits } from '../domain/dispatchLimits.ts';
import type { RigName, RuntimeName } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { refuseFullTown } from '../domain/slinging.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';

interface Place {
  readonly rig: RigName;
  readonly runtime: RuntimeName;
}

/** Whether a session may be begun there now. What is in the way passes by itself, so that no person is asked. */
export function hasRoom(context: Context, { rig, runtime }: Place): boolean {
  const { view } = context.store;
  try {
    checkLimits(view, { rig: findRig(view, rig), runtime, now: context.now() });
    refuseFullTown(view);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}
