import type { Timestamp } from './ids.ts';

/** When something is done, and by whom: an agent's id, a person's name, `town`. */
export interface Act {
  readonly at: Timestamp;
  readonly by: string;
}
