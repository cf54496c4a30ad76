import type { DestinationId, Timestamp } from './ids.ts';

export type DestinationKind = 'group' | 'queue' | 'channel';

/** A name that letters are sent to, beside those of agents and people. */
export type Destination = MailGroup | MailQueue | MailChannel;

interface Made {
  readonly id: DestinationId;
  readonly name: string;
  /** One line. */
  readonly description?: string;
  readonly createdAt: Timestamp;
  readonly createdBy: string;
}

/** A letter to it goes to each of its members, as they are when it is sent. */
export interface MailGroup extends Made {
  readonly kind: 'group';
  /** Agents, `overseer`, wildcards, and other groups as `group:NAME`. */
  readonly members: readonly string[];
}

/** A letter to it belongs to nobody until somebody claims it. */
export interface MailQueue extends Made {
  readonly kind: 'queue';
  /** Who may claim: `*`, or an address. People always may. */
  readonly claimers: string;
}

/** A letter to it goes to each subscriber, and is kept for everybody to look up. */
export interface MailChannel extends Made {
  readonly kind: 'channel';
  readonly subscribers: readonly string[];
  /** How many letters are kept. */
  readonly keep: number;
  /** For how many hours at most. */
  readonly hours?: number;
}

export function destinationId(kind: DestinationKind, name: string): DestinationId {
  return `${kind}:${name}` as DestinationId;
}
