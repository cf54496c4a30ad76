import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { ProtocolVersion } from './version.ts';

/** Where a town keeps what is its own; everything lies under TOWN/.gastown. */
export interface TownPaths {
  readonly town: string;
  readonly state: string;
  /** The discovery file: a `ServerFile`. */
  readonly server: string;
  readonly lock: string;
  /** Touched by whoever starts its server. */
  readonly starting: string;
  /** While it is there, the town is stopped: nothing starts its server by itself. */
  readonly stopped: string;
  /** 0600: the token of people. */
  readonly token: string;
  /** One 0600 `SessionFile` for each session. */
  readonly sessions: string;
  /** One folder for each session: what GT_SPOOL points at. */
  readonly spool: string;
  readonly logs: string;
  /** Detached worktrees for landing. */
  readonly scratch: string;
  /** One file for each program that runs for the town. */
  readonly runs: string;
  /** An empty folder, for git's core.hooksPath. */
  readonly emptyHooks: string;
  /** Shims for `gt` and `bd`. */
  readonly bin: string;
}

export function townPaths(town: string): TownPaths {
  const state = join(town, '.gastown');
  return {
    town,
    state,
    server: join(state, 'server.json'),
    lock: join(state, 'lock'),
    starting: join(state, 'starting'),
    stopped: join(state, 'stopped.json'),
    token: join(state, 'token'),
    sessions: join(state, 'sessions'),
    spool: join(state, 'spool'),
    logs: join(state, 'logs'),
    scratch: join(state, 'scratch'),
    runs: join(state, 'runs'),
    emptyHooks: join(state, 'empty'),
    bin: join(state, 'bin'),
  };
}

/** Written by the town server, read by clients, which never compute the endpoint themselves. */
export interface ServerFile {
  readonly townId: string;
  readonly pid: number;
  readonly startedAt: string;
  /** Path of a unix socket, or name of a named pipe. */
  readonly endpoint: string;
  readonly protocol: ProtocolVersion;
  readonly version: string;
  /** New with every start; a client proves with it that it read this very file. */
  readonly nonce: string;
}

/** What `GT_SESSION` points at. */
export interface SessionFile {
  readonly town: string;
  readonly session: string;
  readonly agent: string;
  readonly token: string;
}

/** Eight hexadecimal digits that stand for a town in short names. */
export function townHash(town: string): string {
  return createHash('sha256').update(resolve(town)).digest('hex').slice(0, 8);
}

/**
 * The town that a command means: `GT_TOWN`, else upwards from the working folder, else `~/gt`. Undefined where none of them is a
 * town; `isTown` looks for `.gastown` in a folder.
 */
export function findTown(
  from: { readonly townVariable?: string | undefined; readonly directory: string; readonly home: string },
  isTown: (folder: string) => boolean,
): string | undefined {
  if (from.townVariable) return resolve(from.townVariable);
  for (let folder = resolve(from.directory); ; folder = dirname(folder)) {
    if (isTown(folder)) return folder;
    if (folder === dirname(folder)) break;
  }
  const usual = join(from.home, 'gt');
  return isTown(usual) ? usual : undefined;
}
