import type { Bead } from '../domain/bead.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Draft } from '../domain/view.ts';

/** A line of the town's own behind whatever people and agents wrote; also of a bead that is closed. */
export function addNote(draft: Draft, bead: Bead, line: string, at: Timestamp): void {
  draft.put('beads', { ...bead, notes: [bead.notes, line].filter(Boolean).join('\n'), updatedAt: at });
}
