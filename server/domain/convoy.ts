import type { BeadId, ConvoyId, Timestamp } from './ids.ts';

export type ConvoyState = 'open' | 'landed';

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
}
