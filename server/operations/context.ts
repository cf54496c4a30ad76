import type { AgentId, RigName, SessionId, Timestamp } from '../domain/ids.ts';
import type { HostKind, Session, SessionExit } from '../domain/session.ts';
import type { Caller } from '../protocol/caller.ts';
import type { TownPaths } from '../protocol/address.ts';
import type { SessionView } from '../protocol/session.ts';
import type { ProtocolVersion } from '../protocol/version.ts';
import type { Git } from '../git/git.ts';
import type { RigFolders } from '../git/rigFolder.ts';
import type { PlacedFile } from '../sessions/privateFiles.ts';
import type { BoundedEnd, BoundedRun } from '../sessions/boundedRun.ts';
import type { LeftProgram } from '../sessions/runRecords.ts';
import type { PluginFolders } from '../plugins/pluginFolders.ts';
import type { Store } from '../store/store.ts';
import type { RigCollisions } from '../domain/collision.ts';
import type { Pace } from './pace.ts';
import type { KeyedQueue } from './queue.ts';
import type { RadarBoard } from './radarBoard.ts';
import type { Timers } from './timers.ts';
import type { WitnessMemory } from './witnessMemory.ts';
import type { Waits } from './waits.ts';

/** Where sessions live, as the operations need it; the town composes it of the session hosts. */
export interface SessionPort {
  /** The host that `choice` means now, with a sentence where it is not what one would expect. Refused with `no-host`. */
  resolve(choice: 'auto' | HostKind, caller?: Caller): ResolvedPlace | Promise<ResolvedPlace>;
  /** Of the tmux server that new sessions live in under the host `tmux`. */
  tmuxSocket(): string;
  /** How many windows offer to host. */
  editors(): number;
  /** Asks the host to start the launcher. That it runs is known only when the launcher takes its launch spec. */
  open(
    session: Session,
    look: { readonly name: string; readonly icon: string; readonly color: string },
    caller?: Caller,
  ): Promise<OpenedPlace>;
  /** Writes the 0600 file with the session's token and gives the token's SHA-256; makes the session's spool folder. */
  writeSessionFile(session: { id: SessionId; agent: AgentId }): {
    readonly path: string;
    readonly tokenHash: string;
    readonly spool: string;
  };
  removeSessionFile(session: SessionId): void;
  /** The sessions that files are there of. */
  sessionsWithFiles(): readonly SessionId[];
  /** Writes the first prompt to a file next to the session file. */
  writePrompt(session: SessionId, text: string): string;
  /** A folder of the session's own, which is made when something is written to it and goes with the session's files. */
  privateFolder(session: SessionId): string;
  /** Gives the file's path. */
  writePrivate(session: SessionId, name: string, text: string): string;
  writePrivateFiles(session: SessionId, files: readonly PlacedFile[]): void;
  /** Gives false, with nothing written, where the repository has a file of one of these names. */
  writeWorktreeFiles(worktree: string, files: readonly PlacedFile[]): boolean;
  /** Whether programs start as they do on Windows. */
  readonly windows: boolean;
  /** What a launcher left behind that could not reach the town. */
  endReport(session: SessionId): (SessionExit & { readonly reason?: string }) | undefined;
  logFile(session: SessionId): string;
  lastLines(file: string, count: number): readonly string[];
  /** What a log has got since a byte; with `rest` also a last line that has no end. */
  logSince(
    file: string,
    from: number,
    rest: boolean,
  ): { readonly lines: readonly string[]; readonly next: number };
  /** Resolves when the file was written to, or `until` has. */
  logChanged(file: string, until: Promise<unknown>): Promise<void>;
  /** How a person gets to see it. Refused where its place has gone. */
  view(session: Session, readOnly: boolean): Promise<SessionView>;
  /** The last resort: into its terminal, the text, a pause, and then Enter. Refused where its place has gone. */
  type(session: Session, text: string, pauseMs: number): Promise<void>;
  /** Takes away what still shows a session that has ended, where no person would: its window in tmux. */
  closePlace(session: Session): Promise<void>;
  /** The first and the last whole lines of a log, without secrets and control characters; a long one without its middle. */
  outputLines(file: string): readonly string[];
  /** Ends a process and all it started, if it is still the one that began when the session did. */
  endTree(pid: number, since: Timestamp, graceMs: number): Promise<void>;
  isAlive(pid: number, since: Timestamp): boolean;
  /** When a log was last written to; undefined: it is not there. */
  logTime(file: string): number | undefined;
}

export interface ResolvedPlace {
  readonly kind: HostKind;
  /** Where it is not what one would expect. */
  readonly note?: string;
}

export interface OpenedPlace {
  /** Resolves with how the launcher ended, where the host sees that. */
  readonly ended?: Promise<string>;
}

/** Finding and running other programs. */
export interface ProgramPort {
  /** The PATH of the login shell, or of this process where there is none. */
  path(): Promise<string>;
  find(command: string, path: string): string | undefined;
  /** Whether programs run as the superuser. */
  readonly asRoot: boolean;
  /** What a program says its version is, waited for shortly and kept until the program changes. Never on the way of a sling. */
  version(program: string, args: readonly string[], path: string): Promise<string | undefined>;
  /**
   * Runs a program that is ended, with all it started, when its time is over; nothing of it outlives the town server, or, where that is
   * killed, the start of the next. Refused with `unavailable` where the town server leaves meanwhile.
   */
  runBounded(run: BoundedRun): Promise<BoundedEnd>;
  /** What an earlier town server had run and did not see the end of, in the words of its run. */
  cutOff(): readonly string[];
  /** What could not be ended, and still runs. */
  left(): readonly LeftProgram[];
}

/** Everything an operation may touch. Built once, in `town.ts`. */
export interface Context {
  readonly store: Store;
  readonly git: Git;
  readonly paths: TownPaths;
  readonly townId: string;
  readonly version: string;
  readonly protocol: ProtocolVersion;
  readonly startedAt: Timestamp;
  readonly launcher: { readonly node: string; readonly program: string };
  readonly sessions: SessionPort;
  readonly programs: ProgramPort;
  readonly rigFolders: RigFolders;
  readonly plugins: PluginFolders;
  readonly starts: SessionStarts;
  /** One at a time for each key: a rig's landings, a polecat's removal. */
  readonly queue: KeyedQueue;
  readonly launchers: LauncherRegistry;
  readonly waits: Waits;
  readonly timers: Timers;
  /** Writes down, durably, that a person stopped the town: nothing starts its server by itself then. */
  markStopped(by: string): void;
  /** A person stopped the town, and nobody has started it since. */
  isStopped(): boolean;
  /** Of this town server. `ending`: all sessions are being ended. */
  readonly life: {
    ending: boolean;
    /** How often the sessions of a rig were ended at once, since the town server began. */
    readonly rigStops: Map<RigName, number>;
  };
  readonly radar: RadarBoard;
  /** What the radar of a rig saw last, for whoever decides what begins next: see `wouldCollide`. */
  collisionsOf(rig: string): RigCollisions;
  readonly witness: WitnessMemory;
  readonly pace: Pace;
  now(): Timestamp;
  /** Lower-case base36, `length` characters. */
  randomText(length: number): string;
  /** SHA-256, hexadecimal. */
  hash(text: string): string;
  sha256(text: string): Uint8Array;
  log(line: string): void;
  /** Called between the steps of what reaches outside; a test makes it throw, or kills the process there. */
  checkpoint(step: string): Promise<void>;
  /** Work that goes on after the answer; a fault in it is logged, never lost. */
  background(what: string, work: () => Promise<unknown>): void;
}

/** Slings that wait for their launcher's word. */
export interface SessionStarts {
  expect(session: SessionId, deadlineMs: number): Promise<void>;
  started(session: SessionId): void;
  failed(session: SessionId, reason: Error): void;
}

/** The launchers that are connected now. */
export interface LauncherRegistry {
  add(session: SessionId, caller: Caller): void;
  isConnected(session: SessionId, caller: Caller): boolean;
  has(session: SessionId): boolean;
  askToStop(session: SessionId, reason: string, graceMs: number): boolean;
  /** True where this very connection was the launcher's newest; it no longer is. */
  lost(session: SessionId, caller: Caller): boolean;
  /** Resolves with true when the session has ended, with false after the deadline. */
  ended(session: SessionId, deadlineMs: number): Promise<boolean>;
  /** Resolves when no launcher is connected for it: true, or false after the deadline. */
  left(session: SessionId, deadlineMs: number): Promise<boolean>;
  /** Resolves with true when a launcher of the session is connected or the session has ended, with false after the deadline. */
  returned(session: SessionId, deadlineMs: number): Promise<boolean>;
  /** The session has ended: tells those who wait. */
  remove(session: SessionId): void;
}
