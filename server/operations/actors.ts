import { agentOf } from '../domain/agents.ts';
import type { Bead } from '../domain/bead.ts';
import { isHeld } from '../domain/hooks.ts';
import { Refusal } from '../domain/refusal.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';

/** Who acts. People may give a name of their own (`--actor`, BD_ACTOR); a session is always its agent. */
export function actorOf(params: { readonly actor?: string }, caller: Caller): string {
  if (params.actor === undefined || params.actor === '' || params.actor === caller.by) return caller.by;
  if (caller.role === 'person') return params.actor;
  throw new Refusal('forbidden', `This session is ${caller.by} and cannot act as somebody else.`, {
    field: 'actor',
  });
}

/**
 * A session writes to the bead on its hook, and to beads that it made itself; the mayor's, who plans, also to what nobody holds. One whose agent has another session by now, or is gone,
 * writes to none: names come again, and the next polecat of the name is somebody else.
 */
export function refuseForeignBead(view: View, bead: Bead, caller: Caller): void {
  if (caller.role === 'person') return;
  const agent = caller.agent && agentOf(view, caller.agent);
  const own = bead.assignee === caller.agent || bead.createdBy === caller.agent;
  const planned = agent && agent.role === 'mayor' && !isHeld(bead);
  if (agent && agent.session === caller.session && (own || planned)) return;
  throw new Refusal('forbidden', `${bead.id} is not on the hook of ${caller.agent ?? 'this session'}.`, {
    field: 'bead',
    next: 'gt hook',
  });
}
