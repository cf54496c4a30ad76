import type { AttentionItem } from './attentionItem.ts';
import type { View } from './view.ts';

/** Those that nobody has taken. One that is raised again is an episode of its own. */
export function* escalationItems(view: View): Iterable<AttentionItem> {
  for (const each of view.find('escalationsByState', 'open')) {
    const agent = view.get('agents', each.by);
    const rig = agent?.rig ?? (each.bead && view.get('beads', each.bead)?.rig);
    yield {
      id: `escalation:${each.id}:${each.raised}`,
      kind: 'escalation',
      subject: each.id,
      ...(rig === undefined ? {} : { rig }),
      ...(each.bead === undefined ? {} : { bead: each.bead }),
      ...(agent === undefined ? {} : { agent: agent.id }),
      state: each.severity,
      reason: each.description,
      since: each.createdAt,
      action: { command: `gt escalate ack ${each.id}`, verb: 'acknowledge' },
      severity: each.severity,
    };
  }
}
