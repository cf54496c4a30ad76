import type { Bead } from '../domain/bead.ts';
import type { AgentVerdict, Episode } from '../domain/episode.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { Message } from '../domain/message.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { StepProgress } from '../domain/beadSteps.ts';
import type { HostKind, Session } from '../domain/session.ts';
import type { Workplace } from '../domain/workplace.ts';
import type { RefusalData } from './hello.ts';
import type { StartSource } from './sessionEvent.ts';

export interface SlingParams {
  readonly beads: readonly string[];
  /** Absent: each bead goes to the rig of its prefix. */
  readonly rig?: string;
  /** In place of `rig`: `RIG`, `RIG/NAME` (a polecat that waits), `RIG/crew/NAME` or `mayor`. An agent takes one bead. */
  readonly target?: string;
  /** What to tell the agent with it: others' text, kept with the hook and shown by `gt prime`. */
  readonly instructions?: string;
  /** Though it is deferred, belongs to another rig, or is held by an agent whose session is over. */
  readonly force?: boolean;
  readonly runtime?: string;
  /** Absent: as the rig says. */
  readonly host?: 'auto' | HostKind;
  readonly dryRun?: boolean;
  /** What finds no place, or waits for something, is queued instead of refused. */
  readonly queue?: boolean;
}

export interface Slung {
  readonly bead: string;
  readonly title: string;
  /** Absent: the mayor's. */
  readonly rig?: string;
  /** `RIG/NAME`, `RIG/crew/NAME` or `mayor` */
  readonly agent: string;
  readonly runtime: string;
  readonly runtimeLabel: string;
  readonly worktree: string;
  /** Absent: the mayor's, who works in no repository. */
  readonly branch?: string;
  readonly base?: string;
  readonly host: HostKind;
  readonly convoy?: string;
  /** Absent in a dry run. */
  readonly session?: string;
  /** The program and arguments as they were, or would be, started. */
  readonly command: readonly string[];
  readonly warnings: readonly string[];
}

/** It waits in the queue, and starts by itself. */
export interface QueuedSling {
  readonly bead: string;
  readonly title: string;
  readonly rig: string;
  /** How many are before it. */
  readonly before: number;
  /** Why it does not start now. */
  readonly message: string;
}

export interface SlingResult {
  /** Absent: none. */
  readonly queued?: readonly QueuedSling[];
  readonly slung: readonly Slung[];
  readonly refused: readonly {
    readonly bead: string;
    readonly message: string;
    readonly refusal: RefusalData;
  }[];
}

export interface HookResult {
  readonly agent: string;
  readonly bead?: Bead;
  readonly polecat?: Polecat;
  /** Of crew and mayor. */
  readonly workplace?: Workplace;
  readonly rig?: string;
  /** Of the bead, where it has steps. */
  readonly steps?: StepProgress;
  /** What was said when the bead was slung: others' text. */
  readonly instructions?: string;
  /** Beads that must close before it, open ones. */
  readonly blockedBy: readonly string[];
  readonly mergeRequest?: MergeRequest;
  /** What waits for the agent itself; it is shown by this answer. */
  readonly messages?: readonly Message[];
  /** One sentence: what to do now. */
  readonly next: string;
}

export interface DoneParams {
  /** The folder that `gt done` was called in; its worktree and branch must be the recorded pair. */
  readonly directory: string;
  /** Take uncommitted work along in one commit. */
  readonly commit?: boolean;
  readonly noChanges?: boolean;
  readonly status?: 'completed' | 'escalated' | 'deferred';
  /** The question or reason, shown to people. */
  readonly message?: string;
}

export interface DoneResult {
  readonly agent: string;
  readonly bead: string;
  readonly outcome: 'submitted' | 'landing' | 'closed' | 'needs-you' | 'deferred' | 'already-submitted';
  readonly mergeRequest?: MergeRequest;
  readonly commits: number;
  /** What happens next, one sentence. */
  readonly next: string;
}

export interface WorkRequests {
  /** A person: give beads to polecats and start them. Each bead stands alone: one that is refused does not stop the others. */
  'work/sling': { params: SlingParams; result: SlingResult };
  /** A person: take the bead off its hook and open it again. The session is ended first; unmerged work is archived. */
  'work/unsling': {
    params: { readonly bead: string };
    result: {
      readonly bead: Bead;
      readonly archive?: string;
      readonly archiveId?: string;
      readonly warnings?: readonly string[];
    };
  };
  /** The caller's own hook, or, for people, that of `agent`. */
  'work/hook': { params: { readonly agent?: string }; result: HookResult };
  /** A session: the work is complete. Idempotent on branch and tip. */
  'work/done': { params: DoneParams; result: DoneResult };
  /** The context an agent starts with: role and rig, hook, beads access, git state, contract, messages. Short where it goes on. */
  'work/prime': {
    params: {
      readonly agent?: string;
      /** From a lifecycle hook; absent: at length. */
      readonly source?: StartSource;
      /** The runtime's own id of the session that asks. */
      readonly runtimeSession?: string;
    };
    result: { readonly text: string; readonly hook: HookResult };
  };
}

export interface PolecatDetail {
  readonly polecat: Polecat;
  readonly bead?: Bead;
  readonly session?: Session;
  readonly mergeRequest?: MergeRequest;
  readonly runtimeLabel: string;
  readonly needsPerson: boolean;
  /** What is wrong with it, and what shows it. */
  readonly episode?: Episode;
}

/** One changed file between a polecat's base and its branch (or its worktree). */
export interface ChangedFile {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed';
  readonly oldPath?: string;
}

export interface PolecatRequests {
  'polecat/list': { params: { readonly rig?: string }; result: readonly PolecatDetail[] };
  'polecat/get': {
    params: { readonly agent: string };
    result: PolecatDetail & {
      readonly commits: number;
      readonly uncommitted: readonly string[];
      /** How it is now; absent: nothing runs, and nothing is wrong. */
      readonly verdict?: AgentVerdict;
    };
  };
  /** The files it changed against its base, for a diff editor. */
  'polecat/changes': {
    params: { readonly agent: string };
    result: {
      readonly base: string;
      readonly tip: string;
      readonly worktree?: string;
      readonly files: readonly ChangedFile[];
    };
  };
  /** One file as it is in a commit of the rig; absent text: it is not there. */
  'polecat/file': {
    params: { readonly agent: string; readonly sha: string; readonly path: string };
    result: { readonly text?: string };
  };
  /** A person: archive and remove. Refused while its session runs, and for unmerged work without `force`; nothing is lost with it. */
  'polecat/remove': {
    params: { readonly agent: string; readonly force?: boolean };
    /** `warnings`: what was left as it is, and why; absent: nothing was. */
    result: {
      readonly agent: string;
      readonly archive: string;
      /** Of its record: `gt polecat restore` takes it. */
      readonly archiveId: string;
      readonly warnings?: readonly string[];
    };
  };
}
