import type { RuntimeName, Timestamp } from './ids.ts';
import type { HostKind } from './session.ts';

/** The session that is to take the place of the one that an agent has, or had: until it begins, the place is kept for it. */
export interface Successor {
  readonly runtime: RuntimeName;
  readonly by: string;
  readonly at: Timestamp;
  readonly host?: 'auto' | HostKind;
  /** By the agent itself: the town begins it when the session has ended. Absent: whoever ended the session does. */
  readonly asked?: true;
  /** Why it did not begin: a person is asked, and no place is kept any more. */
  readonly refused?: string;
}
