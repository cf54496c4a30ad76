import { isAgentName } from './agentNames.ts';
import { agentOf } from './agents.ts';
import type { AttentionItem } from './attentionItem.ts';
import type { View } from './view.ts';

/** Beads that are held by an agent that is gone: nobody works on them, and nobody else may. */
export function* orphanItems(view: View): Iterable<AttentionItem> {
  for (const status of ['hooked', 'in_progress'] as const)
    for (const { id, rig, assignee = '', updatedAt } of view.find('beadsByStatus', status)) {
      if (!isAgentName(assignee) || agentOf(view, assignee) !== undefined) continue;
      yield {
        id: `bead:${id}:orphan:${assignee}:${updatedAt}`,
        kind: 'bead',
        subject: id,
        ...(rig === undefined ? {} : { rig }),
        bead: id,
        state: 'orphan',
        reason: `It is held by ${assignee}, which is gone.`,
        since: updatedAt,
        action: { command: `bd update ${id} --status open`, verb: 'copy' },
        severity: 'medium',
      };
    }
}
