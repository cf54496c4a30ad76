import type { ProtocolVersion } from './version.ts';

/** The first message of every connection, at most 4 kB, answered within 2 s or the connection is closed. */
export const helloMethod = 'town/hello';

export interface HelloParams {
  readonly token: string;
  /** From `server.json`, so that an answer from another town, or from an earlier server, is refused. */
  readonly townId: string;
  readonly nonce: string;
  readonly protocol: ProtocolVersion;
  /** Whose token it is: absent for a person's, the session id for a session's. */
  readonly session?: string;
  readonly client: {
    /** `gt`, `bd`, `launcher`, `language-server` … */
    readonly name: string;
    readonly version: string;
    readonly pid: number;
  };
}

export interface HelloResult {
  readonly townId: string;
  readonly version: string;
  readonly protocol: ProtocolVersion;
  /** Of the newest entry that the state holds. */
  readonly seq: number;
  readonly readOnly?: string;
}

/** JSON-RPC error codes of the town; the closed set of `RefusalCode` travels in `data.code`. */
export const errorCodes = {
  /** The town says no; `data` is a `RefusalData`. */
  refusal: -32001,
  /** Something broke; the log has the stack. */
  fault: -32002,
  /** Hello was refused: wrong token, other town, old nonce. */
  unauthorized: -32003,
  /** Another protocol major; `data` has the server's. */
  protocol: -32004,
} as const;

export interface RefusalData {
  readonly code: string;
  readonly field?: string;
  readonly next?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}
