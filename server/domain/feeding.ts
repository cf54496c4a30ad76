import type { Bead } from './bead.ts';
import { placeOf } from './beadPlace.ts';
import type { Convoy } from './convoy.ts';
import { type DispatchWish, enqueue } from './dispatching.ts';
import { isHeld } from './hooks.ts';
import type { BeadId, Timestamp } from './ids.ts';
import type { Polecat } from './polecat.ts';
import type { Rig } from './rig.ts';
import { rigWithPrefixOf } from './rigs.ts';
import { isContainer } from './slinging.ts';
import { authorOfRepair } from './takeUp.ts';
import type { Draft, View } from './view.ts';

/**
 * The beads among these that the town is to sling next, each with its convoy: ready, in an open convoy that was launched, and not fed
 * before. Whoever takes one back, or clears it from the queue, is not overruled.
 */
export function* toFeed(view: View, beads: Iterable<BeadId>, now: Timestamp): Iterable<Next> {
  for (const id of beads) {
    const convoy = feederOf(view, id);
    const bead = convoy && view.get('beads', id);
    if (bead && canBeFed(view, bead, now)) yield { bead: id, convoy };
  }
}

interface Next {
  readonly bead: BeadId;
  readonly convoy: Convoy;
}

/** The first convoy that goes, and has fed it or not. */
function feederOf(view: View, id: BeadId, hasFed = false): Convoy | undefined {
  for (const convoy of view.find('convoysByBead', id)) {
    const goes = convoy.state === 'open' && convoy.launchedAt !== undefined;
    if (goes && (convoy.fed?.includes(id) ?? false) === hasFed) return convoy;
  }
  return undefined;
}

function canBeFed(view: View, bead: Bead, now: Timestamp): boolean {
  if (authorOfRepair(view, bead)) return false;
  if (isContainer(bead) || view.get('dispatches', bead.id) || placeOf(view, bead, now) !== 'ready')
    return false;
  return view.get('rigs', bead.rig ?? '') !== undefined || rigWithPrefixOf(view, bead.id) !== undefined;
}

/** Queues them, and remembers that it has. */
export function feed(draft: Draft, beads: Iterable<BeadId>, now: Timestamp): BeadId[] {
  const fed: BeadId[] = [];
  for (const { bead: id, convoy } of Array.from(toFeed(draft, beads, now))) {
    const [bead, to] = [draft.get('beads', id), draft.get('convoys', convoy.id)];
    if (!bead || !to) continue;
    const rig = bead.rig === undefined ? {} : { rig: bead.rig };
    enqueue(draft, bead, { ...rig, convoy: to.id }, { at: now, by: 'town' });
    draft.put('convoys', { ...to, fed: [...(to.fed ?? []), id] });
    fed.push(id);
  }
  return fed;
}

/**
 * What the town itself took from a polecat that cannot go on is begun by another, as it was slung: nobody asked for it to stop. What
 * failed too often waits there for a person.
 */
export function queueReleased(draft: Draft, { bead: id, ...polecat }: Polecat, at: Timestamp): void {
  const bead = id && draft.get('beads', id);
  const rig = draft.get('rigs', polecat.rig);
  if (!bead || !rig || bead.status === 'closed' || isHeld(bead) || draft.get('dispatches', bead.id)) return;
  const wish = wishOf(draft, bead, rig, polecat);
  enqueue(draft, bead, wish, { at, by: 'town' });
}

function wishOf(
  view: View,
  bead: Bead,
  rig: Rig,
  { runtime, instructions }: Pick<Polecat, 'runtime' | 'instructions'>,
): DispatchWish {
  const convoy = feederOf(view, bead.id, true);
  const isElsewhere = bead.rig !== rig.id && rigWithPrefixOf(view, bead.id)?.id !== rig.id;
  return {
    rig: rig.id,
    ...(runtime === rig.runtime ? {} : { runtime }),
    ...(instructions?.bead === bead.id ? { instructions: instructions.text } : {}),
    ...(convoy ? { convoy: convoy.id } : {}),
    ...(isElsewhere ? { force: true as const } : {}),
  };
}
