import { agentOf } from '../domain/agents.ts';
import { noteLife } from '../domain/episodes.ts';
import type { AgentId } from '../domain/ids.ts';
import { stoppedWithoutDone } from '../domain/polecats.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { isCurrent } from './nudges.ts';
import { progressEveryMs } from './sessionEvents.ts';

/** The same handlers; a call of `gt` or `bd` by an agent in its session is a sign of its life, noted without being waited for. */
export function noticing(context: Context, handlers: Handlers): Handlers {
  const heard = Object.entries(handlers).map(([method, handler]) => [
    method,
    tellsOfItself(method)
      ? handler
      : (params: unknown, caller: Caller) => {
          if (caller.agent !== undefined && isWorthALine(context, caller)) noteCall(context, caller.agent);
          return (handler as (params: unknown, caller: Caller) => unknown)(params, caller);
        },
  ]);
  return Object.fromEntries(heard) as Handlers;
}

/** What launchers and lifecycle hooks tell is noted where it is taken, and so is the reading of a hook. */
const tellsOfItself = (method: string): boolean =>
  method.startsWith('session/') ||
  method.startsWith('town/') ||
  method === 'work/hook' ||
  method === 'work/prime';

function isWorthALine(context: Context, caller: Caller): boolean {
  if (!isCurrent(context, caller)) return false;
  const agent = agentOf(context.store.view, caller.agent ?? '');
  if (!agent) return false;
  const last = agent.role === 'polecat' ? (agent.calledAt ?? agent.createdAt) : agent.progressAt;
  const age = Date.parse(context.now()) - Date.parse(last);
  return age >= progressEveryMs || (agent.role === 'polecat' && agent.reason === stoppedWithoutDone);
}

function noteCall(context: Context, id: AgentId): void {
  context.background(`a call of ${id}`, async () => {
    await context.store.transact({ verb: 'work/progress', by: id, subject: id }, (draft) => {
      const at = context.now();
      const now = agentOf(draft, id);
      if (now?.role === 'polecat' && now.state !== 'done') noteLife(draft, now, at);
      else if (now && now.role !== 'polecat') draft.put('workplaces', { ...now, progressAt: at });
    });
  });
}
