import { stuckInDoneItems } from './attentionEpisodes.ts';
import { escalationItems } from './attentionEscalations.ts';
import { mailItems } from './attentionMail.ts';
import { pluginItems } from './attentionPlugins.ts';
import { pullRequestItems } from './attentionPullRequests.ts';
import { lostPlaceItems } from './attentionPlaces.ts';
import { brokenItems, queueItems } from './attentionQueue.ts';
import { pausedLandingItems, refineryItems } from './attentionRefinery.ts';
import { misplacedItems, orphanItems } from './attentionTown.ts';
import { agentItems, requestItems, rigItems, unremovedItems } from './attentionWork.ts';
import { type AttentionItem, type AttentionSource, misplaced } from './attentionItem.ts';
import type { Timestamp } from './ids.ts';
import { severities } from './severity.ts';
import type { View } from './view.ts';

/** In the order in which they may speak for a bead: of one bead only the first is heard. */
const sources: readonly AttentionSource[] = [
  escalationItems,
  rigItems,
  brokenItems,
  agentItems,
  lostPlaceItems,
  stuckInDoneItems,
  refineryItems,
  pausedLandingItems,
  requestItems,
  pullRequestItems,
  unremovedItems,
  queueItems,
  orphanItems,
  mailItems,
  pluginItems,
  misplacedItems,
];

/** Exactly what needs a person, the most pressing first, of the same the oldest. */
export function attentionOf(view: View, now: Timestamp): readonly AttentionItem[] {
  const items: AttentionItem[] = [];
  const told = new Set<string>();
  for (const source of sources) {
    for (const item of source(view, now)) {
      const cause = causeOf(item);
      if (cause !== undefined && told.has(cause)) continue;
      if (cause !== undefined) told.add(cause);
      items.push(item);
    }
  }
  return items.toSorted(byPressure);
}

/** What was escalated is a matter of its own, beside how the work stands; so is a fault of the town's. */
function causeOf({ kind, bead, state }: AttentionItem): string | undefined {
  return kind === 'escalation' || kind === 'mail' || state === misplaced ? undefined : bead;
}

function byPressure(a: AttentionItem, b: AttentionItem): number {
  const pressure = severities.indexOf(b.severity) - severities.indexOf(a.severity);
  return pressure || a.since.localeCompare(b.since) || a.id.localeCompare(b.id);
}
