import type { AgentId } from '../domain/ids.ts';
import type { Agent } from '../domain/agent.ts';
import { Refusal } from '../domain/refusal.ts';
import { expectSuccessor } from '../domain/betweenSessions.ts';
import type { Successor } from '../domain/successor.ts';
import type { Draft } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import { liveSession, rigOf } from './assign.ts';
import type { Context } from './context.ts';
import { findAgent } from './lookups.ts';
import { planSession } from './plan.ts';
import { refuseUnlessResumable } from './sessions.ts';

type Next = NonNullable<Params<'handoff/write'>['next']>;

/** What an agent that hands its own work over asks for. All that can be refused now is, while it still runs. */
export async function planNext(
  context: Context,
  agent: Agent,
  { runtime = agent.runtime, host }: Next,
  caller: Caller,
): Promise<Omit<Successor, 'at'>> {
  const { view } = context.store;
  if (caller.agent !== agent.id)
    throw new Refusal('forbidden', `Only ${agent.id} itself hands its work over like this.`, {
      next: `gt handoff ${agent.id}`,
    });
  refuseUnlessResumable(view, agent);
  const choice = { runtime, ...(host === undefined ? {} : { host }) };
  const { preset } = await planSession(context, rigOf(view, agent), choice, caller);
  return { runtime: preset.id, by: agent.id, asked: true, ...(host === undefined ? {} : { host }) };
}

/** With it the session counts as stopped, however it ends. */
export function askForNext(draft: Draft, id: AgentId, next: Successor): void {
  expectSuccessor(draft, id, next);
  const session = liveSession(draft, findAgent(draft, id));
  if (session) draft.put('sessions', { ...session, stopAsked: { at: next.at, by: id } });
}

/** Among what would be asked to stop is the very `gt handoff` that has not printed its answer yet. */
export function stopForNext(context: Context, id: AgentId): void {
  const session = liveSession(context.store.view, findAgent(context.store.view, id))?.id;
  if (session === undefined) return;
  context.background(`asking ${session} to stop`, async () => {
    if (await context.launchers.ended(session, context.waits.partMs)) return;
    context.launchers.askToStop(session, 'gt handoff', context.waits.stopMs);
  });
}
