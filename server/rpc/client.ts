import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import type { ServerFile } from '../protocol/address.ts';
import {
  errorCodes,
  helloMethod,
  type HelloParams,
  type HelloResult,
  type RefusalData,
} from '../protocol/hello.ts';
import type {
  ClientMethod,
  ClientRequests,
  Method,
  NotificationMethod,
  Notifications,
  Params,
  Result,
} from '../protocol/messages.ts';
import { helloTo } from './call.ts';
import { connectFailure, failureOf, tooLong, Unreached, type ErrorAnswer } from './failure.ts';
import { frame, maxMessageBytes } from './frame.ts';
import { Wire, type RawMessage } from './wire.ts';

export interface ConnectOptions {
  readonly server: ServerFile;
  readonly token: string;
  readonly session?: string | undefined;
  readonly client: HelloParams['client'];
  /** How long the town server may take to answer hello: 5 s. */
  readonly helloMs?: number;
}

const limits = {
  // The town is trusted to answer with what was asked for.
  incoming: 256 * 1024 * 1024,
  outgoing: maxMessageBytes,
  unanswered: Number.MAX_SAFE_INTEGER,
  unsent: Number.MAX_SAFE_INTEGER,
};

// With a limit of any size, answers do not queue behind notifications.
const parallel = { maxParallelism: 1024 };

/** Connects and says hello. Throws what `call` throws; starts nothing. */
export function connectTown(options: ConnectOptions): Promise<TownClient> {
  const { server, helloMs = 5000 } = options;
  return new Promise((resolve, reject) => {
    const socket = connect(server.endpoint);
    const fail = (failure: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(failure);
    };
    const greeted = (message: RawMessage & { readonly result?: unknown }): void => {
      if (message.error) return fail(failureOf(message.error));
      clearTimeout(timer);
      resolve(new TownClient(socket, wire, message.result as HelloResult));
    };
    const silent = new Unreached('silent', `The town server (process ${server.pid}) does not answer.`);
    const timer = setTimeout(() => fail(silent), helloMs);
    const wire = new Wire(socket, limits, greeted);
    wire.admit(limits.incoming);
    socket.on('error', (error) => fail(connectFailure(error, server.endpoint)));
    socket.on('close', () =>
      fail(new Unreached('nobody', 'The town server closed the connection at hello.')),
    );
    wire.send(frame({ jsonrpc: '2.0', id: 'hello', method: helloMethod, params: helloTo(server, options) }));
  });
}

/** The client's end of one connection. It does not come back by itself: see reconnecting.ts. */
export class TownClient {
  readonly hello: HelloResult;
  readonly #wire: Wire;
  readonly #rpc: MessageConnection;
  readonly #onEnd = new Set<(reason: string) => void>();
  #ended: string | undefined;

  constructor(socket: Socket, wire: Wire, hello: HelloResult) {
    this.hello = hello;
    this.#wire = wire;
    this.#rpc = createMessageConnection(wire.reader, wire.writer, undefined, parallel);
    this.#rpc.onClose(() => this.#finish('The town server closed the connection.'));
    this.#rpc.onError(() => undefined);
    this.#rpc.listen();
    if (socket.destroyed) this.#finish('The town server closed the connection.');
  }

  /** Throws the town's `Refusal`, a `TownFault`, or `Unreached` where the connection has ended, or ends before the answer. */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.#ended !== undefined) throw new Unreached('nobody', this.#ended);
    try {
      return await this.#rpc.sendRequest<Result<M>>(method, params);
    } catch (error) {
      throw error instanceof ResponseError ? this.#failure(error) : error;
    }
  }

  /** Answers with what takes the listener away again. One listener for each method. */
  onNotification<M extends NotificationMethod>(
    method: M,
    listener: (params: Notifications[M]) => void,
  ): () => void {
    const registered = this.#rpc.onNotification(method, listener);
    return () => registered.dispose();
  }

  /** What the town asks of its clients. A `Refusal` that the handler throws arrives there as one. */
  onRequest<M extends ClientMethod>(
    method: M,
    handler: (params: ClientRequests[M]['params']) => Promise<ClientRequests[M]['result']>,
  ): () => void {
    const answer = async (params: ClientRequests[M]['params']): Promise<unknown> => {
      try {
        return await handler(params);
      } catch (error) {
        return asAnswer(error);
      }
    };
    const registered = this.#rpc.onRequest<unknown, RefusalData | undefined>(method, answer);
    return () => registered.dispose();
  }

  /** Called once, with the reason; at once where the connection has ended already. */
  onEnd(listener: (reason: string) => void): void {
    if (this.#ended === undefined) this.#onEnd.add(listener);
    else listener(this.#ended);
  }

  close(): void {
    this.#wire.end();
    this.#finish('The connection was closed here.');
  }

  #failure(error: ErrorAnswer): Error {
    if (error.code === ErrorCodes.MessageWriteError) return tooLong();
    if (error.code !== ErrorCodes.PendingResponseRejected) return failureOf(error);
    return new Unreached('lost', `${this.#ended ?? 'The connection ended'} It had not answered yet.`);
  }

  #finish(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = this.#wire.complaint ?? reason;
    this.#rpc.dispose();
    for (const listener of this.#onEnd) listener(this.#ended);
  }
}

function asAnswer(error: unknown): ResponseError<RefusalData | undefined> {
  if (error instanceof Refusal) {
    return new ResponseError(errorCodes.refusal, error.message, { code: error.code, ...error.details });
  }
  return new ResponseError(errorCodes.fault, messageOf(error));
}
