import { type ChildProcess, spawn } from 'node:child_process';
import { eventually } from '../support/wait.ts';
import { endAfter, serverProgram, type Scope } from './terminal.ts';

export type Heard = Readonly<Record<string, unknown>>;

interface Said {
  readonly method: string;
  readonly params: unknown;
}

/** An error answer, as it came over the wire. */
export class ErrorAnswer extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface StartOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Another program than the product's own. */
  readonly program?: string;
  /** What the client answers when it is asked; anything else is answered with `null`. */
  readonly answers?: Readonly<Record<string, (params: unknown) => unknown>>;
}

/** The program that editors start, behind a client that knows LSP's framing and nothing else. */
export class LanguageClient {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Every notification so far, in order. */
  readonly heard: Said[] = [];
  stderr = '';
  readonly #answers: StartOptions['answers'];
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #rest = Buffer.alloc(0);
  #count = 0;

  constructor(t: Scope, { cwd, environment, program = serverProgram, answers = {} }: StartOptions) {
    this.#answers = answers;
    const child = spawn(process.execPath, [program, 'lsp', '--stdio'], { cwd, env: environment });
    this.child = child;
    endAfter(t, child);
    child.stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        for (const each of this.#waiting.values()) each.reject(new Error('The language server has ended.'));
        resolve({ code, signal });
      });
    });
  }

  request(method: string, params?: unknown): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#send({ id, method, params });
    return answer;
  }

  /** The id of the request that was sent last. */
  get count(): number {
    return this.#count;
  }

  /** Takes back a request. */
  cancel(id: number): void {
    this.notify('$/cancelRequest', { id });
  }

  notify(method: string, params?: unknown): void {
    this.#send({ method, params });
  }

  /** The handshake of LSP; gives what the server says of itself. */
  async begin(params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const result = await this.request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      ...params,
    });
    this.notify('initialized', {});
    return result;
  }

  /** A command as editors without commands of ours send it. */
  execute(command: string, ...args: unknown[]): Promise<unknown> {
    return this.request('workspace/executeCommand', { command, arguments: args });
  }

  /** Waits for a notification that fits, among those from `since` on. */
  async hears(method: string, fits: (params: Heard) => boolean = () => true, since = 0): Promise<Heard> {
    try {
      return await eventually(method, () => this.all(method, since).find(fits), 60_000);
    } catch (error) {
      const last = JSON.stringify(this.heard.slice(-8), undefined, 1);
      throw new Error(`${String(error)} The last that was heard: ${last} ${this.stderr}`, { cause: error });
    }
  }

  /** The params of every notification of that method so far. */
  all(method: string, since = 0): Heard[] {
    return this.heard
      .slice(since)
      .filter((said) => said.method === method)
      .map(({ params }) => params as Heard);
  }

  /** Shutdown and exit, as LSP wants it. */
  async leave(): Promise<number | null> {
    await this.request('shutdown');
    this.notify('exit');
    return (await this.ended).code;
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const head = this.#rest.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#rest.toString('latin1', 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.#rest.length < end) return;
      const body = this.#rest.toString('utf8', head + 4, end);
      this.#rest = this.#rest.subarray(end);
      this.#read(JSON.parse(body) as Message);
    }
  }

  #read({ id, method, params, result, error }: Message): void {
    if (method !== undefined) {
      if (id === undefined) this.heard.push({ method, params });
      else this.#send({ id, result: this.#answers?.[method]?.(params) ?? null });
      return;
    }
    const waiting = this.#waiting.get(id ?? -1);
    this.#waiting.delete(id ?? -1);
    if (error) waiting?.reject(new ErrorAnswer(error));
    else waiting?.resolve(result);
  }
}
