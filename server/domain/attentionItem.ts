import type { Timestamp } from './ids.ts';
import type { Severity } from './severity.ts';
import type { View } from './view.ts';

export type AttentionKind = 'polecat' | 'mergeRequest' | 'rig' | 'escalation' | 'mail' | 'bead' | 'plugin';

/** What a window does about an item. */
export type AttentionVerb =
  | 'openTerminal'
  | 'answer'
  | 'resume'
  | 'review'
  | 'merge'
  | 'approve'
  | 'acknowledge'
  | 'read'
  | 'copy';

export interface AttentionAction {
  /** The words of the command that does it: `gt session run backend/nux`. */
  readonly command: string;
  readonly verb: AttentionVerb;
}

/** One thing that only a person can do, for as long as it is so. */
export interface AttentionItem {
  /** The same for one episode, and for no other: whoever was told of it need not be told again. */
  readonly id: string;
  readonly kind: AttentionKind;
  /** The id of what it is about: of a bead, an agent, a rig, an escalation, a message, a plugin. */
  readonly subject: string;
  readonly rig?: string;
  readonly bead?: string;
  readonly agent?: string;
  /** The state in the town's words: `failed`, `conflict`, `submitted`. */
  readonly state: string;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly since: Timestamp;
  readonly action: AttentionAction;
  readonly severity: Severity;
}

/** The state of a bead about whose place what the town keeps disagrees. */
export const misplaced = 'misplaced';

/** Gives what one kind of record asks of a person. It walks no collection that grows with the town's past. */
export type AttentionSource = (view: View, now: Timestamp) => Iterable<AttentionItem>;
