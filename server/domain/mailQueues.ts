import { membersNow, overseer, recipientsOf } from './addresses.ts';
import type { MailQueue } from './destination.ts';
import type { AgentId, Timestamp } from './ids.ts';
import { isHeld, mailOf } from './mail.ts';
import type { Mail } from './message.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

/** Work that nobody does is not done sooner by more of it. */
const mostWaiting = 500;

/** Nobody works on more at once; a loop that claims and does nothing ends here. */
const mostHeld = 50;

/** A letter for whoever claims it. Refused with `capacity` where too much waits there already. */
export function putInQueue(draft: Draft, mail: Mail): Mail {
  const waiting = mailOf(draft, mail.to).length;
  if (waiting >= mostWaiting) {
    throw new Refusal('capacity', `${waiting} letters wait in ${mail.to} already.`, {
      field: 'to',
      next: `gt mail claim ${mail.to.replace('queue:', '')}`,
      facts: { queue: mail.to, waiting },
    });
  }
  draft.put('messages', mail);
  return mail;
}

/** Whether somebody may take letters out of a queue. People may out of every one. */
export function mayClaim(view: View, { claimers }: MailQueue, who: string): boolean {
  if (claimers === '*' || who === overseer || claimers === who) return true;
  if (claimers.startsWith('group:')) return membersNow(view, [claimers]).some((each) => each === who);
  try {
    return recipientsOf(view, claimers).to.some((each) => each === who);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

interface Claiming {
  readonly by: AgentId;
  readonly at: Timestamp;
}

/**
 * The oldest letter of these queues becomes theirs, and stands in their mailbox; undefined: nothing waits. Refused with `capacity` where they
 * have not done with what they claimed before.
 */
export function claimOldest(
  draft: Draft,
  queues: readonly MailQueue[],
  { by, at }: Claiming,
): Mail | undefined {
  const [oldest] = queues
    .flatMap((queue) =>
      mailOf(draft, queue.id)
        .slice(0, 1)
        .map((mail) => ({ queue, mail })),
    )
    .toSorted((a, b) => a.mail.createdAt.localeCompare(b.mail.createdAt));
  if (!oldest) return undefined;
  const held = heldBy(draft, by).length;
  if (held >= mostHeld) {
    throw new Refusal('capacity', `${by} has claimed ${held} letters already that it has not done with.`, {
      next: 'gt mail archive LETTER, or gt mail release LETTER',
      facts: { held },
    });
  }
  const { queue, mail } = oldest;
  const claimed: Mail = {
    ...mail,
    to: by,
    addressed: queue.id,
    claim: { queue: queue.id, at },
    // Whoever claims it is given it. A person reads what a command prints; that an agent has, is known by its next call.
    state: by === overseer ? 'acknowledged' : 'delivered',
    deliveredAt: at,
    ...(by === overseer ? { acknowledgedAt: at } : {}),
  };
  draft.put('messages', claimed);
  return claimed;
}

/** Back to its queue, in its old place; to the person where there is no such queue any more. */
export function giveBack(draft: Draft, mail: Mail): Mail {
  const { claim, addressed: _a, deliveredAt: _d, acknowledgedAt: _k, markedUnread: _m, ...rest } = mail;
  if (!claim || !isHeld(mail)) {
    throw new Refusal('not-found', `${mail.id} is not claimed from any queue.`, {
      field: 'message',
      next: 'gt mail queue list',
    });
  }
  const queue = draft.get('destinations', claim.queue);
  const waiting: Mail = queue
    ? { ...rest, to: queue.id as string as AgentId, state: 'queued' }
    : { ...rest, to: overseer, addressed: claim.queue, state: 'queued' };
  draft.put('messages', waiting);
  return waiting;
}

/** All that an agent has claimed and not done with, the oldest first. */
export function heldBy(view: View, agent: string): readonly Mail[] {
  return mailOf(view, agent).filter(isHeld);
}

/** Whoever is gone, or reads nothing any more, does nothing about them. */
export function freeClaims(draft: Draft, agent: string): readonly Mail[] {
  return heldBy(draft, agent).map((mail) => giveBack(draft, mail));
}
