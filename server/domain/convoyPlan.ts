import type { Bead } from './bead.ts';
import { isOpenWork } from './beadPlace.ts';
import { isHeld } from './hooks.ts';
import type { BeadId } from './ids.ts';
import { directBlockers } from './readiness.ts';
import { rigWithPrefixOf } from './rigs.ts';
import { isContainer } from './slinging.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

export interface PlanNote {
  readonly bead: BeadId;
  readonly text: string;
}

/** In which order the open beads of a convoy can be worked, before anything is. */
export interface ConvoyPlan {
  /** Beads that can be worked side by side, wave after wave. */
  readonly waves: readonly (readonly BeadId[])[];
  readonly closed: readonly BeadId[];
  /** It cannot be launched so. */
  readonly errors: readonly PlanNote[];
  readonly warnings: readonly PlanNote[];
}

export function planConvoy(view: View, ids: readonly BeadId[]): ConvoyPlan {
  const beads = ids.flatMap((id) => view.get('beads', id) ?? []);
  const open = beads.filter(isOpenWork);
  const waits = new Map(open.map((bead) => [bead.id, waitsOn(view, bead)]));
  const { waves, left } = layered(waits);
  return {
    waves,
    closed: beads.filter(({ status }) => status === 'closed').map(({ id }) => id),
    errors: [
      ...ids
        .filter((id) => !view.get('beads', id))
        .map((bead) => ({ bead, text: `There is no bead ${bead}.` })),
      ...open.flatMap((bead) => errorOf(view, bead)),
      ...left.map((bead) => ({ bead, text: `${bead} waits in a circle: ${[...left].join(', ')}.` })),
    ],
    warnings: open.flatMap((bead) => warningsOf(view, bead, waits)),
  };
}

/** The beads in it that are work: epics stand for what is in them, however deep. */
export function leavesOf(view: View, bead: Bead, seen: Set<BeadId> = new Set()): BeadId[] {
  if (seen.has(bead.id)) return [];
  seen.add(bead.id);
  if (!isContainer(bead)) return [bead.id];
  const children = [...view.find('dependentsOf', bead.id)].filter(({ type }) => type === 'parent-child');
  return children.flatMap((edge) => {
    const child = view.get('beads', edge.bead);
    return child ? leavesOf(view, child, seen) : [];
  });
}

/** All open beads that must close before, its parents' blockers among them. */
function waitsOn(view: View, bead: Bead): ReadonlySet<BeadId> {
  const found = new Set<BeadId>();
  const seen = new Set<BeadId>([bead.id]);
  const up: Bead[] = [bead];
  for (let each = up.pop(); each; each = up.pop()) {
    for (const blocker of directBlockers(view, each)) found.add(blocker);
    for (const edge of view.find('dependenciesOf', each.id)) {
      const parent = edge.type === 'parent-child' ? view.get('beads', edge.dependsOn) : undefined;
      if (!parent || seen.has(parent.id)) continue;
      seen.add(parent.id);
      up.push(parent);
    }
  }
  return found;
}

/** Wave by wave, by what is in the convoy; what is left waits for itself. */
function layered(waits: ReadonlyMap<BeadId, ReadonlySet<BeadId>>): {
  readonly waves: readonly (readonly BeadId[])[];
  readonly left: readonly BeadId[];
} {
  const missing = new Map<BeadId, number>();
  const freed = new Map<BeadId, BeadId[]>();
  for (const [id, blockers] of waits) {
    const inside = [...blockers].filter((blocker) => waits.has(blocker));
    missing.set(id, inside.length);
    for (const blocker of inside) freed.set(blocker, [...(freed.get(blocker) ?? []), id]);
  }
  const waves: BeadId[][] = [];
  let wave = [...missing].filter(([, count]) => count === 0).map(([id]) => id);
  while (wave.length > 0) {
    waves.push(wave);
    for (const id of wave) missing.delete(id);
    const waiters = wave.flatMap((id) => freed.get(id) ?? []);
    for (const id of waiters) missing.set(id, (missing.get(id) ?? 0) - 1);
    wave = [...new Set(waiters)].filter((id) => missing.get(id) === 0);
  }
  return { waves, left: [...missing.keys()] };
}

function errorOf(view: View, bead: Bead): PlanNote[] {
  if (isContainer(bead)) return [{ bead: bead.id, text: `${bead.id} is an epic without beads in it.` }];
  if (rigOf(view, bead)) return [];
  return [{ bead: bead.id, text: `${bead.id} is of no rig, so that nobody can be started for it.` }];
}

function warningsOf(view: View, bead: Bead, waits: ReadonlyMap<BeadId, ReadonlySet<BeadId>>): PlanNote[] {
  const rig = rigOf(view, bead);
  const outside = [...(waits.get(bead.id) ?? [])].filter((id) => !waits.has(id));
  const texts = [
    ...(outside.length > 0 ? [`waits for ${outside.slice(0, 5).join(', ')}, outside the convoy`] : []),
    ...(rig && rig.state !== 'active' ? [`is in ${rig.id}, which is ${rig.state}`] : []),
    ...(bead.status === 'deferred' ? ['is deferred'] : []),
    ...(bead.status === 'blocked' ? ['was set to blocked by hand'] : []),
    ...(isHeld(bead) ? [`is held by ${displayText(bead.assignee ?? 'somebody', 60)} already`] : []),
  ];
  return texts.map((text) => ({ bead: bead.id, text: `${bead.id} ${text}.` }));
}

const rigOf = (view: View, bead: Bead) =>
  (bead.rig === undefined ? undefined : view.get('rigs', bead.rig)) ?? rigWithPrefixOf(view, bead.id);
