import { agentOf } from '../domain/agents.ts';
import { overseer, recipientsOf } from '../domain/addresses.ts';
import type { AgentId } from '../domain/ids.ts';
import { isUnread, mailOf } from '../domain/mail.ts';
import type { Mail } from '../domain/message.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { isCurrent } from './nudges.ts';

export const isInboxUnread = (mail: Mail): boolean => isUnread(mail) && mail.archivedAt === undefined;

/** A session is its agent, and only the one that its agent has now; everybody else is the overseer. */
export function senderOf(context: Context, caller: Caller): AgentId {
  if (caller.role === 'person') return overseer;
  if (caller.agent && isCurrent(context, caller)) return caller.agent;
  throw new Refusal('no-session', 'This session is over; its agent has another one, or is gone.');
}

/** Whose mailbox is meant. People may look into all, and into queues; a session has its own. */
export function boxOf(view: View, of: string | undefined, caller: Caller): AgentId {
  const own = caller.agent ?? overseer;
  if (of === undefined) return own;
  const { to, isGroup } = recipientsOf(view, of);
  const [address] = to;
  if (caller.role === 'person' && address?.startsWith('queue:')) return address;
  if (isGroup || address === undefined)
    throw new Refusal('invalid', `"${displayText(of, 60)}" is nobody's mailbox.`, { field: 'of' });
  if (caller.role === 'person' || address === own) return address;
  throw new Refusal('forbidden', `A session reads its own mail only, and this one is ${own}.`, {
    field: 'of',
  });
}

/** A person who names a letter need not say whose it is. */
export function ownerOf(view: View, id: string | undefined, caller: Caller): string | undefined {
  if (caller.role !== 'person' || id === undefined) return undefined;
  const message = view.get('messages', id);
  const isBox =
    message !== undefined &&
    (message.to === overseer || message.to.startsWith('queue:') || agentOf(view, message.to) !== undefined);
  return isBox ? message.to : undefined;
}

/** One that its owner has got or sent, or that was said in a channel. By its id, or its number in the inbox: 1 is the newest. */
export function letter(view: View, id: string, owner: string): Mail {
  const message = view.get('messages', id) ?? numbered(view, id, owner);
  if (message?.kind === 'mail' && isOfTheirs(message, owner)) return message;
  throw notTheirs(id, owner);
}

function isOfTheirs({ to, from }: Mail, owner: string): boolean {
  return to === owner || from === owner || to.startsWith('channel:');
}

function numbered(view: View, text: string, owner: string): Mail | undefined {
  if (!/^[1-9]\d{0,3}$/u.test(text)) return undefined;
  return mailOf(view, owner)
    .filter(({ archivedAt }) => archivedAt === undefined)
    .at(-Number(text));
}

export function refuseQueue(address: string): void {
  if (!address.startsWith('queue:')) return;
  throw new Refusal(
    'invalid',
    `What waits in ${address} is nobody's yet, so it is neither read nor put away.`,
    {
      field: 'message',
      next: `gt mail claim ${address.replace('queue:', '')}`,
    },
  );
}

export function notTheirs(id: string, owner: string): Refusal {
  return new Refusal('not-found', `${owner} has no letter "${displayText(id, 40)}".`, {
    field: 'message',
    next: 'gt mail inbox --all',
  });
}
