import type { Act } from './act.ts';
import type { AgentId, BeadId, EscalationId, Timestamp } from './ids.ts';
import type { Severity } from './severity.ts';

/** open → acknowledged (a person has taken it) → closed. */
export type EscalationState = 'open' | 'acknowledged' | 'closed';

/** Something that its author cannot decide, and a person has to. */
export interface Escalation {
  readonly id: EscalationId;
  readonly state: EscalationState;
  readonly severity: Severity;
  /** As it was raised, before it waited too long. */
  readonly originalSeverity: Severity;
  /** One line. */
  readonly description: string;
  readonly reason?: string;
  /** What it came from, in its author's words: `patrol`, `plugin:audit`. */
  readonly source?: string;
  readonly bead?: BeadId;
  /** `overseer`, `town` or an agent: as the town knows them. */
  readonly by: AgentId | string;
  readonly createdAt: Timestamp;
  /** How often it was raised again since nobody took it. */
  readonly raised: number;
  readonly raisedAt?: Timestamp;
  readonly acknowledged?: Act;
  readonly closed?: Act & { readonly reason: string };
}
