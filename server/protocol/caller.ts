import type { AgentRole } from '../domain/agent.ts';
import type { AgentId, SessionId } from '../domain/ids.ts';
import type {
  ClientMethod,
  ClientRequests,
  Method,
  NotificationMethod,
  Notifications,
  Params,
  Result,
} from './messages.ts';

/** Who is at the other end of an authenticated connection, and how to speak to it. */
export interface Caller {
  readonly role: 'person' | 'session';
  /** For the journal: `overseer`, or the agent's id. */
  readonly by: string;
  /** Only for the role `session`. */
  readonly session?: SessionId;
  readonly agent?: AgentId;
  /** Of the agent; absent where another session has taken its place. */
  readonly agentRole?: AgentRole;
  /** As it named itself: `gt`, `language-server`, `launcher`. */
  readonly client: string;
  readonly peer: Peer;
}

/** The other end of one connection, as the town's operations see it. */
export interface Peer {
  notify<M extends NotificationMethod>(method: M, params: Notifications[M]): void;
  request<M extends ClientMethod>(
    method: M,
    params: ClientRequests[M]['params'],
  ): Promise<ClientRequests[M]['result']>;
  /** Called once, when the connection has ended, for whatever reason. At once where it already has. */
  onEnd(listener: () => void): void;
}

/** The town's side of the table: one handler for every request. */
export type Handlers = {
  readonly [M in Method]: (params: Params<M>, caller: Caller) => Promise<Result<M>> | Result<M>;
};
