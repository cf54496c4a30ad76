import type { Agent } from './agent.ts';
import { isAgentName } from './agentNames.ts';
import { agentOf } from './agents.ts';
import type { Bead } from './bead.ts';
import type { AgentId, BeadId, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

/** Somebody works on it, or is about to: nobody else may take it. */
export function isHeld(bead: Bead): boolean {
  return bead.status === 'hooked' || bead.status === 'in_progress';
}

/** What is on the agent's hook. It is not stored twice: the bead that is held and assigned to the agent is the hook. */
export function hookOf(view: View, agent: AgentId): Bead | undefined {
  for (const bead of view.find('beadsByAssignee', agent)) if (isHeld(bead)) return bead;
  return undefined;
}

/**
 * Puts the bead on the agent's hook, compare-and-set. Already there: unchanged. Refused with `held` (naming the holder) where the
 * bead is on another hook or the agent's hook is full, and where the bead is closed, deferred, blocked by hand or pinned.
 */
export function hookBead(draft: Draft, id: BeadId, agent: AgentId, at: Timestamp): Bead {
  const bead = beadOf(draft, id);
  if (isHeld(bead) && bead.assignee === agent) return bead;
  refuseUnlessFree(bead);
  const other = hookOf(draft, agent);
  if (other) throw hookFull(agent, other.id);
  const hooked: Bead = { ...bead, status: 'hooked', assignee: agent, updatedAt: at };
  draft.put('beads', hooked);
  return hooked;
}

/** Takes the bead off this agent's hook; it is open and nobody's again. Not on it (any more): nothing changes. */
export function unhook(draft: Draft, id: BeadId, agent: AgentId, at: Timestamp): Bead | undefined {
  const bead = draft.get('beads', id);
  if (!bead || !isHeld(bead) || bead.assignee !== agent) return bead;
  const { assignee: _, ...rest } = bead;
  const freed: Bead = { ...rest, status: 'open', updatedAt: at };
  draft.put('beads', freed);
  return freed;
}

/** The agent has begun: hooked becomes in progress. Refused with `held` where the bead is not on this agent's hook. */
export function startWork(draft: Draft, id: BeadId, agent: AgentId, at: Timestamp): Bead {
  const bead = beadOf(draft, id);
  if (!isHeld(bead) || bead.assignee !== agent) {
    throw new Refusal('held', `${id} is not on the hook of ${agent}.`, {
      next: 'gt hook',
      facts: holderFacts(bead),
    });
  }
  if (bead.status === 'in_progress') return bead;
  const started: Bead = { ...bead, status: 'in_progress', startedAt: bead.startedAt ?? at, updatedAt: at };
  draft.put('beads', started);
  return started;
}

/** What was said with the bead that is on the agent's hook now. */
export function instructionsFor(
  agent: Pick<Agent, 'instructions'>,
  bead: Bead | undefined,
): string | undefined {
  return bead && agent.instructions?.bead === bead.id ? agent.instructions.text : undefined;
}

/** The polecat that holds the bead. The work of people, of crew and of the mayor ends as they say, so it is held by nobody in this sense. */
export function holdingAgent(view: View, bead: Bead): AgentId | undefined {
  if (!isHeld(bead) || !bead.assignee) return undefined;
  return view.get('agents', bead.assignee)?.id;
}

/** A new agent begins with an empty hook, though somebody may have given work to its name by hand. Refused with `held`. */
export function refuseFilledHook(view: View, agent: AgentId): void {
  const held = hookOf(view, agent);
  if (held) throw hookFull(agent, held.id);
}

/** One hook per agent, however the bead comes to it. People may have many beads in progress. Refused with `held`. */
export function refuseSecondHold(view: View, id: BeadId, actor: string): void {
  const agent = agentOf(view, actor);
  const other = agent && hookOf(view, agent.id);
  if (other && other.id !== id) throw hookFull(agent.id, other.id);
}

/** Refused with the reason where nobody may put this bead on a hook now. What blocks it by its edges is not looked at here. */
export function refuseUnlessFree(bead: Bead): void {
  const { id, status } = bead;
  if (status === 'open') return;
  if (status === 'closed') {
    throw new Refusal('closed', `${id} is closed.`, { next: `bd update ${id} --status open` });
  }
  if (isHeld(bead)) {
    throw new Refusal('held', `${id} is already claimed by ${bead.assignee ?? 'somebody'}.`, {
      next: isAgentName(bead.assignee) ? `gt unsling ${id}` : `bd update ${id} --status open`,
      facts: holderFacts(bead),
    });
  }
  if (status === 'deferred') {
    const until = bead.deferUntil === undefined ? '' : ` until ${bead.deferUntil}`;
    throw new Refusal('deferred', `${id} is deferred${until}.`, { next: `bd update ${id} --status open` });
  }
  if (status === 'blocked') {
    throw new Refusal('blocked', `${id} was set to blocked by hand.`, {
      next: `bd update ${id} --status open`,
    });
  }
  throw new Refusal('invalid', `${id} is pinned: it is kept as a note, not as work.`, {
    field: 'bead',
    next: `bd update ${id} --status open`,
  });
}

/** Refused with `not-found`, in the words that bd's callers look for. */
export function beadOf(view: View, id: BeadId, field = 'bead'): Bead {
  const bead = view.get('beads', id);
  if (bead) return bead;
  throw new Refusal('not-found', `no issue found matching "${id}"`, { field, next: 'bd list' });
}

function hookFull(agent: AgentId, held: BeadId): Refusal {
  return new Refusal('held', `The hook of ${agent} is full: it holds ${held}.`, {
    next: `gt unsling ${held}`,
    facts: { holder: agent, bead: held },
  });
}

function holderFacts(bead: Bead): Readonly<Record<string, unknown>> {
  return {
    bead: bead.id,
    status: bead.status,
    ...(bead.assignee === undefined ? {} : { holder: bead.assignee }),
  };
}
