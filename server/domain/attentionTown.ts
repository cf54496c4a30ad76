import { isAgentName } from './agentNames.ts';
import { agentOf } from './agents.ts';
import { type AttentionItem, misplaced } from './attentionItem.ts';
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

/** Beads about whose place what the town keeps disagrees: a fault of the town's, which must not be silent. */
export function* misplacedItems(view: View): Iterable<AttentionItem> {
  for (const { bead: id, says, since } of view.get('town', 'town')?.misplaced ?? []) {
    const bead = view.get('beads', id);
    if (!bead) continue;
    yield {
      id: `bead:${id}:${misplaced}:${since}`,
      kind: 'bead',
      subject: id,
      ...(bead.rig === undefined ? {} : { rig: bead.rig }),
      bead: id,
      state: misplaced,
      reason: says,
      since,
      action: { command: `gt explain ${id}`, verb: 'copy' },
      severity: 'medium',
    };
  }
}
