import type { AgentId, BeadId, RigName, RuntimeName, SessionId, Sha, Timestamp } from './ids.ts';
import type { Verdict } from './verdict.ts';

export type HostKind = 'editor' | 'tmux' | 'process';

/** starting (asked for) → running (its launcher reported a pid) → ended. */
export type SessionState = 'starting' | 'running' | 'ended';

/**
 * How it ended. `done`: after `gt done`. `failed`: the process went without done. `interrupted`: the terminal, editor or machine
 * went, or the launcher's connection; resumable. `stopped`: a person asked. `not-started`: the program could not be started.
 */
export type SessionEnd = 'done' | 'failed' | 'interrupted' | 'stopped' | 'not-started';

export interface SessionExit {
  readonly end: SessionEnd;
  readonly code?: number;
  readonly signal?: string;
  /** The last lines of output, control characters removed; only where the host sees them (`process`). */
  readonly lastLines?: readonly string[];
}

/** What the launcher runs before the runtime, on the same terminal; where it fails or takes too long, the runtime is not started. */
export interface LaunchStep {
  /** The program, absolute or to be looked up in `environment.PATH`, and its arguments. */
  readonly argv: readonly string[];
  /** `setup` */
  readonly label: string;
  readonly timeoutMs: number;
}

/** What the launcher starts, once. Data only: an argument vector, never a shell line; no secret in it. */
export interface LaunchSpec {
  /** Absolute path of the program, or a name to be looked up in `environment.PATH` by the launcher. */
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  /** Set over the launcher's own environment after `strip` has been removed from it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names, or prefixes ending in `*`. */
  readonly strip: readonly string[];
  /** Printed on the terminal before the start, for a person. */
  readonly print?: string;
  readonly before?: readonly LaunchStep[];
  /** Through the files of this folder `gt` and `bd` speak where a sandbox forbids them to connect; the launcher relays them. */
  readonly spool?: string;
  readonly stopSignal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  /** The arguments of every later start on the same terminal, where they are others: its own session is there by then. */
  readonly again?: readonly string[];
}

/** What a session failed of, as far as exit code and output tell. */
export interface SessionFailure {
  readonly verdict?: Verdict;
  readonly advice: string;
  /** What shows it: a line of output, safe to show, or the exit code. */
  readonly evidence: string;
  /** When it is over, in the runtime's own words. */
  readonly resets?: string;
  /** The same, where those words tell a time. */
  readonly resetsAt?: Timestamp;
}

/** One run of an agent. */
export interface Session {
  readonly id: SessionId;
  readonly agent: AgentId;
  /** Absent: the mayor's. */
  readonly rig?: RigName;
  /** What was on the hook when it started, or came to it while it waited. */
  readonly bead?: BeadId;
  readonly runtime: RuntimeName;
  readonly host: HostKind;
  readonly state: SessionState;
  readonly launch: LaunchSpec;
  /** Set when the launcher has taken the launch spec: it is handed out once. */
  readonly takenAt?: Timestamp;
  /** Of the runtime's process, or of what runs before it. */
  readonly pid?: number;
  /** The label of what runs, or ran last, before the runtime. Absent once the runtime runs. */
  readonly before?: string;
  /** Of the launcher. */
  readonly launcherPid?: number;
  /** SHA-256 of the session's token; the token itself is only in its 0600 file. */
  readonly tokenHash: string;
  /** Where the output goes under the host `process`. */
  readonly log?: string;
  /** Of the tmux server that it lives in under the host `tmux`, where it has the session's id as its name. */
  readonly tmuxSocket?: string;
  /** The runtime's own id of this session, where it is known. */
  readonly runtimeSession?: string;
  /** When its agent, which had stopped, was reminded of `gt done`: once. */
  readonly remindedAt?: Timestamp;
  /** Somebody asked for its end, before it ended: however its process went then, it was stopped. */
  readonly stopAsked?: { readonly at: Timestamp; readonly by: string };
  readonly createdAt: Timestamp;
  readonly startedAt?: Timestamp;
  readonly endedAt?: Timestamp;
  readonly exit?: SessionExit;
  readonly failure?: SessionFailure;
  /** Of one that ended without done: what keeps its commits, whether the remote has them, and since when nothing keeps them any more. */
  readonly kept?: {
    readonly ref: string;
    readonly sha: Sha;
    readonly pushed?: boolean;
    readonly goneAt?: Timestamp;
  };
}
