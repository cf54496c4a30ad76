import type { Act } from './act.ts';
import type { Bead } from './bead.ts';
import { invalid } from './beadFields.ts';
import type { Dependency } from './dependency.ts';
import { beadOf } from './hooks.ts';
import type { BeadId } from './ids.ts';
import { blockingTypes } from './readiness.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

export interface NewDependency {
  readonly bead: BeadId;
  readonly dependsOn: BeadId;
  /** Absent: `blocks`. */
  readonly type?: string;
  /** A string holding JSON. */
  readonly metadata?: string;
}

/** One of `--deps`. `reversed`: the other bead depends on the new one. */
export interface WantedDependency {
  readonly type: string;
  /** As typed: a bead id or a part of one. */
  readonly other: string;
  readonly reversed: boolean;
}

/**
 * Adds an edge. The same edge again only refreshes its metadata. Refused with `not-found`, `invalid` (itself; an epic and another
 * type; a child on its own parent), `taken` (another type for this pair) and `cycle`. `relates-to` is kept in both directions.
 */
export function addDependency(draft: Draft, wanted: NewDependency, act: Act): Dependency {
  const type = validType(wanted.type ?? 'blocks');
  const bead = beadOf(draft, wanted.bead);
  if (wanted.dependsOn === bead.id) throw invalid('dependsOn', `${bead.id} cannot depend on itself.`);
  const target = isExternal(wanted.dependsOn) ? undefined : beadOf(draft, wanted.dependsOn, 'dependsOn');
  if (target) refuseDeadlock(draft, bead, target, type);
  const present = draft.get('dependencies', dependencyId(bead.id, wanted.dependsOn));
  if (present) return refresh(draft, present, type, wanted.metadata);
  if (target) refuseCycle(draft, bead, target, type);
  if (target && type === 'relates-to') putEdge(draft, { bead: target.id, dependsOn: bead.id, type }, act);
  return putEdge(draft, { ...wanted, type }, act);
}

/** Refused with `not-found`. The other half of a `relates-to` goes with it. */
export function removeDependency(draft: Draft, bead: BeadId, dependsOn: BeadId): Dependency {
  const present = draft.get('dependencies', dependencyId(bead, dependsOn));
  if (!present) {
    throw new Refusal('not-found', `${bead} does not depend on ${dependsOn}.`, {
      field: 'dependsOn',
      next: `bd show ${bead}`,
    });
  }
  draft.remove('dependencies', present.id);
  const mirrored = draft.get('dependencies', dependencyId(dependsOn, bead));
  if (present.type === 'relates-to' && mirrored?.type === present.type)
    draft.remove('dependencies', mirrored.id);
  return present;
}

/**
 * `--deps`: `TYPE:ID` or `ID`, several with commas. A bare id, `depends-on:` and `blocked-by:` mean that the new bead waits for it;
 * `blocks:ID` is the other way round: the new bead blocks that one (as in bd).
 */
export function parseDependencyFlag(text: string, field = 'dependencies'): readonly WantedDependency[] {
  return text.split(',').map((part) => parseOne(part.trim(), field));
}

/** Of another project (`external:PROJECT:CAPABILITY`): kept, never enforced. */
export function isExternal(id: string): boolean {
  return id.startsWith('external:');
}

function dependencyId(bead: BeadId, dependsOn: BeadId): string {
  return `${bead} ${dependsOn}`;
}

function parseOne(part: string, field: string): WantedDependency {
  const colon = isExternal(part) ? -1 : part.indexOf(':');
  const word = part.slice(0, Math.max(0, colon)).trim();
  const other = part.slice(colon + 1).trim();
  if (other === '' || (colon >= 0 && word === '') || /\s/u.test(other)) {
    throw invalid(
      field,
      'A dependency is written as ID or TYPE:ID, several with commas.',
      'blocks:be-auth, for example.',
    );
  }
  if (colon < 0 || word === 'depends-on' || word === 'blocked-by')
    return { type: 'blocks', other, reversed: false };
  return { type: validType(word, field), other, reversed: word === 'blocks' };
}

function validType(text: string, field = 'type'): string {
  if (text.length <= 50 && /^[a-z][a-z0-9_-]*$/u.test(text)) return text;
  throw invalid(
    field,
    'A dependency type is one lower-case word: blocks, parent-child, related, discovered-from …',
  );
}

function refresh(draft: Draft, present: Dependency, type: string, metadata: string | undefined): Dependency {
  if (present.type !== type) {
    throw new Refusal(
      'taken',
      `${present.bead} depends on ${present.dependsOn} already, as ${present.type}.`,
      {
        field: 'type',
        next: `bd dep remove ${present.bead} ${present.dependsOn}`,
      },
    );
  }
  if (metadata === undefined || metadata === present.metadata) return present;
  const refreshed: Dependency = { ...present, metadata };
  draft.put('dependencies', refreshed);
  return refreshed;
}

function refuseDeadlock(view: View, bead: Bead, target: Bead, type: string): void {
  const blocks = blockingTypes.has(type);
  if (blocks && (bead.type === 'epic') !== (target.type === 'epic')) {
    throw invalid(
      'dependsOn',
      'An epic can only wait for an epic, and another bead only for one that is no epic.',
    );
  }
  if (!blocks && type !== 'parent-child') return;
  // A child shares its parent's block, so neither may wait for the other.
  const pairs = [dependencyId(bead.id, target.id), dependencyId(target.id, bead.id)];
  const present = pairs.map((id) => view.get('dependencies', id)?.type ?? '');
  if (present.some((other) => (blocks ? other === 'parent-child' : blockingTypes.has(other)))) {
    throw invalid(
      'dependsOn',
      `${bead.id} and ${target.id} as parent and child cannot wait for each other: deadlock.`,
    );
  }
}

function refuseCycle(view: View, bead: Bead, target: Bead, type: string): void {
  const along = type === 'parent-child' ? isParentEdge : isBlockingEdge;
  if (!blockingTypes.has(type) && type !== 'parent-child') return;
  if (!reaches(view, target.id, bead.id, along)) return;
  throw new Refusal('cycle', `${bead.id} on ${target.id}: adding dependency would create a cycle.`, {
    field: 'dependsOn',
    next: `bd show ${target.id}`,
  });
}

function isParentEdge(edge: Dependency): boolean {
  return edge.type === 'parent-child';
}

function isBlockingEdge(edge: Dependency): boolean {
  return blockingTypes.has(edge.type);
}

/** Without recursion: chains may be long. */
function reaches(view: View, from: BeadId, to: BeadId, along: (edge: Dependency) => boolean): boolean {
  const seen = new Set<BeadId>([from]);
  for (const id of seen) {
    if (id === to) return true;
    for (const edge of view.find('dependenciesOf', id)) if (along(edge)) seen.add(edge.dependsOn);
  }
  return false;
}

function putEdge(draft: Draft, wanted: NewDependency & { readonly type: string }, act: Act): Dependency {
  const edge: Dependency = {
    id: dependencyId(wanted.bead, wanted.dependsOn),
    bead: wanted.bead,
    dependsOn: wanted.dependsOn,
    type: wanted.type,
    ...(wanted.metadata === undefined ? {} : { metadata: wanted.metadata }),
    createdAt: act.at,
    createdBy: act.by,
  };
  draft.put('dependencies', edge);
  return edge;
}
