import type { Agent } from '../domain/agent.ts';
import { agentOf, allAgents, putAgent } from '../domain/agents.ts';
import { mayorId } from '../domain/agentNames.ts';
import { overseer, recipientsOf } from '../domain/addresses.ts';
import type { AgentId, MessageId } from '../domain/ids.ts';
import type { Nudge } from '../domain/message.ts';
import { checkMessageText, queueMessage } from '../domain/messages.ts';
import type { NotificationLevel } from '../domain/notificationLevel.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findAgent, findRig, theTown } from './lookups.ts';
import { isCurrent } from './nudges.ts';

type Methods = 'nudge/broadcast' | 'nudge/each' | Extract<keyof Handlers, `notify/${string}`>;

export function broadcastHandlers(context: Context): Pick<Handlers, Methods> {
  return {
    'nudge/broadcast': (params, caller) => broadcast(context, params, caller),
    'nudge/each': (params, caller) => nudgeEach(context, params, caller),
    'notify/set': (params, caller) => setLevel(context, params, caller),
    'notify/get': (params, caller) => {
      const { view } = context.store;
      const who = levelOwner(view, params.agent, caller);
      return { who, level: levelOf(view, who) };
    },
  };
}

/** One line to everyone at work; who has too much unread already is told of, and keeps nobody from it. */
async function broadcast(
  context: Context,
  params: Params<'nudge/broadcast'>,
  caller: Caller,
): Promise<Result<'nudge/broadcast'>> {
  const text = checkMessageText(params.text);
  const rig = params.rig === undefined ? undefined : findRig(context.store.view, params.rig).id;
  const urgent = params.urgent === true ? { urgent: true as const } : {};
  const meta = { verb: 'nudge/broadcast', by: caller.by, ...(rig === undefined ? {} : { subject: rig }) };
  const said = { text, ...urgent, from: caller.by, dryRun: params.dryRun === true };
  const { result } = await context.store.transact(meta, (draft) => {
    const readers = atWork(draft, rig, params.all === true).map(({ id }) => id);
    return sayToEach(context, draft, { ...said, to: readers.filter((id) => id !== caller.agent) });
  });
  return result;
}

/** Who is done, or no agent, has no session that would be told. */
async function nudgeEach(
  context: Context,
  params: Params<'nudge/each'>,
  caller: Caller,
): Promise<Result<'nudge/each'>> {
  const text = checkMessageText(params.text);
  if (caller.role === 'session' && !isCurrent(context, caller)) throw past();
  const urgent = params.urgent === true ? { urgent: true as const } : {};
  const meta = { verb: 'nudge', by: caller.by, subject: displayText(params.address, 80) };
  const { result } = await context.store.transact(meta, (draft) => {
    const { to } = recipientsOf(draft, params.address, caller.agent ?? overseer);
    const readers = to.flatMap((id) => agentOf(draft, id) ?? []);
    const awake = readers.filter((agent) => agent.role !== 'polecat' || agent.state !== 'done');
    return sayToEach(context, draft, { text, ...urgent, from: caller.by, to: awake.map(({ id }) => id) });
  });
  return result;
}

interface Saying {
  readonly to: readonly AgentId[];
  readonly from: string;
  readonly text: string;
  readonly urgent?: true;
  readonly dryRun?: boolean;
}

function sayToEach(
  context: Context,
  draft: Draft,
  { to, from, text, urgent, dryRun }: Saying,
): Result<'nudge/broadcast'> {
  const sent: Nudge[] = [];
  const refused: { agent: string; message: string }[] = [];
  for (const id of to) {
    const nudge: Nudge = {
      id: `m-${context.randomText(6)}` as MessageId,
      kind: 'nudge',
      from,
      to: id,
      text,
      state: 'queued',
      createdAt: context.now(),
      ...(urgent ? { urgent } : {}),
    };
    try {
      sent.push(dryRun === true ? nudge : queueMessage(draft, nudge));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.push({ agent: id, message: error.message });
    }
  }
  return { sent, refused };
}

function past(): Refusal {
  return new Refusal('no-session', 'This session is over; its agent has another one, or is gone.');
}

/** Polecats that are not done, and crew; the mayor only where all are meant. */
function atWork(view: View, rig: string | undefined, all: boolean): Agent[] {
  return allAgents(view)
    .filter((agent) => rig === undefined || (agent.role !== 'mayor' && agent.rig === rig))
    .filter((agent) => all || agent.role !== 'mayor')
    .filter((agent) => agent.role !== 'polecat' || agent.state !== 'done')
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

async function setLevel(
  context: Context,
  params: Params<'notify/set'>,
  caller: Caller,
): Promise<Result<'notify/set'>> {
  const { level } = params;
  if (caller.role === 'session' && !isCurrent(context, caller)) throw past();
  const meta = { verb: 'notify/set', by: caller.by };
  const { result } = await context.store.transact(meta, (draft) => {
    const who = levelOwner(draft, params.agent, caller);
    const agent = agentOf(draft, who);
    if (agent) putAgent(draft, withLevel(agent, level));
    else if (who === overseer) draft.put('town', withLevel(theTown(draft), level));
    return { who, level: levelOf(draft, who) };
  });
  return result;
}

function withLevel<T extends { readonly notifications?: NotificationLevel }>(
  of: T,
  level: NotificationLevel,
): T {
  const { notifications: _, ...rest } = of;
  return (level === 'normal' ? rest : { ...rest, notifications: level }) as T;
}

/** A session decides for itself; a person for any agent, and without one for the person. */
function levelOwner(view: View, agent: string | undefined, caller: Caller): string {
  const own = caller.agent ?? overseer;
  if (agent === undefined || agent === own || agent === overseer) return agent ?? own;
  const { id } = agent === mayorId ? { id: mayorId } : findAgent(view, agent);
  if (caller.role === 'person' || id === own) return id;
  throw new Refusal('forbidden', `A session decides for itself only, and this one is ${own}.`, {
    field: 'agent',
  });
}

function levelOf(view: View, who: string): NotificationLevel {
  return (who === overseer ? theTown(view) : agentOf(view, who))?.notifications ?? 'normal';
}
