import type { AttentionItem } from './attentionItem.ts';
import { placeOf } from './beadPlace.ts';
import type { Timestamp } from './ids.ts';
import type { View } from './view.ts';

/** Beads of the queue that could not be started too often: nothing tries them again before a person says so. */
export function* queueItems(view: View, now: Timestamp): Iterable<AttentionItem> {
  for (const { id, rig, failures, lastFailure, queuedAt } of view.find('dispatchesByState', 'broken')) {
    const bead = view.get('beads', id);
    // What waits for another needs nobody yet.
    if (!bead || placeOf(view, bead, now) !== 'attention') continue;
    const since = lastFailure?.at ?? queuedAt;
    const why = lastFailure ? `: ${lastFailure.sentence}` : '.';
    yield {
      id: `bead:${id}:broken:${since}`,
      kind: 'bead',
      subject: id,
      rig,
      bead: id,
      state: 'failed',
      reason: `${id} could not be started ${failures} times${why}`,
      since,
      action: { command: `gt scheduler retry ${id}`, verb: 'copy' },
      severity: 'medium',
    };
  }
}
