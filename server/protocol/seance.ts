import type { AgentRole } from '../domain/agent.ts';
import type { HostKind, LaunchSpec, Session } from '../domain/session.ts';

export interface SeanceStartParams {
  /** Absent: a polecat. */
  readonly role?: AgentRole;
  /** Wanted for polecats and crew; refused for the mayor, who belongs to the town. */
  readonly rig?: string;
  /** Absent: the rig's runtime; for the mayor the town's default. */
  readonly runtime?: string;
  /** Absent: the hook is empty, and the agent is told to wait for work. */
  readonly bead?: string;
  /** Of the crew member. Polecats take theirs from the pool. */
  readonly name?: string;
  readonly host?: 'auto' | HostKind;
  /** Say what would be started and told, and change nothing. */
  readonly dryRun?: boolean;
}

/** A session that was started with its context, or would be. */
export interface Seance {
  readonly agent: string;
  readonly role: AgentRole;
  readonly rig?: string;
  readonly bead?: string;
  readonly runtime: string;
  readonly runtimeLabel: string;
  readonly directory: string;
  readonly branch?: string;
  readonly host: HostKind;
  /** Absent in a dry run. */
  readonly session?: string;
  readonly command: readonly string[];
  /** What the runtime is told first. */
  readonly prompt: string;
  readonly warnings: readonly string[];
}

/** A session without what only its launcher needs. */
export type SessionRecord = Omit<Session, 'launch' | 'tokenHash'>;

/** One past or running session, as `gt seance` lists it: without what only launchers need. */
export interface PastSession {
  readonly session: SessionRecord;
  readonly role: AgentRole;
  readonly runtimeLabel: string;
  readonly title?: string;
  /** Why it cannot be talked to; absent: it can. */
  readonly mute?: string;
}

/** What a person starts on their own terminal to ask a past session. */
export interface Talk {
  readonly launch: LaunchSpec;
  readonly runtimeLabel: string;
  /** It goes on in a fork, so that nothing is added to the session itself. */
  readonly readOnly: boolean;
}

export interface CrewMember {
  readonly agent: string;
  readonly rig: string;
  readonly name: string;
  readonly directory: string;
  readonly branch: string;
  readonly runtime: string;
  readonly bead?: string;
  readonly session?: string;
}

export interface SeanceRequests {
  /** A person: a session on any runtime, with role, hook, beads access and git state. */
  'seance/start': { params: SeanceStartParams; result: Seance };
  /** Newest first. */
  'seance/list': {
    params: { readonly role?: AgentRole; readonly rig?: string; readonly recent?: number };
    result: readonly PastSession[];
  };
  /** By its id, a part of it that only one has, or its agent. */
  'seance/get': { params: { readonly session: string }; result: PastSession };
  /**
   * A person: what to start to ask a past session something, with its own runtime, as a fork where the runtime can. With a question it
   * is the form that ends by itself. Refused with `invalid` where the runtime cannot, or its own session id is not known.
   */
  'seance/talk': {
    params: { readonly session: string; readonly question?: string };
    result: Talk;
  };
  /**
   * A person: end the agent's session and go on with another runtime, on the same worktree, branch and hook. `note` is kept with the
   * bead and told to the successor.
   */
  'session/handoff': {
    params: {
      readonly agent: string;
      readonly runtime: string;
      readonly host?: 'auto' | HostKind;
      readonly note?: string;
    };
    result: Session;
  };
  /** A person: a lasting workplace in a rig. */
  'crew/add': {
    params: {
      readonly rig: string;
      readonly name: string;
      /** The branch that its own begins at. Absent: the one that the rig's work lands on. */
      readonly branch?: string;
      readonly runtime?: string;
    };
    result: CrewMember;
  };
  /**
   * Who a crew member is in another rig: a worktree there, made where it is not yet. People name the member; a session of crew means
   * itself.
   */
  'crew/worktree': { params: { readonly rig: string; readonly agent?: string }; result: CrewMember };
  'crew/list': { params: { readonly rig?: string }; result: readonly CrewMember[] };
  /** A person: refused with what would be lost while anything in it is uncommitted or in no branch of the rig; `force` archives it. */
  'crew/remove': {
    params: { readonly agent: string; readonly force?: boolean };
    result: { readonly agent: string; readonly archive: string; readonly archiveId: string };
  };
}
