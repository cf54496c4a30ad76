import { agentOf } from './agents.ts';
import type { AttentionItem } from './attentionItem.ts';
import type { View } from './view.ts';

/** Those that nobody has taken. One that is raised again is an episode of its own. */
export function* escalationItems(view: View): Iterable<AttentionItem> {
  for (const each of view.find('escalationsByState', 'open')) {
    const agent = agentOf(view, each.by);
    const own = agent?.role === 'mayor' ? undefined : agent?.rig;
    const rig = own ?? (each.bead && view.get('beads', each.bead)?.rig);
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
