import type { RigName } from './ids.ts';
import type { Rig, RigState } from './rig.ts';
import type { Draft } from './view.ts';

/** Nothing begins in a rig that is being reset: it is parked until that is over. Gives whether it was parked for it. */
export function beginReset(draft: Draft, id: RigName): boolean {
  const rig = draft.get('rigs', id);
  if (rig?.state !== 'active') return false;
  draft.put('rigs', { ...rig, state: 'parked', resetting: true });
  return true;
}

/** It takes work again, unless somebody has said meanwhile what it is to be. */
export function endReset(draft: Draft, id: RigName): void {
  const rig = draft.get('rigs', id);
  if (rig?.resetting) draft.put('rigs', inState(rig, 'active'));
}

/** In that state and no other; what is asked for holds also after a reset that is under way. */
export function inState(rig: Rig, state: RigState): Rig {
  const { resetting: _, parked: _parked, ...rest } = rig;
  return { ...rest, state };
}
