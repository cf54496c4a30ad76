import type { Agent } from './agent.ts';
import { agentOf, putAgent } from './agents.ts';
import { refuseSecondHold } from './hooks.ts';
import type { BeadId, Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import { describeState } from './stateWords.ts';
import type { Draft, View } from './view.ts';

/**
 * A bead comes to its holder by hand, and not by a sling: an agent knows of it from then on, and a polecat can say done of it. Refused as
 * `assignBead` is. People may hold many.
 */
export function holdByHand(draft: Draft, bead: BeadId, holder: string, at: Timestamp): void {
  const agent = agentOf(draft, holder);
  if (!agent) return;
  refuseSecondHold(draft, bead, agent.id);
  refuseFull(draft, bead, agent);
  if (agent.role === 'polecat' && agent.bead === undefined)
    putAgent(draft, { ...agent, bead, updatedAt: at });
  noteInSession(draft, agent, bead);
}

/** The session that runs is about this bead from now on. */
export function noteInSession(draft: Draft, { session: id }: Agent, bead: BeadId): void {
  const session = id && draft.get('sessions', id);
  if (session && session.state !== 'ended') draft.put('sessions', { ...session, bead });
}

/** Whether the agent can take the bead, as far as its own hook goes. */
export function refuseFull(view: View, bead: BeadId, agent: Agent): void {
  if (agent.role === 'polecat' && agent.bead !== bead) refuseOccupied(agent);
  refuseSecondHold(view, bead, agent.id);
}

function refuseOccupied(polecat: Extract<Agent, { role: 'polecat' }>): void {
  if (polecat.bead === undefined && polecat.state !== 'spawning' && polecat.state !== 'done') return;
  const what =
    polecat.bead === undefined
      ? `is ${describeState(polecat.state)}`
      : `has ${polecat.bead} and is ${describeState(polecat.state)}`;
  throw new Refusal('in-use', `${polecat.id} ${what}; a polecat does one bead.`, {
    field: 'target',
    next: `gt polecat show ${polecat.id}, or name the rig ${polecat.rig} for another polecat.`,
    facts: {
      agent: polecat.id,
      state: polecat.state,
      ...(polecat.bead === undefined ? {} : { bead: polecat.bead }),
    },
  });
}
