import type { AgentId, MessageId, Timestamp } from './ids.ts';

/** queued → delivered (shown to the agent) → acknowledged (by a call of its own after that). Only the last proves anything. */
export type MessageState = 'queued' | 'delivered' | 'acknowledged';

/** What somebody has to say to an agent. It waits in the town, and is never lost on the way. */
export interface Message {
  readonly id: MessageId;
  readonly kind: 'nudge';
  /** `overseer`, or an agent: as the town knows them, not as they call themselves. */
  readonly from: string;
  readonly to: AgentId;
  /** One line, no control characters. */
  readonly text: string;
  readonly state: MessageState;
  readonly createdAt: Timestamp;
  /** Also typed into its terminal, since a person asked for it. That proves nothing. */
  readonly typedAt?: Timestamp;
  readonly deliveredAt?: Timestamp;
  readonly acknowledgedAt?: Timestamp;
}
