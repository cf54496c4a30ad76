import type { AgentId, SessionId, Timestamp } from '../domain/ids.ts';
import type { Evidence } from '../domain/witness.ts';

/** What was found of a session outside the town's records, when somebody looked. */
export interface Look {
  readonly session: SessionId;
  readonly at: Timestamp;
  readonly program?: Evidence['program'];
  readonly launcher?: Evidence['launcher'];
  readonly commit?: Timestamp | undefined;
  readonly file?: Timestamp | undefined;
  readonly output?: Timestamp | undefined;
  readonly complaint?: Evidence['complaint'];
}

/** What the town remembers of looking, for as long as it runs. */
export interface WitnessMemory {
  /** Before this it was not there to hear anything, or the machine slept. */
  awakeSince: Timestamp;
  readonly looks: Map<AgentId, Look>;
}
