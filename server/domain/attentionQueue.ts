import type { AttentionItem } from './attentionItem.ts';
import { placeOf } from './beadPlace.ts';
import type { Timestamp } from './ids.ts';
import type { Polecat } from './polecat.ts';
import type { Tries } from './tries.ts';
import { brokenOf, brokenWork, triedWords } from './trying.ts';
import type { View } from './view.ts';

/** Beads of the queue that could not be started too often: nothing tries them again before a person says so. */
export function* queueItems(view: View, now: Timestamp): Iterable<AttentionItem> {
  for (const { id, rig, failures, lastFailure, queuedAt } of view.find('dispatchesByState', 'broken')) {
    const bead = view.get('beads', id);
    // What waits for another needs nobody yet.
    if (!bead || placeOf(view, bead, now) !== 'attention') continue;
    const since = lastFailure?.at ?? queuedAt;
    const tries = brokenOf(view, id, view.get('rigs', rig));
    const why = lastFailure ? `: ${lastFailure.sentence}` : '.';
    const what = tries ? triedWords(tries) : `could not be started ${failures} times`;
    yield {
      id: `bead:${id}:broken:${since}`,
      kind: 'bead',
      subject: id,
      rig,
      bead: id,
      state: 'failed',
      reason: `${id} ${what}${why}`,
      since,
      action: { command: `gt scheduler retry ${id}`, verb: 'copy' },
      severity: 'medium',
    };
  }
}

/** Beads whose polecat has failed too often without a commit: it is not begun again before a person says so. */
export function* brokenItems(view: View, now: Timestamp): Iterable<AttentionItem> {
  for (const { polecat, tries } of brokenWork(view)) {
    const bead = view.get('beads', tries.id);
    if (bead && placeOf(view, bead, now) === 'attention') yield brokenItem(polecat, tries);
  }
}

function brokenItem({ rig, id: agent }: Polecat, tries: Tries): AttentionItem {
  const { id, last } = tries;
  return {
    id: `bead:${id}:broken:${last.at}`,
    kind: 'bead',
    subject: id,
    rig,
    bead: id,
    agent,
    state: 'failed',
    reason: `${id} ${triedWords(tries)}: ${last.sentence}`,
    since: last.at,
    action: { command: `gt scheduler retry ${id}`, verb: 'copy' },
    severity: 'high',
  };
}
