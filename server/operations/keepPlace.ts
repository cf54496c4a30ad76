import type { Agent } from '../domain/agent.ts';
import { agentOf, allAgents, putAgent } from '../domain/agents.ts';
import type { AgentId } from '../domain/ids.ts';
import { refuseFullTown } from '../domain/slinging.ts';
import { expectSuccessor, withoutSuccessor } from '../domain/betweenSessions.ts';
import type { Successor } from '../domain/successor.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import { refuseWithoutRoom } from './hasRoom.ts';
import { findAgent } from './lookups.ts';

/**
 * While the session of an agent is ended for its next one, its place in town and rig is kept for that: else the queue of slings would
 * take it. Refused with `capacity` where it has none: of two that begin again at once one waits.
 */
export async function keepingPlace<T>(
  context: Context,
  { id }: Agent,
  next: Pick<Successor, 'runtime' | 'by'>,
  work: () => Promise<T>,
): Promise<T> {
  const at = context.now();
  await context.store.transact({ verb: 'session/expected', by: next.by, subject: id }, (draft) => {
    const now = findAgent(draft, id);
    if (!liveSession(draft, now)) {
      refuseFullTown(draft, id);
      if (next.by === 'town' && now.role === 'polecat')
        refuseWithoutRoom(draft, { polecat: now, rig: now.rig, runtime: next.runtime }, at);
    }
    expectSuccessor(draft, id, { ...next, at });
  });
  try {
    return await work();
  } finally {
    await forgetSuccessor(context, id);
  }
}

/** Of a town server that was killed meanwhile. */
export async function forgetSuccessors(context: Context): Promise<void> {
  for (const { id } of allAgents(context.store.view)) await forgetSuccessor(context, id);
}

async function forgetSuccessor({ store }: Context, id: AgentId): Promise<void> {
  if (!isOfTown(agentOf(store.view, id))) return;
  await store.transact({ verb: 'session/not-expected', by: 'town', subject: id }, (draft) => {
    const now = agentOf(draft, id);
    if (now && isOfTown(now)) putAgent(draft, withoutSuccessor(now));
  });
}

/** What the agent itself asked for is begun by the town. */
const isOfTown = (agent: Agent | undefined): boolean =>
  agent?.successor !== undefined && agent.successor.asked !== true;
