import { later } from './later.ts';
import type { Archive } from './archive.ts';
import type { ArchiveId, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** How many of the files that were not committed are named in the record. */
export const namedFiles = 50;

/** By its id, or the newest of a bead or an agent. */
export function findArchive(view: View, text: string): Archive {
  const exact = view.get('archives', text);
  if (exact) return exact;
  for (const index of ['archivesByBead', 'archivesByAgent'] as const) {
    const newest = [...view.find(index, text)].at(-1);
    if (newest) return newest;
  }
  throw new Refusal('not-found', `There is no archive ${displayText(text, 120)}.`, {
    field: 'archive',
    next: 'gt polecat archives --all',
  });
}

/** Newest first. */
export function archivesOf(
  view: View,
  { rig, bead, agent }: { readonly rig?: string; readonly bead?: string; readonly agent?: string },
): readonly Archive[] {
  const found =
    bead !== undefined
      ? view.find('archivesByBead', bead)
      : agent !== undefined
        ? view.find('archivesByAgent', agent)
        : rig !== undefined
          ? view.find('archivesByRig', rig)
          : view.all('archives');
  return [...found]
    .filter(
      (each) => (rig === undefined || each.rig === rig) && (agent === undefined || each.agent === agent),
    )
    .toSorted((a, b) => b.at.localeCompare(a.at) || a.id.localeCompare(b.id));
}

/** When it may go. A bead that is open keeps it, whatever its age. */
export function keptUntil({ at }: Pick<Archive, 'at'>, days: number): Timestamp {
  return later(at, days * dayMs);
}

/** Archives that may go now: older than so many days, and of no bead that is still open. */
export function dueArchives(view: View, days: number, now: Timestamp): readonly Archive[] {
  return [...view.all('archives')].filter(
    (archive) => keptUntil(archive, days) <= now && !isNeeded(view, archive),
  );
}

/** When there is next one of them to look at; what is still there though it could go is looked at tomorrow. Undefined: there is none. */
export function nextLook(
  all: Iterable<Pick<Archive, 'at'>>,
  days: number,
  now: Timestamp,
): Timestamp | undefined {
  let next: Timestamp | undefined;
  const tomorrow = later(now, dayMs);
  for (const archive of all) {
    const until = keptUntil(archive, days);
    const at = until <= now ? tomorrow : until;
    if (next === undefined || at < next) next = at;
  }
  return next;
}

export function isNeeded(view: View, { bead }: Pick<Archive, 'bead'>): boolean {
  const status = bead === undefined ? undefined : view.get('beads', bead)?.status;
  return status !== undefined && status !== 'closed';
}

/** The first name that says nothing of its place: the same content under the same ref is the same archive. */
export function archiveIdOf(hash: (text: string) => string, ref: string, sha: string): ArchiveId {
  return `ar-${hash(`${ref} ${sha}`).slice(0, 8)}` as ArchiveId;
}
