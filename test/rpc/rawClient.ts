import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { helloMethod, type HelloParams } from '../../server/protocol/hello.ts';
import { protocolVersion } from '../../server/protocol/version.ts';
import { frame, FrameReader } from '../../server/rpc/frame.ts';
import { eventually } from '../support/wait.ts';
import { tokens } from './standIn.ts';

export const client = { name: 'test', version: '0.1.0', pid: process.pid };

export function hello(changes: Partial<HelloParams> = {}): HelloParams {
  return {
    token: tokens.person,
    townId: 'town',
    nonce: 'nonce',
    protocol: protocolVersion,
    client,
    ...changes,
  };
}

export interface RawAnswer {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

/** A client without manners: says what it is told to. */
export class RawClient {
  readonly socket: Socket;
  readonly answers: RawAnswer[] = [];
  closed = false;

  constructor(t: TestContext, endpoint: string) {
    this.socket = connect(endpoint);
    const reader = new FrameReader(Number.MAX_SAFE_INTEGER, (body) => {
      this.answers.push(JSON.parse(body.toString()) as RawAnswer);
    });
    this.socket.on('data', (chunk) => reader.push(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
    });
    t.after(() => this.socket.destroy());
  }

  say(...messages: object[]): this {
    this.socket.write(messages.map((message) => frame({ jsonrpc: '2.0', ...message })).join(''));
    return this;
  }

  greet(changes: Partial<HelloParams> = {}): this {
    return this.say({ id: 'hello', method: helloMethod, params: hello(changes) });
  }

  answerTo(id: RawAnswer['id']): Promise<RawAnswer> {
    return eventually(`${String(id)} is answered; so far ${JSON.stringify(this.answers)}`, () =>
      this.answers.find((answer) => answer.id === id),
    );
  }

  async end(): Promise<void> {
    await eventually('the connection is closed', () => this.closed);
  }
}
