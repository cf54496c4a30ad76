import type { Dependency } from '../../server/domain/dependency.ts';
import type { TownTwin } from './townTwin.ts';

/** `ready`, `blocked` or `neither` of every bead, by the rules spelled out once more: a fixpoint over all edges, as bd computes it. */
export function naiveReadiness(town: TownTwin): Map<string, string> {
  const edges = [...town.all('dependencies')];
  const blocked = new Set<string>();
  for (let before = -1; before !== blocked.size;) {
    before = blocked.size;
    for (const edge of edges)
      if (!isOver(town, edge.bead) && holdsBack(town, edge, blocked)) blocked.add(edge.bead);
  }
  const states = new Map<string, string>();
  for (const bead of town.all('beads')) {
    const ready =
      bead.status === 'open' && !edges.some((edge) => edge.bead === bead.id && isPutOff(town, edge));
    states.set(bead.id, blocked.has(bead.id) ? 'blocked' : ready ? 'ready' : 'neither');
  }
  return states;
}

function holdsBack(town: TownTwin, edge: Dependency, blocked: ReadonlySet<string>): boolean {
  if (edge.type === 'blocks' || edge.type === 'conditional-blocks') return !isOver(town, edge.dependsOn);
  if (edge.type === 'parent-child') return blocked.has(edge.dependsOn);
  return edge.type === 'waits-for' && childrenHoldBack(town, edge);
}

function childrenHoldBack(town: TownTwin, edge: Dependency): boolean {
  const statuses = [...town.all('dependencies')]
    .filter((other) => other.type === 'parent-child' && other.dependsOn === edge.dependsOn)
    .map((other) => town.get('beads', other.bead)?.status);
  if (edge.metadata?.includes('any-children') && statuses.includes('closed')) return false;
  return statuses.some((status) => status !== undefined && status !== 'closed' && status !== 'pinned');
}

function isPutOff(town: TownTwin, edge: Dependency): boolean {
  const parent = edge.type === 'parent-child' ? town.get('beads', edge.dependsOn) : undefined;
  return parent !== undefined && parent.status !== 'closed' && parent.deferUntil !== undefined;
}

function isOver(town: TownTwin, id: string): boolean {
  const status = town.get('beads', id)?.status ?? 'closed';
  return status === 'closed' || status === 'pinned';
}
