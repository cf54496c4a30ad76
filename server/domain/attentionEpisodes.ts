import type { AttentionItem } from './attentionItem.ts';
import type { Episode } from './episode.ts';
import { episodeOf } from './episodes.ts';
import type { Timestamp } from './ids.ts';
import type { Polecat } from './polecat.ts';
import { remedyOf } from './remedyFacts.ts';
import type { View } from './view.ts';

/** However much is left to be tried, trouble that lasts this long is told. */
const longestMs = 60 * 60_000;

/** Polecats that said done, or whose bead is closed, and that run all the same, where the town has done about it what it may. */
export function* stuckInDoneItems(view: View, now: Timestamp): Iterable<AttentionItem> {
  for (const rig of view.all('rigs'))
    for (const episode of view.find('episodesByRig', rig.id)) {
      const polecat = view.get('agents', episode.id);
      if (!polecat || !isStuckInDone(view, polecat) || isLeftToTown(view, polecat, now)) continue;
      yield stuckItem(polecat, episode);
    }
}

function isStuckInDone(view: View, polecat: Polecat): boolean {
  const episode = episodeOf(view, polecat);
  return episode?.verdict === 'stuck-in-done' && view.get('sessions', episode.session)?.state !== 'ended';
}

function stuckItem({ id, rig, bead }: Polecat, { verdict, reason, since }: Episode): AttentionItem {
  return {
    id: `polecat:${id}:${verdict}:${since}`,
    kind: 'polecat',
    subject: id,
    rig,
    ...(bead === undefined ? {} : { bead }),
    agent: id,
    state: verdict,
    reason,
    since,
    action: { command: `gt session stop ${id}`, verb: 'copy' },
    severity: 'medium',
  };
}

/**
 * The policy of its rig has something left to try about what is wrong with it, or has asked a person already; not where the trouble
 * has lasted too long for that. False where nothing is known to be wrong with it.
 */
export function isLeftToTown(view: View, polecat: Polecat, now: Timestamp): boolean {
  const episode = episodeOf(view, polecat);
  if (!episode) return false;
  if (isEscalated(view, episode)) return true;
  if (Date.parse(now) - Date.parse(episode.since) >= longestMs) return false;
  const next = remedyOf(view, polecat, episode, now);
  return next.kind !== 'none' || next.again !== undefined;
}

/** What the witness asked a person about stands in the list for itself. */
function isEscalated(view: View, { bead, since }: Episode): boolean {
  if (bead === undefined) return false;
  for (const escalation of view.find('escalationsByState', 'open'))
    if (escalation.bead === bead && escalation.source === 'witness' && escalation.createdAt >= since)
      return true;
  return false;
}
