import type { AgentId, BeadId, HandoffId, RigName, RuntimeName, Sha, Timestamp } from './ids.ts';

/** What whoever hands over has to say, in parts that a successor looks for. */
export interface HandoffWords {
  /** One line. */
  readonly subject?: string;
  readonly text?: string;
  readonly decisions?: readonly string[];
  readonly tried?: readonly string[];
  readonly questions?: readonly string[];
}

export interface FileStat {
  readonly path: string;
  /** Lines; absent: the file is binary. */
  readonly added?: number;
  readonly removed?: number;
}

/** What the town itself found when it was made. */
export interface HandoffFacts {
  /** The title of the bead. */
  readonly goal?: string;
  readonly steps?: string;
  readonly branch?: string;
  readonly base?: Sha;
  readonly tip?: Sha;
  readonly commits?: number;
  /** Since the base, in commits; the first of them. */
  readonly files?: readonly FileStat[];
  readonly moreFiles?: number;
  readonly uncommitted?: readonly string[];
  /** How its last landing stands: `conflict: README.md changed on both sides`. */
  readonly landing?: string;
  /** How each gate of that landing came out: `unit: failed`. */
  readonly gates?: readonly string[];
  /** The last lines of a check that failed. */
  readonly checks?: readonly string[];
  /** What it asked last, and nobody has answered yet. */
  readonly asked?: string;
}

/** Work as one session leaves it to the next, of the same runtime or another. */
export interface Handoff {
  readonly id: HandoffId;
  readonly agent: AgentId;
  readonly rig?: RigName;
  readonly bead?: BeadId;
  readonly from: RuntimeName;
  /** Absent: it was written, and nothing was handed over. */
  readonly to?: RuntimeName;
  /** Who wrote or gave it. */
  readonly by: string;
  readonly at: Timestamp;
  readonly words: HandoffWords;
  readonly facts: HandoffFacts;
}
