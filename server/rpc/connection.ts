import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { messageOf, stackOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import { access } from '../protocol/access.ts';
import type { Caller, Handlers, Peer } from '../protocol/caller.ts';
import { errorCodes, type RefusalData } from '../protocol/hello.ts';
import type { Method } from '../protocol/messages.ts';
import type { checkParams } from '../protocol/schema.ts';
import { failureOf, misfit } from './failure.ts';
import type { Wire } from './wire.ts';

/** Who a token belongs to. */
export type CallerIdentity = Pick<Caller, 'role' | 'by' | 'session' | 'agent' | 'agentRole'>;

export interface ConnectionSite {
  readonly handlers: Handlers;
  /** Of protocol/schema.ts, which only the programs may load. */
  readonly checkParams: typeof checkParams;
  /** Why no request is taken any more, where that is so. */
  leaving(): string | undefined;
  readonly log: (line: string) => void;
  ended(connection: Connection): void;
  /** A request has been answered with a result. */
  answered(method: Method): void;
}

// More than the wire lets through. With a limit of any size, answers do not queue behind requests.
const parallel = { maxParallelism: 1024 };

/** The town's end of one authenticated connection. Whatever happens on it ends it and nothing else. */
export class Connection {
  readonly caller: Caller;
  /** Gets `town/changed`. */
  subscribed = false;
  /** Requests that are being carried out. */
  running = 0;
  readonly #wire: Wire;
  readonly #site: ConnectionSite;
  readonly #rpc: MessageConnection;
  readonly #onEnd: (() => void)[] = [];
  #ended = false;

  constructor(wire: Wire, site: ConnectionSite, who: CallerIdentity & { readonly client: string }) {
    this.#wire = wire;
    this.#site = site;
    this.caller = { ...who, peer: this.#asPeer() };
    this.#rpc = createMessageConnection(wire.reader, wire.writer, undefined, parallel);
    this.#rpc.onRequest((method, params) => this.#answer(method, params));
    this.#rpc.onNotification((method) => {
      // What LSP clients send last. It means this connection.
      if (method === 'exit') this.end();
    });
    this.#rpc.onError(() => undefined);
    this.#rpc.onClose(() => this.#finish());
    this.#rpc.listen();
  }

  /** Bytes that this client has not read yet. */
  get unsent(): number {
    return this.#wire.unsent;
  }

  /** `text` is one frame, made once for everybody. */
  send(text: string): void {
    this.#wire.send(text);
  }

  end(): void {
    this.#wire.end();
  }

  cut(): void {
    this.#wire.cut();
  }

  async #answer(method: string, params: unknown): Promise<unknown> {
    if (!isMethod(method))
      return new ResponseError(ErrorCodes.MethodNotFound, `There is no request ${method}.`);
    this.running += 1;
    try {
      const result = await this.#handle(method, params);
      this.#site.answered(method);
      return result;
    } catch (error) {
      return error instanceof Refusal ? refused(error) : this.#broken(method, error);
    } finally {
      this.running -= 1;
    }
  }

  #handle(method: Method, params: unknown): unknown {
    const leaving = this.#site.leaving();
    if (leaving !== undefined) throw new Refusal('unavailable', leaving, { next: 'Try again in a moment.' });
    checkAccess(method, this.caller);
    const checked = this.#site.checkParams(method, params);
    if ('problem' in checked) throw misfit(checked);
    // Before its answer is made, so that no change falls between the two.
    if (method === 'town/subscribe') this.subscribed = true;
    const handler = this.#site.handlers[method] as (params: unknown, caller: Caller) => unknown;
    return handler(checked.value, this.caller);
  }

  #broken(method: Method, error: unknown): ResponseError<RefusalData | undefined> {
    const text = stackOf(error);
    const full = fullDisk(error);
    if (full) {
      this.#site.log(`${method} asked by ${this.caller.by} (${this.caller.client}): ${text}`);
      return refused(full);
    }
    this.#site.log(`fault in ${method} asked by ${this.caller.by} (${this.caller.client}): ${text}`);
    return new ResponseError(errorCodes.fault, `The town server broke at ${method}; its log says how.`);
  }

  #asPeer(): Peer {
    return {
      notify: (method, params) => {
        if (!this.#ended) void this.#rpc.sendNotification(method, params);
      },
      request: (method, params) => {
        if (this.#ended) throw new Refusal('unavailable', `${this.caller.client} has gone.`);
        return this.#rpc.sendRequest<never>(method, params).catch((error: unknown) => {
          throw error instanceof ResponseError ? this.#peerFailure(error) : error;
        });
      },
      onEnd: (listener) => {
        if (this.#ended) listener();
        else this.#onEnd.push(listener);
      },
    };
  }

  #peerFailure(error: ResponseError<unknown>): Error {
    if (error.code !== ErrorCodes.PendingResponseRejected) return failureOf(error);
    return new Refusal('unavailable', `${this.caller.client} went before it answered.`);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#rpc.dispose();
    this.#site.ended(this);
    for (const listener of this.#onEnd) this.#tell(listener);
  }

  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#site.log(`fault at the end of ${this.caller.client}'s connection: ${String(error)}`);
    }
  }
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(access, method);
}

function checkAccess(method: Method, { role, by, agentRole }: Caller): void {
  const needed = access[method];
  if (needed === 'anyone' || needed === role) return;
  if (needed === 'coordinator' && (role === 'person' || agentRole === 'mayor')) return;
  if (needed !== 'session') {
    const whose = needed === 'coordinator' ? 'people and the mayor' : 'people';
    throw new Refusal('forbidden', `${method} is for ${whose}; the session of ${by} may not ask for it.`, {
      next: 'Ask a person to do it.',
    });
  }
  throw new Refusal('no-session', `${method} is for sessions, about their own work.`, {
    next: "Run it in the session's terminal.",
  });
}

/** That is no fault of this program, and there is something to be done about it. */
function fullDisk(error: unknown): Refusal | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new Refusal('failed', `The disk is full: ${messageOf(error)}`, {
    next: 'Make room on it, then try again.',
  });
}

function refused({ code, message, details }: Refusal): ResponseError<RefusalData> {
  return new ResponseError(errorCodes.refusal, message, { code, ...details });
}
