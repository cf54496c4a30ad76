import type { BeadId, ConvoyId, Timestamp } from './ids.ts';

/** (staged →) open → landed (every bead closed), or closed by a person before. A bead that is added opens it again. */
export type ConvoyState = 'staged' | 'open' | 'landed' | 'closed';

/** A bundle of beads, of any rigs. It has landed when every one of them is closed. */
export interface Convoy {
  readonly id: ConvoyId;
  readonly title: string;
  /** In the order they were given; unique. */
  readonly beads: readonly BeadId[];
  readonly state: ConvoyState;
  /** Made by a sling for one bead, rather than by a person. */
  readonly automatic: boolean;
  readonly createdAt: Timestamp;
  readonly createdBy: string;
  readonly landedAt?: Timestamp;
  /** It was launched: the town slings its beads as they become ready, each of them once. */
  readonly launchedAt?: Timestamp;
  /** Those that the town has queued by itself. */
  readonly fed?: readonly BeadId[];
  /** It landed, and nobody was told yet. */
  readonly untold?: true;
  /** Who is told that it landed: agents by message, beside everybody who looks. */
  readonly watchers?: readonly string[];
  readonly closedAt?: Timestamp;
  readonly closedBy?: string;
  readonly closeReason?: string;
}
