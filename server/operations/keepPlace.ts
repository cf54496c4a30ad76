import type { Agent } from '../domain/agent.ts';
import { agentOf, allAgents, putAgent } from '../domain/agents.ts';
import type { AgentId } from '../domain/ids.ts';
import { refuseFullTown } from '../domain/slinging.ts';
import { expectSuccessor, type Successor, withoutSuccessor } from '../domain/successor.ts';
import { liveSession } from './assign.ts';
import type { Context } from './context.ts';
import { findAgent } from './lookups.ts';

/**
 * While the session of an agent is ended for its next one, its place in town and rig is kept for that: else the queue of slings would
 * take it. Refused with `capacity` where it has none.
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
    if (!liveSession(draft, now)) refuseFullTown(draft, id);
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
  if (!agentOf(store.view, id)?.successor) return;
  await store.transact({ verb: 'session/not-expected', by: 'town', subject: id }, (draft) => {
    const now = agentOf(draft, id);
    if (now?.successor) putAgent(draft, withoutSuccessor(now));
  });
}
