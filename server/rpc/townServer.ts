import { createServer, type Server, type Socket } from 'node:net';
import { stackOf } from '../domain/fault.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { visibleTo } from '../domain/visible.ts';
import type { Handlers } from '../protocol/caller.ts';
import { errorCodes, type HelloParams, type HelloResult } from '../protocol/hello.ts';
import type { Method } from '../protocol/messages.ts';
import type { checkHello, checkParams } from '../protocol/schema.ts';
import { protocolVersion } from '../protocol/version.ts';
import { Connection, type CallerIdentity, type ConnectionSite } from './connection.ts';
import { frame } from './frame.ts';
import { guard, type Verdict } from './guard.ts';
import type { Wire } from './wire.ts';

export interface TownServerOptions {
  /** A socket path that is free, or the name of a pipe. */
  readonly endpoint: string;
  readonly townId: string;
  readonly nonce: string;
  readonly version: string;
  /** Answers at once; undefined: the token is wrong. */
  authenticate(hello: HelloParams): CallerIdentity | undefined;
  readonly handlers: Handlers;
  /** The two of protocol/schema.ts, which only the programs may load. */
  readonly checks: { readonly hello: typeof checkHello; readonly params: typeof checkParams };
  status(): { readonly seq: number; readonly readOnly?: string };
  readonly log: (line: string) => void;
  /** Nobody is connected any more. */
  onIdle(): void;
  /** A client was told that the town server leaves (`town/down`, `town/retire`); its answer is on the way. */
  onLeave(reason: string): void;
  /** How long a connection may stay silent before hello: 2 s. */
  readonly helloMs?: number;
  /** How long running requests may take to finish at the end: 10 s. */
  readonly finishMs?: number;
}

export interface TownServer {
  /** Authenticated ones. */
  readonly connections: number;
  /** Sends `town/changed` to those who subscribed. One that does not read is dropped: it comes back, and asks for what it missed. */
  broadcast(entry: JournalEntry): void;
  /** Accepts nobody any more, says `town/leaving`, lets running requests finish, ends every connection, removes the socket. */
  close(reason: string): Promise<void>;
}

interface Greeted extends CallerIdentity {
  readonly client: string;
}

// What a subscriber may leave unread: some seconds of the busiest town.
const maxUnread = 16 * 1024 * 1024;

const leavingMethods: readonly Method[] = ['town/down', 'town/retire'];

/** Listens, and serves every connection until `close`. */
export async function serveTown(options: TownServerOptions): Promise<TownServer> {
  const connections = new Set<Connection>();
  const sockets = new Set<Socket>();
  let leaving: string | undefined;

  const site: ConnectionSite = {
    handlers: options.handlers,
    checkParams: options.checks.params,
    leaving: () => leaving,
    log: options.log,
    ended: (connection) => {
      connections.delete(connection);
      if (connections.size === 0 && leaving === undefined) options.onIdle();
    },
    answered: (method) => {
      if (leavingMethods.includes(method)) setImmediate(() => options.onLeave(method));
    },
  };
  const admit = (wire: Wire, who: Greeted): void => {
    connections.add(new Connection(wire, site, who));
  };
  const gate = {
    helloMs: options.helloMs ?? 2000,
    isOpen: () => leaving === undefined,
    check: (params: unknown) => verdict(params, options),
    admit,
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    guard(socket, gate);
  });
  server.maxConnections = 4096;
  await listen(server, options.endpoint);
  server.on('error', (error) => options.log(`fault of the listening socket: ${error.stack}`));

  return {
    get connections() {
      return connections.size;
    },
    broadcast: (entry) => broadcast(entry, connections, options.log),
    close: async (reason) => {
      leaving = `The town server is leaving: ${reason}.`;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { caller } of connections) caller.peer.notify('town/leaving', { reason });
      await finished(connections, options.finishMs ?? 10_000);
      for (const connection of connections) connection.end();
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), 1000);
      await closed;
      clearTimeout(cut);
    },
  };
}

function verdict(params: unknown, options: TownServerOptions): Verdict<Greeted> {
  try {
    return check(params, options);
  } catch (error) {
    options.log(`fault in hello: ${stackOf(error)}`);
    return {
      error: { code: errorCodes.fault, message: 'The town server broke at hello; its log says how.' },
    };
  }
}

function check(params: unknown, options: TownServerOptions): Verdict<Greeted> {
  const { townId, nonce, version } = options;
  const checked = options.checks.hello(params);
  if ('problem' in checked) return unauthorized(`hello: ${checked.field} ${checked.problem}`);
  const hello = checked.value;
  if (hello.protocol.major !== protocolVersion.major) {
    const message =
      `This town is served by version ${version} with protocol ${protocolVersion.major}; ` +
      `${hello.client.name} ${hello.client.version} speaks protocol ${hello.protocol.major}.`;
    return { error: { code: errorCodes.protocol, message, data: { version, protocol: protocolVersion } } };
  }
  if (hello.townId !== townId || hello.nonce !== nonce) {
    return unauthorized('This is another town server than the one you look for.');
  }
  const identity = options.authenticate(hello);
  if (!identity) return unauthorized('The token is wrong.');
  const result: HelloResult = { townId, version, protocol: protocolVersion, ...options.status() };
  return { result, identity: { ...identity, client: hello.client.name } };
}

function unauthorized(message: string): Verdict<never> {
  return { error: { code: errorCodes.unauthorized, message } };
}

/** The socket is made under a umask that lets nobody else in: changing its mode later is too late, and fails on some mounts. */
function listen(server: Server, endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o077);
    try {
      server.listen({ path: endpoint, backlog: 1024 }, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

function broadcast(entry: JournalEntry, to: ReadonlySet<Connection>, log: (line: string) => void): void {
  let text: string | undefined;
  for (const connection of to) {
    if (!connection.subscribed) continue;
    const seen = visibleTo(connection.caller, entry);
    if (seen === entry) text ??= framed(entry);
    connection.send(seen === entry && text !== undefined ? text : framed(seen));
    if (connection.unsent <= maxUnread) continue;
    log(`${connection.caller.client} of ${connection.caller.by} does not read; its connection is cut`);
    connection.cut();
  }
}

function framed(entry: JournalEntry): ReturnType<typeof frame> {
  return frame({ jsonrpc: '2.0', method: 'town/changed', params: entry });
}

async function finished(connections: ReadonlySet<Connection>, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  const busy = (): boolean => [...connections].some(({ running }) => running > 0);
  // At least once, so that the last answers are written.
  do await new Promise((resolve) => setTimeout(resolve, 5));
  while (busy() && Date.now() < deadline);
}
