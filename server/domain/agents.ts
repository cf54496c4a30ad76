import type { Agent } from './agent.ts';
import type { Crew } from './workplace.ts';
import type { Draft, View } from './view.ts';

/** Polecats and workplaces lie in two collections, since they live differently; in what concerns hooks and sessions they are alike. */
export function agentOf(view: View, id: string): Agent | undefined {
  return view.get('agents', id) ?? view.get('workplaces', id);
}

export function allAgents(view: View): Agent[] {
  return [...view.all('agents'), ...view.all('workplaces')];
}

export function putAgent(draft: Draft, agent: Agent): void {
  if (agent.role === 'polecat') draft.put('agents', agent);
  else draft.put('workplaces', agent);
}

export function removeAgent(draft: Draft, { role, id }: Pick<Agent, 'role' | 'id'>): void {
  draft.remove(role === 'polecat' ? 'agents' : 'workplaces', id);
}

/** The folder that its sessions start in. */
export function directoryOf(agent: Agent): string {
  return agent.role === 'mayor' ? agent.directory : agent.worktree;
}

export function crewOf(view: View, rig: string): Crew[] {
  return [...view.all('workplaces')].filter(
    (place): place is Crew => place.role === 'crew' && place.rig === rig,
  );
}
