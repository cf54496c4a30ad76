import type { AgentId, BeadId, RigName, SessionId, Timestamp } from './ids.ts';
import type { Verdict } from './verdict.ts';

/** How a polecat is, as the witness sees it. */
export type VerdictKind = 'working' | 'needs-you' | 'rate-limited' | 'stalled' | 'failed' | 'stuck-in-done';

/** Which rule made a verdict; of a failure that its runtime tells of, that failure. */
export type WitnessRule =
  | Verdict
  | 'fresh' // something was heard of it lately
  | 'woken' // nothing was, but the town has not listened for long
  | 'starting' // its start has time left
  | 'finishing' // it said done, and its session has time left to end
  | 'a-person' // its runtime is a person, who is never late
  | 'asked'
  | 'at-rest' // it ended its turn without gt done, and nobody spoke to it
  | 'silent'
  | 'process-gone'
  | 'launcher-lost'
  | 'exit-without-done'
  | 'done-but-running'
  | 'bead-closed';

export type SignalName =
  | 'process'
  | 'launcher'
  | 'call' // gt or bd
  | 'lifecycle' // a lifecycle hook of its runtime
  | 'commit'
  | 'file'
  | 'output'
  | 'failure' // what its runtime complains of
  | 'start'
  | 'town'; // since when the town has been awake to hear anything

/** One thing that is known of a polecat: when it was seen last, or what it says, and how old that is. */
export interface Signal {
  readonly name: SignalName;
  readonly at?: Timestamp;
  readonly value?: string;
  readonly ageMs?: number;
}

export interface AgentVerdict {
  readonly kind: VerdictKind;
  readonly rule: WitnessRule;
  /** One sentence. */
  readonly reason: string;
  readonly signals: readonly Signal[];
  /** When a limit is over. */
  readonly until?: Timestamp;
  /** When it is worth another look; absent: only when something happens. */
  readonly again?: Timestamp;
}

/** `go-on`: its limit is over; it is told so where it runs, and begun again where it does not. */
export type RemedyKind = 'nudge' | 'handoff' | 'restart' | 'go-on' | 'release' | 'escalate';

export interface RemedyTried {
  readonly kind: RemedyKind;
  readonly at: Timestamp;
  /** What came of it, in a sentence; absent: it is under way, or the town went meanwhile. */
  readonly outcome?: string;
}

/** Something is wrong with a polecat: raised once, and taken away when it works again. The journal keeps those that are over. */
export interface Episode {
  readonly id: AgentId;
  readonly rig: RigName;
  /** Of another session it says nothing. */
  readonly session: SessionId;
  readonly bead?: BeadId;
  readonly verdict: Exclude<VerdictKind, 'working'>;
  readonly rule: WitnessRule;
  readonly reason: string;
  /** When it was raised. */
  readonly since: Timestamp;
  /** When it was seen first that it has stalled; absent: it never was in this episode. */
  readonly stalledAt?: Timestamp;
  /** As it was when the rule fired. */
  readonly evidence: readonly Signal[];
  readonly until?: Timestamp;
  /** When it was seen last to have met a limit. */
  readonly limitedAt?: Timestamp;
  /** Its limit is over, and it is left to a person since then. */
  readonly leftAt?: Timestamp;
  readonly remedies: readonly RemedyTried[];
}
