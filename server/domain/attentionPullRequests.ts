import type { AttentionItem } from './attentionItem.ts';
import { leftOpen } from './pullRequestTrouble.ts';
import type { View } from './view.ts';

/** Pull requests of work that does not land any more, which the town could not close: somebody may merge one. */
export function* pullRequestItems(view: View): Iterable<AttentionItem> {
  for (const request of view.find('mergeRequestsByState', 'rejected')) {
    const left = leftOpen(request);
    if (!left) continue;
    const { id, bead, rig, agent } = request;
    yield {
      id: `pullRequest:${id}:${left.since}`,
      kind: 'mergeRequest',
      subject: bead,
      rig,
      bead,
      agent,
      state: 'rejected',
      reason: left.reason,
      since: left.since,
      action: { command: left.next ?? `gt mq show ${id}`, verb: 'copy' },
      severity: 'medium',
    };
  }
}
