import { agentOf } from '../domain/agents.ts';
import type { AgentId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import { acknowledgeMessage, deliverMessage, messagesOf } from '../domain/messages.ts';
import { reaches } from '../domain/notificationLevel.ts';
import type { Context } from './context.ts';

/** What waits for an agent and was not shown to it yet, oldest first. One that is muted is shown only what is urgent. */
export function waitingMessages(context: Context, agent: AgentId): readonly Message[] {
  const { view } = context.store;
  const level = agentOf(view, agent)?.notifications;
  return messagesOf(view, agent).filter((each) => each.state === 'queued' && reaches(level, each));
}

/** How many letters and nudges an agent is given at once, and how long they may be together: runtimes cut what is longer. */
const mostAtOnce = 20;
const mostCharacters = 6000;

/** The first of them that an agent is given together; the others wait for its next call. At least one. */
export function shownAtOnce(messages: readonly Message[]): {
  readonly shown: readonly Message[];
  readonly more: number;
} {
  const urgentFirst = messages.toSorted((a, b) => Number(b.urgent === true) - Number(a.urgent === true));
  let length = 0;
  const shown = urgentFirst.filter(({ text }, index) => {
    length += Math.min(text.length, 3000);
    return index === 0 || (index < mostAtOnce && length <= mostCharacters);
  });
  return { shown, more: messages.length - shown.length };
}

/** They were handed to the agent. That it read them is known by what it does next. */
export async function markDelivered(
  context: Context,
  agent: AgentId,
  messages: readonly Message[],
): Promise<void> {
  if (messages.length === 0) return;
  await context.store.transact({ verb: 'nudge/delivered', by: 'town', subject: agent }, (draft) => {
    for (const { id } of messages) deliverMessage(draft, id, context.now());
  });
}

/** A call of the agent's own: what was shown to it before has been read. Costs nothing where there is none. */
export function acknowledgeShown(context: Context, agent: AgentId): void {
  const shown = messagesOf(context.store.view, agent).filter(({ state }) => state === 'delivered');
  if (shown.length === 0) return;
  context.background(`what ${agent} has read`, async () => {
    await context.store.transact({ verb: 'nudge/acknowledged', by: agent, subject: agent }, (draft) => {
      for (const { id } of shown) acknowledgeMessage(draft, id, context.now());
    });
  });
}
