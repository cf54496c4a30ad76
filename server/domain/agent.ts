import type { Polecat } from './polecat.ts';
import type { Workplace } from './workplace.ts';

/** What an agent is: one that does a bead and goes, a lasting workplace of a person, the town's coordinator. */
export type AgentRole = 'polecat' | 'crew' | 'mayor';

/** Of those who stay. */
export type LastingRole = Exclude<AgentRole, 'polecat'>;

/** Anyone with a hook. */
export type Agent = Polecat | Workplace;
