import type { Escalation } from '../domain/escalation.ts';
import type { Severity } from '../domain/severity.ts';

export interface EscalationRequests {
  /** Something that a person has to decide. The same words again, while it is open, give the one that is there. With `dryRun` nothing is kept. */
  'escalation/create': {
    params: {
      readonly description: string;
      readonly severity?: Severity;
      readonly reason?: string;
      readonly source?: string;
      readonly bead?: string;
      readonly dryRun?: boolean;
    };
    result: Escalation;
  };
  /** Those that are not closed, the most pressing first; with `all` the closed ones, too; with `stale` those that wait too long. */
  'escalation/list': {
    params: { readonly all?: boolean; readonly stale?: boolean };
    result: readonly Escalation[];
  };
  'escalation/get': { params: { readonly escalation: string }; result: Escalation };
  /** A person takes it: it is not raised again. */
  'escalation/acknowledge': { params: { readonly escalation: string }; result: Escalation };
  /** A person, or whoever raised it. */
  'escalation/close': {
    params: { readonly escalation: string; readonly reason?: string };
    result: Escalation;
  };
}
