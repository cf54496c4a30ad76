import { isAgentName } from './agentNames.ts';
import { agentOf } from './agents.ts';
import type { AttentionItem } from './attentionItem.ts';
import { pluginTroubles } from './pluginRuns.ts';
import type { View } from './view.ts';

/** Plugins that nobody has approved as they are, and those whose failure asks for a person. */
export function* pluginItems(view: View): Iterable<AttentionItem> {
  for (const run of pluginTroubles(view)) {
    const unapproved = run.result === 'unapproved';
    const failed = `The plugin ${run.plugin} has failed.`;
    yield {
      id: `plugin:${run.plugin}:${run.result}:${unapproved ? run.hash : run.id}`,
      kind: 'plugin',
      subject: run.plugin,
      ...(run.rig === undefined ? {} : { rig: run.rig }),
      state: run.result,
      reason: run.reason ?? (unapproved ? `The plugin ${run.plugin} is not approved as it is.` : failed),
      since: run.createdAt,
      action: { command: `gt plugin ${unapproved ? 'approve' : 'show'} ${run.plugin}`, verb: 'copy' },
      severity: 'medium',
    };
  }
}

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
