import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { errorCodes, helloMethod, type HelloResult } from '../protocol/hello.ts';
import { frame, maxHeaderBytes, maxMessageBytes } from './frame.ts';
import { Wire, type RawMessage } from './wire.ts';

/** How much a connection may send before its token is accepted, header included. */
const maxHelloBytes = 4096;

const limits = {
  incoming: maxHelloBytes - maxHeaderBytes,
  outgoing: Number.MAX_SAFE_INTEGER,
  unanswered: 256,
  unsent: 1024 * 1024,
};

export type Verdict<Identity> =
  | { readonly result: HelloResult; readonly identity: Identity }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

export interface Gate<Identity> {
  readonly helloMs: number;
  /** Whether anybody is still let in. */
  isOpen(): boolean;
  /** Looks at the params of hello. */
  check(params: unknown): Verdict<Identity>;
  /** Takes over the connection, at once: what was sent behind hello follows in the same turn. */
  admit(wire: Wire, identity: Identity): void;
}

/**
 * Lets nothing through before hello: at most 4 kB, within `helloMs`, else the connection is closed. It ends this connection and
 * nothing else.
 */
export function guard<Identity>(socket: Socket, gate: Gate<Identity>): void {
  let admitted = false;
  // After a stall the hello may lie there unread: this turn of the event loop reads it before it is over.
  const late = (): void => {
    if (!admitted) socket.destroy();
  };
  const timer = setTimeout(() => setImmediate(late), gate.helloMs);
  socket.on('close', () => clearTimeout(timer));
  // Without a listener an error of one socket would end the process.
  socket.on('error', () => undefined);
  const wire = new Wire(socket, limits, (message) => greet(message));

  const greet = ({ method, id, params }: RawMessage): void => {
    // As if nobody listened any more: the client looks for the next server.
    if (!gate.isOpen()) return wire.cut();
    if (method !== helloMethod || id === undefined) {
      wire.refuse(
        { code: errorCodes.unauthorized, message: `The first message has to be ${helloMethod}.` },
        id ?? null,
      );
      return;
    }
    const verdict = gate.check(params);
    if ('error' in verdict) {
      wire.refuse(verdict.error, id);
      return;
    }
    clearTimeout(timer);
    admitted = true;
    wire.admit(maxMessageBytes);
    wire.send(frame({ jsonrpc: '2.0', id, result: verdict.result }));
    gate.admit(wire, verdict.identity);
  };
}

/** Compares two secrets in a time that does not tell where they differ. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
