import type { HostKind, LaunchSpec, Session, SessionExit } from '../domain/session.ts';

/** What a window is asked to open a terminal for. */
export interface OpenTerminalParams {
  readonly session: string;
  readonly agent: string;
  /** `nux · be-auth` */
  readonly name: string;
  /** Absent: the mayor's. */
  readonly rig?: string;
  readonly icon: string;
  readonly color: string;
  readonly directory: string;
  /** The launcher: program, arguments, and the variables it needs. No secret in them. */
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** A person waits for it, and is asked in it: it comes to the front, and the cursor stays where it is. */
  readonly inFront?: true;
}

/** Where a person sees a session. */
export type SessionView = { readonly session: string; readonly agent: string } & (
  | {
      readonly host: 'tmux';
      /** To be run on the person's own terminal. */
      readonly command: readonly string[];
    }
  | {
      readonly host: 'editor';
      /** As its window calls itself; its terminal is in front there now. */
      readonly window: string;
    }
  | { readonly host: 'process'; readonly log: string }
);

/** The terminal of a session in a window; its launcher is how it is told after a reload. */
export interface TerminalPlace {
  readonly session: string;
  readonly launcherPid?: number;
}

export interface SessionRequests {
  /** Those that have not ended; with `all` every one. */
  'session/list': { params: { readonly all?: boolean; readonly agent?: string }; result: readonly Session[] };
  /**
   * A person: a new session for an agent whose session has ended, on the same worktree and hook. With `resume` it goes on with the
   * runtime's own session, or is refused where that cannot be.
   */
  'session/run': {
    params: { readonly agent: string; readonly host?: 'auto' | HostKind; readonly resume?: boolean };
    result: Session;
  };
  /** A person: ask the runtime to stop, end it after 30 s. The bead stays on the hook. */
  'session/stop': { params: { readonly session: string }; result: Session };
  /** The last lines of the log of a session of the host `process`. */
  'session/log': {
    params: { readonly session: string; readonly lines?: number };
    result: { readonly lines: readonly string[] };
  };
  /** A person: where it can be seen. An editor's window is asked to bring its terminal to the front. */
  'session/view': {
    params: { readonly session: string; readonly readOnly?: boolean };
    result: SessionView;
  };
  /**
   * A person: what the log of a session of the host `process` has got since the byte `from`, in whole lines. Answered when there is
   * something, the session has ended, or half a minute is over; `next` is the `from` of the next call.
   */
  'session/follow': {
    params: { readonly session: string; readonly from?: number };
    result: { readonly lines: readonly string[]; readonly next: number; readonly ended: boolean };
  };

  /** A launcher, once: what it is to start. A second call is refused, so a revived terminal starts nothing twice. */
  'session/take': { params: { readonly launcherPid: number }; result: LaunchSpec };
  /**
   * A launcher: the runtime runs, or, where `before` has its label, what runs before it; with the runtime's own id of the session, where
   * that is known by then.
   */
  'session/started': {
    params: { readonly pid: number; readonly before?: string; readonly runtimeSession?: string };
    result: Record<string, never>;
  };
  /** A launcher whose connection was lost: it is still there. */
  'session/attach': {
    params: { readonly launcherPid: number; readonly pid: number };
    result: Record<string, never>;
  };
  /** A launcher: the runtime ended, or could not be started. `resumable` tells the launcher whether to offer it. */
  'session/ended': {
    params: SessionExit & { readonly reason?: string; readonly runtimeSession?: string };
    result: { readonly done: boolean; readonly resumable: boolean };
  };

  /** An editor window: it can host terminals. Withdrawn when its connection ends. */
  'host/offer': {
    params: { readonly window: string; readonly trusted: boolean; readonly focused: boolean };
    result: Record<string, never>;
  };
}

/** Requests that the town sends to a client. */
export interface TownToClientRequests {
  /** To a window that offered to host: open an integrated terminal and start the launcher in it. */
  'session/open': { params: OpenTerminalParams; result: { readonly processId?: number } };
  /** To every window that hosts: bring the session's terminal to the front, if it is yours. Answered with your name if it is. */
  'session/show': { params: TerminalPlace; result: { readonly window?: string } };
  /** To every window that hosts: type into the session's terminal, if it is yours: the text, a pause, Enter. */
  'session/type': {
    params: TerminalPlace & { readonly text: string; readonly pauseMs: number };
    result: { readonly window?: string };
  };
}
