import { agentOf, allAgents, putAgent } from './agents.ts';
import type { Agent } from './agent.ts';
import type { AgentId, RuntimeName, Timestamp } from './ids.ts';
import type { Draft, View } from './view.ts';

/** The session that is to take the place of the one that an agent has, or had: until it begins, the place is kept for it. */
export interface Successor {
  readonly runtime: RuntimeName;
  readonly by: string;
  readonly at: Timestamp;
}

/** Its session has ended, and the next one is on its way. */
export function isBetweenSessions(view: View, { session, successor }: Agent): boolean {
  if (!successor) return false;
  const state = view.get('sessions', session ?? '')?.state;
  return state === undefined || state === 'ended';
}

/** Agents whose place in the town nobody else may take, though no session of theirs runs. */
export function keptPlaces(view: View): readonly Agent[] {
  return allAgents(view).filter((agent) => isOnItsWay(agent) || isBetweenSessions(view, agent));
}

const isOnItsWay = (agent: Agent): boolean =>
  agent.role === 'polecat' && agent.state === 'spawning' && agent.session === undefined;

/** The runtime that the next session of such an agent will have. */
export const nextRuntime = ({ successor, runtime }: Agent): RuntimeName => successor?.runtime ?? runtime;

export function expectSuccessor(draft: Draft, id: AgentId, successor: Successor): void {
  const now = agentOf(draft, id);
  if (now) putAgent(draft, { ...now, successor });
}

/** None comes any more; or the one that came is another's. */
export function withoutSuccessor<A extends Agent>(agent: A): A {
  const { successor: _, ...rest } = agent;
  return rest as A;
}
