import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { ServerFile } from '../protocol/address.ts';
import { helloMethod, type HelloParams } from '../protocol/hello.ts';
import type { Method, Params, Result } from '../protocol/messages.ts';
import { protocolVersion } from '../protocol/version.ts';
import { connectFailure, failureOf, isForbidden, tooLong, Unreached, type ErrorAnswer } from './failure.ts';
import { frame, FrameReader, maxMessageBytes } from './frame.ts';

export interface CallOptions<M extends Method> {
  /** Path of the town's `server.json`. */
  readonly serverFile: string;
  readonly token: string;
  /** Whose token it is, where it is a session's. */
  readonly session?: string | undefined;
  readonly client: HelloParams['client'];
  readonly method: M;
  readonly params: Params<M>;
  readonly timeoutMs: number;
  /** The session's spool, for a sandbox that forbids connecting. */
  readonly spool?: string | undefined;
}

/**
 * One request on a connection of its own, for commands that must start fast: nothing else is loaded for it. Never starts a server.
 * Throws a `Refusal` (the town's, or `unavailable` in a sandbox that forbids connecting), an `Unreached`, or a `TownFault`.
 */
export async function call<M extends Method>(options: CallOptions<M>): Promise<Result<M>> {
  const server = readServerFile(options.serverFile);
  if (!server) throw new Unreached('no-server', 'The town server is not running.');
  try {
    return (await exchange(server, options)) as Result<M>;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return (await askThroughSpool(options)) as Result<M>;
  }
}

/** Loaded where it is needed only. */
async function askThroughSpool({ spool, session, method, params, client, timeoutMs }: CallOptions<Method>) {
  const { callThroughSpool } = await import('./spool.ts');
  const folder = session === undefined ? undefined : spool;
  return callThroughSpool(folder, { method, params, client: client.name, timeoutMs });
}

/** The town's server file, or undefined where there is none that can be read as one. */
export function readServerFile(path: string): ServerFile | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<ServerFile> | null;
    const whole = value?.endpoint && value.nonce && value.townId;
    return whole ? (value as ServerFile) : undefined;
  } catch {
    return undefined;
  }
}

/** What a client says first; `server` is the file it found the town by. */
export function helloTo(
  server: ServerFile,
  { token, session, client }: Pick<CallOptions<Method>, 'token' | 'session' | 'client'>,
): HelloParams {
  const { townId, nonce } = server;
  return { token, townId, nonce, protocol: protocolVersion, ...(session ? { session } : {}), client };
}

const closedEarly = 'The town server closed the connection before it said hello.';

function lost(cause: string): Unreached {
  return new Unreached('lost', `The connection to the town server broke (${cause}) before it answered.`);
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: ErrorAnswer;
}

async function exchange(server: ServerFile, options: CallOptions<Method>): Promise<unknown> {
  const { method, params, timeoutMs } = options;
  const hello = { jsonrpc: '2.0', id: 0, method: helloMethod, params: helloTo(server, options) };
  const request = { jsonrpc: '2.0', id: 1, method, params };
  const text = frame(hello) + frame(request);
  if (text.length > maxMessageBytes) throw tooLong();
  return new Promise((resolve, reject) => {
    let greeted = false;
    const socket = connect(server.endpoint);
    const timer = setTimeout(
      () => end(new Unreached('silent', `No answer within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    const end = (failure: Error | undefined, result?: unknown): void => {
      clearTimeout(timer);
      reader.stop();
      socket.destroy();
      if (failure) reject(failure);
      else resolve(result);
    };
    const reader = new FrameReader(Number.MAX_SAFE_INTEGER, (body) => {
      const { id, error, result } = JSON.parse(body.toString()) as Answer;
      if (id !== undefined && error) end(failureOf(error));
      else if (id === 1) end(undefined, result);
      else if (id === 0) greeted = true;
    });
    // Hello is answered before the request is looked at: without that answer nothing has happened.
    socket.on('error', (error) =>
      end(greeted ? lost(error.message) : connectFailure(error, server.endpoint)),
    );
    socket.on('close', () => end(greeted ? lost('closed') : new Unreached('nobody', closedEarly)));
    socket.on('data', (chunk) => {
      try {
        reader.push(chunk);
      } catch (error) {
        end(error as Error);
      }
    });
    socket.write(text);
  });
}
