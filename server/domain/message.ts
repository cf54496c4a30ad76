import type { BeadPriority } from './bead.ts';
import type { AgentId, DestinationId, MessageId, Timestamp } from './ids.ts';

/** queued → delivered (shown to the agent) → acknowledged (by a call of its own after that). Only the last proves anything. */
export type MessageState = 'queued' | 'delivered' | 'acknowledged';

/** What somebody has to say. It waits in the town, and is never lost on the way. */
export type Message = Nudge | Mail;

interface Sent {
  readonly id: MessageId;
  /** `overseer`, `town`, or an agent: as the town knows them, not as they call themselves. */
  readonly from: string;
  /** An agent, or `overseer`; of a letter that nobody has claimed its queue, of one that a channel keeps the channel. */
  readonly to: AgentId;
  readonly text: string;
  readonly state: MessageState;
  readonly createdAt: Timestamp;
  readonly deliveredAt?: Timestamp;
  readonly acknowledgedAt?: Timestamp;
  /** It reaches also who wants to be left alone. */
  readonly urgent?: true;
}

/** One line for an agent at work: no control characters. */
export interface Nudge extends Sent {
  readonly kind: 'nudge';
  /** Also typed into its terminal, since a person asked for it. That proves nothing. */
  readonly typedAt?: Timestamp;
}

export type MailType = 'task' | 'escalation' | 'scavenge' | 'notification' | 'reply';

/** A letter: one record for each who gets it. */
export interface Mail extends Sent {
  readonly kind: 'mail';
  /** One line. */
  readonly subject: string;
  readonly type: MailType;
  readonly priority: BeadPriority;
  /** The id of the first letter of its thread. */
  readonly thread: MessageId;
  readonly replyTo?: MessageId;
  /** As it was addressed, where that is not who got it: `backend/polecats/*`. */
  readonly addressed?: string;
  readonly cc?: readonly string[];
  /** It was read, and its reader wants to come back to it. */
  readonly markedUnread?: true;
  readonly archivedAt?: Timestamp;
  /** It came out of a queue, and is its reader's own until it is archived, deleted or given back. */
  readonly claim?: { readonly queue: DestinationId; readonly at: Timestamp };
  /** It goes last where old letters go. */
  readonly pinned?: true;
}
