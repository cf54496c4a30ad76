import type { Bead } from './bead.ts';
import type { Dependency } from './dependency.ts';
import type { BeadId, Timestamp } from './ids.ts';
import type { Change } from './records.ts';
import type { View } from './view.ts';

/** Answers already found in one state, so that a walk over many beads of one tree stays linear. Valid for that state only. */
export type KnownBlocks = Map<BeadId, boolean>;

/**
 * Waits for another bead: an open target of `blocks` or `conditional-blocks`, unfinished children behind a `waits-for`, or a parent
 * that is blocked itself. Closed and pinned beads are never blocked and block nobody; an edge to an unknown bead does not block.
 */
export function isBlocked(view: View, bead: Bead, known: KnownBlocks = new Map()): boolean {
  // Most beads have no edges, and a walk that would end at once is half the time of opening a big town.
  if (isFinished(bead) || view.count('dependenciesOf', bead.id) === 0) return false;
  const cameFrom = new Map<BeadId, BeadId | undefined>([[bead.id, undefined]]);
  const waiting = [bead];
  for (let current = waiting.pop(); current; current = waiting.pop()) {
    const answer = isFinished(current) ? false : known.get(current.id);
    if (answer === false) continue;
    if (answer === true || hasDirectBlocker(view, current)) {
      rememberBlocked(cameFrom, current.id, known);
      return true;
    }
    for (const parent of parentsOf(view, current.id)) {
      if (cameFrom.has(parent.id)) continue;
      cameFrom.set(parent.id, current.id);
      waiting.push(parent);
    }
  }
  for (const id of cameFrom.keys()) known.set(id, false);
  return false;
}

/**
 * Can be worked now: open, not blocked, of a type that is work, and neither it nor a parent of it deferred. With `now`, a deferral
 * whose date has passed is over; without, every deferral holds: an index knows no clock, so the town wakes beads (`wakeDeferred`).
 */
export function isReady(view: View, bead: Bead, now?: Timestamp, known?: KnownBlocks): boolean {
  if (unworkable.has(bead.type)) return false;
  if (!isAwake(bead, now)) return false;
  for (const parent of parentsOf(view, bead.id)) if (isPutOff(parent, now)) return false;
  return !isBlocked(view, bead, known);
}

/** Open direct blockers; for `waits-for`, the unfinished children. Where the block is inherited: the blocked parents. */
export function blockersOf(view: View, bead: Bead): BeadId[] {
  if (isFinished(bead)) return [];
  const direct = [...new Set(directBlockers(view, bead))];
  if (direct.length > 0) return direct;
  const known: KnownBlocks = new Map();
  const inherited: BeadId[] = [];
  for (const parent of parentsOf(view, bead.id))
    if (isBlocked(view, parent, known)) inherited.push(parent.id);
  return inherited;
}

/**
 * The beads whose readiness may be another after this change, the changed bead first; `view` is the state after it. A transaction's
 * answer is the union over its changes. Parents come before their children, so one `KnownBlocks` keeps the recomputing linear.
 */
export function* affectedBy(view: View, change: Change): Iterable<BeadId> {
  const [collection, id] = change;
  if (collection !== 'beads' && collection !== 'dependencies') return;
  const changed = id.split(' ', 1)[0] as BeadId;
  const seen = new Set<BeadId>([changed]);
  if (collection === 'beads') addDirectlyAffected(view, changed, seen);
  else addAll(seen, waitersOn(view, id.slice(changed.length + 1) as BeadId));
  // The set grows while it is walked: children are appended behind their parents.
  for (const affected of seen) {
    yield affected;
    const bead = view.get('beads', affected);
    if (affected !== changed && (!bead || isFinished(bead))) continue;
    addAll(seen, childrenIds(view, affected));
  }
}

/** False where a changed record cannot change any bead's readiness but its own: a title, a label, a note. */
export function touchesOthers(before: Bead | undefined, after: Bead | null): boolean {
  if (!before || !after) return true;
  return before.status !== after.status || before.deferUntil !== after.deferUntil;
}

/** A deferral whose date has come is over, also where nobody has woken the bead yet. One without a date holds. */
export function isDue(bead: Bead, now: Timestamp): boolean {
  return bead.status === 'deferred' && bead.deferUntil !== undefined && bead.deferUntil <= now;
}

/** The deferred beads whose date has come, opened and without their date. Those put off without a date sleep on. */
export function wakeDeferred(view: View, now: Timestamp): Bead[] {
  const woken: Bead[] = [];
  for (const bead of view.find('beadsByStatus', 'deferred')) {
    if (!isDue(bead, now)) continue;
    const { deferUntil: _, ...rest } = bead;
    woken.push({ ...rest, status: 'open', updatedAt: now });
  }
  return woken;
}

/** The beads that name this one as their parent, and exist. */
export function* childrenOf(view: View, id: BeadId): Iterable<Bead> {
  for (const child of childrenIds(view, id)) {
    const bead = view.get('beads', child);
    if (bead) yield bead;
  }
}

function* parentsOf(view: View, id: BeadId): Iterable<Bead> {
  for (const edge of view.find('dependenciesOf', id)) {
    const parent = edge.type === 'parent-child' ? view.get('beads', edge.dependsOn) : undefined;
    if (parent) yield parent;
  }
}

/** The open beads that this one depends on directly, in the order of the edges. */
export function* directBlockers(view: View, bead: Bead): Iterable<BeadId> {
  for (const edge of view.find('dependenciesOf', bead.id)) {
    if (blockingTypes.has(edge.type)) {
      const target = view.get('beads', edge.dependsOn);
      if (target && !isFinished(target)) yield target.id;
    }
    if (edge.type === 'waits-for') yield* unfinishedChildren(view, edge);
  }
}

/** Neither waits nor makes others wait. */
function isFinished(bead: Bead): boolean {
  return bead.status === 'closed' || bead.status === 'pinned';
}

/** Edges whose target must close first; both are the same here, since beads frees on any close. */
export const blockingTypes: ReadonlySet<string> = new Set(['blocks', 'conditional-blocks']);

/** Kept as beads, never offered as work. */
export const unworkable: ReadonlySet<string> = new Set([
  'merge-request',
  'gate',
  'molecule',
  'message',
  'agent',
  'role',
  'rig',
]);

function hasDirectBlocker(view: View, bead: Bead): boolean {
  for (const _ of directBlockers(view, bead)) return true;
  return false;
}

function* unfinishedChildren(view: View, edge: Dependency): Iterable<BeadId> {
  const children = [...childrenOf(view, edge.dependsOn)];
  if (waitsForAny(edge) && children.some((child) => child.status === 'closed')) return;
  for (const child of children) if (!isFinished(child)) yield child.id;
}

function waitsForAny(edge: Dependency): boolean {
  return edge.metadata !== undefined && /"gate"\s*:\s*"any-children"/u.test(edge.metadata);
}

function isAwake(bead: Bead, now: Timestamp | undefined): boolean {
  if (bead.status === 'open') return bead.deferUntil === undefined || isPast(bead.deferUntil, now);
  return bead.status === 'deferred' && bead.deferUntil !== undefined && isPast(bead.deferUntil, now);
}

function isPutOff(parent: Bead, now: Timestamp | undefined): boolean {
  return parent.status !== 'closed' && parent.deferUntil !== undefined && !isPast(parent.deferUntil, now);
}

function isPast(date: Timestamp, now: Timestamp | undefined): boolean {
  return now !== undefined && date <= now;
}

function rememberBlocked(cameFrom: Map<BeadId, BeadId | undefined>, from: BeadId, known: KnownBlocks): void {
  for (let id: BeadId | undefined = from; id !== undefined; id = cameFrom.get(id)) known.set(id, true);
}

function addDirectlyAffected(view: View, changed: BeadId, seen: Set<BeadId>): void {
  for (const edge of view.find('dependentsOf', changed))
    if (blockingTypes.has(edge.type)) seen.add(edge.bead);
  for (const edge of view.find('dependenciesOf', changed)) {
    if (edge.type === 'parent-child') addAll(seen, waitersOn(view, edge.dependsOn));
  }
}

function* waitersOn(view: View, spawner: BeadId): Iterable<BeadId> {
  for (const edge of view.find('dependentsOf', spawner)) if (edge.type === 'waits-for') yield edge.bead;
}

function* childrenIds(view: View, id: BeadId): Iterable<BeadId> {
  for (const edge of view.find('dependentsOf', id)) if (edge.type === 'parent-child') yield edge.bead;
}

function addAll(seen: Set<BeadId>, ids: Iterable<BeadId>): void {
  for (const id of ids) seen.add(id);
}
