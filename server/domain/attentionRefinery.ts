import type { AttentionItem } from './attentionItem.ts';
import { landingPauseWords } from './landingPause.ts';
import { notWanted, pauseWords } from './mergeQueue.ts';
import type { Rig } from './rig.ts';
import type { View } from './view.ts';

/** What a person paused and nothing else keeps from landing: it waits until a person lets it go on. */
export function* pausedLandingItems(view: View): Iterable<AttentionItem> {
  for (const request of view.find('mergeRequestsByState', 'submitted')) {
    const { paused, ...unpaused } = request;
    const rig = view.get('rigs', request.rig);
    if (!paused || !rig || notWanted(view, rig, unpaused) !== undefined) continue;
    const { id, bead, agent } = request;
    yield {
      id: `mergeRequest:${id}:paused:${paused.pausedAt}`,
      kind: 'mergeRequest',
      subject: bead,
      rig: rig.id,
      bead,
      agent,
      state: 'paused',
      reason: landingPauseWords(request),
      since: paused.pausedAt,
      action: { command: `gt refinery release ${bead}`, verb: 'copy' },
      severity: 'low',
    };
  }
}

/** Refineries that are paused while something waits that would land but for that: one item for all of it. */
export function* refineryItems(view: View): Iterable<AttentionItem> {
  for (const rig of view.all('rigs')) {
    if (!rig.refinery) continue;
    const waiting = waitingIn(view, rig);
    if (waiting === 0) continue;
    const { pausedAt } = rig.refinery;
    yield {
      id: `rig:${rig.id}:paused:${pausedAt}`,
      kind: 'rig',
      subject: rig.id,
      rig: rig.id,
      state: 'paused',
      reason: `${pauseWords(rig)} ${waiting === 1 ? 'One waits' : `${waiting} wait`} to land.`,
      since: pausedAt,
      action: { command: `gt refinery resume ${rig.id}`, verb: 'copy' },
      severity: 'medium',
    };
  }
}

function waitingIn(view: View, rig: Rig): number {
  let count = 0;
  for (const request of view.find('mergeRequestsByState', 'submitted'))
    if (request.rig === rig.id && notWanted(view, rig, request) === undefined) count += 1;
  return count;
}
