import type { AgentId, MessageId, Timestamp } from './ids.ts';
import { freeClaims } from './mailQueues.ts';
import type { Message, Nudge } from './message.ts';
import { Refusal } from './refusal.ts';
import { plainText } from './text.ts';
import type { Draft, View } from './view.ts';

const maxLength = 1000;

/** An agent that reads nothing is not helped by more. */
const mostUnread = 50;

/** How many that were acknowledged are kept for each agent. */
const mostKept = 100;

/** As it will be shown and typed. Refused with `invalid`: empty, too long, more than a line, or with characters that nobody sees. */
export function checkMessageText(text: string): string {
  const line = text.trim();
  const length = Array.from(line).length;
  if (line === '') throw invalidText('A nudge needs some text.');
  if (length > maxLength)
    throw invalidText(`A nudge has at most ${maxLength} characters, and this one has ${length}.`);
  if (line !== plainText(line) || /[\n\t]/u.test(line))
    throw invalidText('A nudge is one line, without control characters and characters that show nothing.');
  return line;
}

/** Refused with `capacity` where too much waits already. */
export function queueMessage(draft: Draft, message: Nudge): Nudge {
  const all = messagesOf(draft, message.to).filter(({ kind }) => kind === 'nudge');
  const unread = all.filter(({ state }) => state !== 'acknowledged').length;
  if (unread >= mostUnread) {
    throw new Refusal('capacity', `${message.to} has ${unread} messages already that it did not read.`, {
      next: `gt nudge list ${message.to}`,
      facts: { agent: message.to, unread },
    });
  }
  const read = all.filter(({ state }) => state === 'acknowledged');
  for (const { id } of read.slice(0, Math.max(0, read.length - mostKept))) draft.remove('messages', id);
  draft.put('messages', message);
  return message;
}

/** Shown to the agent. One that was shown before stays as it is. */
export function deliverMessage(draft: Draft, id: MessageId, at: Timestamp): void {
  const message = draft.get('messages', id);
  if (message?.state === 'queued') draft.put('messages', { ...message, state: 'delivered', deliveredAt: at });
}

/** The agent has said so, or made a call of its own after it was shown. Unchanged where it was acknowledged before. */
export function acknowledgeMessage(draft: Draft, id: MessageId, at: Timestamp): void {
  const message = draft.get('messages', id);
  if (!message || message.state === 'acknowledged') return;
  const deliveredAt = message.deliveredAt ?? at;
  draft.put('messages', { ...message, state: 'acknowledged', deliveredAt, acknowledgedAt: at });
}

/** Oldest first. */
export function messagesOf(view: View, agent: AgentId): readonly Message[] {
  return [...view.find('messagesByAgent', agent)];
}

/** With the agent that they are for: the next of its name is somebody else. What it had claimed goes back to its queue. */
export function dropMessages(draft: Draft, agent: AgentId): void {
  freeClaims(draft, agent);
  for (const { id } of messagesOf(draft, agent)) draft.remove('messages', id);
}

function invalidText(sentence: string): Refusal {
  return new Refusal('invalid', sentence, { field: 'text', next: 'gt nudge RIG/NAME "one line of text"' });
}
