import type { Socket } from 'node:net';
import {
  Emitter,
  ErrorCodes,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { frame, FrameReader } from './frame.ts';

export interface WireLimits {
  /** Bytes of one incoming message. */
  readonly incoming: number;
  /** Bytes of one message written; a longer one is refused with a `RangeError`. */
  readonly outgoing: number;
  /** Requests that may be unanswered, and bytes that may wait to be sent, before nothing more is read. */
  readonly unanswered: number;
  readonly unsent: number;
}

/** A message as it came: JSON-RPC by its shape, of unknown content. */
export interface RawMessage extends Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

const never: Disposable = { dispose: () => undefined };

/**
 * One socket, as vscode-jsonrpc's reader and writer. With its own two the wire costs twice as much; here a message is parsed where it
 * arrives, and what is written in one turn of the event loop leaves in one system call. Only well-formed messages come through: what
 * cannot be taken apart, or is not JSON, ends the connection; what is JSON but no message is answered or dropped.
 */
export class Wire {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly #socket: Socket;
  readonly #limits: WireLimits;
  readonly #frames: FrameReader;
  readonly #onError = new Emitter<Error>();
  readonly #onClose = new Emitter<void>();
  #receive: (message: RawMessage) => void;
  #admitted = false;
  #unanswered = 0;
  #outgoing = '';
  #complaint: string | undefined;

  /** Reads at once. What arrives before vscode-jsonrpc listens goes to `first`. */
  constructor(socket: Socket, limits: WireLimits, first: (message: RawMessage) => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#receive = first;
    this.#frames = new FrameReader(limits.incoming, (body) => this.#take(body));
    this.reader = this.#asReader();
    this.writer = this.#asWriter();
    socket.on('data', (chunk) => this.#push(chunk));
    socket.on('drain', () => this.#regulate());
    socket.on('error', (error) => this.#onError.fire(error));
    socket.on('close', () => this.#onClose.fire());
  }

  /** From now on what is no message is survived, and the next may have so many bytes. */
  admit(incoming: number): void {
    this.#admitted = true;
    this.#unanswered = 0;
    this.#frames.limit = incoming;
  }

  /** Bytes that wait to be sent. */
  get unsent(): number {
    return this.#outgoing.length + this.#socket.writableLength;
  }

  /** What the other end said before it closed the connection over something we sent. */
  get complaint(): string | undefined {
    return this.#complaint;
  }

  /** `text` is one or more whole frames. */
  send(text: string): void {
    if (!this.#socket.writable) return;
    if (this.#outgoing === '') process.nextTick(() => this.#flush());
    this.#outgoing += text;
  }

  /** Says why, closes, and reads no more. */
  refuse(
    error: { readonly code: number; readonly message: string; readonly data?: unknown },
    id: unknown,
  ): void {
    this.#frames.stop();
    this.send(frame({ jsonrpc: '2.0', id, error }));
    this.end();
  }

  /** Closes once everything written is sent, or after a second. */
  end(): void {
    this.#flush();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 1000).unref();
  }

  /** Closes at once; what was not sent is lost. */
  cut(): void {
    this.#socket.destroy();
  }

  #push(chunk: Buffer): void {
    try {
      this.#frames.push(chunk);
    } catch (error) {
      this.refuse(
        { code: ErrorCodes.ParseError, message: `Not understood: ${(error as Error).message}.` },
        null,
      );
    }
  }

  #take(body: Buffer): void {
    const message = JSON.parse(body.toString()) as RawMessage | null;
    if (!isMessage(message)) {
      this.#takeInvalid(message);
      return;
    }
    // Nobody here cancels, reports progress or traces, and vscode-jsonrpc trusts the shape of what asks for it.
    if (this.#admitted && message.method?.startsWith('$/')) return;
    if (message.method !== undefined && message.id !== undefined) {
      this.#unanswered += 1;
      this.#regulate();
    }
    this.#receive(message);
  }

  /** An answer to it could be answered in the same way, for ever: so only what looks like a request gets one. */
  #takeInvalid(message: RawMessage | null): void {
    if (message?.id === null && message.error) this.#complaint = message.error.message;
    const error = { code: ErrorCodes.InvalidRequest, message: 'This is no JSON-RPC request.' };
    if (!this.#admitted) return this.refuse(error, null);
    if (typeof message !== 'object' || !message || !Object.hasOwn(message, 'method')) return;
    this.send(frame({ jsonrpc: '2.0', id: isId(message.id) ? message.id : null, error }));
  }

  #flush(): void {
    const text = this.#outgoing;
    this.#outgoing = '';
    if (text !== '' && this.#socket.writable) this.#socket.write(text);
    this.#regulate();
  }

  /** Stops in the middle of a chunk, too: one holds hundreds of small requests, and each may have a large answer. */
  #regulate(): void {
    const full = this.#unanswered >= this.#limits.unanswered || this.unsent > this.#limits.unsent;
    if (full === this.#frames.held) return;
    this.#frames.held = full;
    this.#socket[full ? 'pause' : 'resume']();
    if (!full) this.#push(nothing);
  }

  #write(message: RawMessage): Promise<void> {
    const text = frame(message);
    if (text.length > this.#limits.outgoing) return Promise.reject(new RangeError('too long'));
    if (message.method === undefined) this.#unanswered -= 1;
    this.send(text);
    return written;
  }

  #asReader(): MessageReader {
    return {
      onError: this.#onError.event,
      onClose: this.#onClose.event,
      onPartialMessage: () => never,
      listen: (callback: DataCallback) => {
        this.#receive = callback;
        return never;
      },
      dispose: () => this.#frames.stop(),
    };
  }

  #asWriter(): MessageWriter {
    return {
      onError: () => never,
      onClose: () => never,
      write: (message) => this.#write(message),
      end: () => this.end(),
      dispose: () => undefined,
    };
  }
}

const nothing = Buffer.alloc(0);
const written = Promise.resolve();

function isMessage(value: RawMessage | null): value is RawMessage {
  if (typeof value !== 'object' || value?.jsonrpc !== '2.0') return false;
  if (value.method === undefined) return isId(value.id) && isAnswer(value);
  if (typeof value.method !== 'string' || value.method.length > 64) return false;
  const { id, params } = value;
  return (
    (id === undefined || isId(id)) &&
    (params === undefined || (typeof params === 'object' && params !== null))
  );
}

function isAnswer(value: RawMessage & { readonly result?: unknown }): boolean {
  if (value.error === undefined) return value.result !== undefined;
  return typeof value.error?.code === 'number' && typeof value.error.message === 'string';
}

function isId(id: unknown): id is number | string {
  return Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= 64);
}
