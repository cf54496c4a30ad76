import { agentOf, allAgents, putAgent } from '../domain/agents.ts';
import { checkLimits } from '../domain/dispatchLimits.ts';
import { messageOf } from '../domain/fault.ts';
import type { AgentId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { refuseResting } from '../domain/slinging.ts';
import { isBetweenSessions, nextRuntime, withoutSuccessor } from '../domain/betweenSessions.ts';
import { rigOf } from './assign.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { runInBackground } from './lifePlugins.ts';
import { findAgent } from './lookups.ts';
import { planSession } from './plan.ts';
import { agentQueue } from './queue.ts';
import { goOn, refuseUnlessResumable } from './sessions.ts';
import { isStopping } from './stopping.ts';
import { townCaller } from './townCaller.ts';

/**
 * When the session of an agent that handed its own work over has ended, the next one begins, on the runtime that it named, if its rig
 * takes work and has room there. Where it cannot, a person is asked; where the town is stopped, it begins when the town is there again.
 */
export function beginSuccessors(context: Context): Duty {
  const consider = (id: string): void => {
    const agent = agentOf(context.store.view, id);
    if (!agent?.successor?.asked || !isBetweenSessions(context.store.view, agent)) return;
    context.background(`the next session of ${id}`, () =>
      context.queue.run(agentQueue(agent.id), () => begin(context, agent.id)),
    );
  };
  return {
    begin() {
      for (const { id } of allAgents(context.store.view)) consider(id);
    },
    changed({ changes }) {
      for (const [collection, , record] of changes)
        if (collection === 'sessions' && record?.state === 'ended') consider(record.agent);
    },
  };
}

async function begin(context: Context, id: AgentId): Promise<void> {
  const { view } = context.store;
  const agent = agentOf(view, id);
  if (!agent?.successor?.asked || !isBetweenSessions(view, agent) || isStopping(context)) return;
  try {
    refuseUnlessResumable(view, agent);
  } catch {
    return await put(context, id, undefined);
  }
  try {
    await goOnWithNext(context, id);
  } catch (error) {
    if (isStopping(context)) return;
    if (!(error instanceof Refusal)) context.log(`The next session of ${id}: ${messageOf(error)}`);
    await put(context, id, messageOf(error));
  }
}

async function goOnWithNext(context: Context, id: AgentId): Promise<void> {
  const { view } = context.store;
  const agent = findAgent(view, id);
  const rig = rigOf(view, agent);
  const runtime = nextRuntime(agent);
  const { host } = agent.successor ?? {};
  if (rig && agent.role === 'polecat') refuseResting(rig);
  if (rig) checkLimits(view, { rig, runtime, now: context.now(), except: id });
  const choice = { runtime, ...(host === undefined ? {} : { host }) };
  const plan = await planSession(context, rig, choice, townCaller);
  await goOn(context, agent, { ...plan, rig }, townCaller);
  runInBackground(context, 'on-cycle', findAgent(view, id));
}

/** Nothing begins it any more by itself: with `refused` it is a person's from then on, without it nobody's. */
async function put(context: Context, id: AgentId, refused: string | undefined): Promise<void> {
  const meta = { verb: 'session/not-begun', by: 'town', subject: id };
  await context.store.transact(meta, (draft) => {
    const now = agentOf(draft, id);
    if (!now?.successor) return;
    if (refused === undefined) return putAgent(draft, withoutSuccessor(now));
    const reason = `It handed its work over, and its next session did not begin: ${refused}`;
    const successor = { ...now.successor, refused };
    putAgent(draft, now.role === 'polecat' ? { ...now, successor, reason } : { ...now, successor });
  });
}
