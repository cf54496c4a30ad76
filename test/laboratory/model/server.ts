import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropic } from './anthropic.ts';
import {
  refusal,
  type Asked,
  type Json,
  type RefusalStatus,
  type Reply,
  type Turn,
  type Wire,
} from './asked.ts';
import { augment } from './augment.ts';
import { chat } from './chat.ts';
import { gemini } from './gemini.ts';
import { responses } from './responses.ts';
import { eventually } from '../../support/wait.ts';
import { beadIn, isPrimed, nextTurn, type Part, type Step, stepsAnswered } from './script.ts';

const wires: readonly Wire[] = [anthropic, responses, chat, gemini, augment];

const maxBodyBytes = 16 * 1024 * 1024;
const maxRequests = 2000;
/** For a body to arrive; a silent model is silent for as long as it is wanted. */
const arrivalMs = 30_000;
const meetingMs = 60_000;

/** One request that reached the model, as the scenarios look at it. */
export interface Seen {
  readonly wire: string;
  readonly bead: string | undefined;
  readonly told: string;
  readonly results: Asked['results'];
  readonly answered: ReadonlySet<Step>;
  /** What `gt prime` prints was in it without a call. */
  readonly primed: boolean;
  readonly turn: Turn;
}

/** The models of all vendors on one port of this machine, played by one script. */
export class ModelServer {
  readonly address: string;
  readonly seen: Seen[] = [];
  /** Other paths that were asked for and are not played, each once: what a new version of a CLI would need. */
  readonly unknown = new Set<string>();
  readonly #server: Server;
  readonly #parts = new Map<string, Part>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<ModelServer> {
    const server = createServer({ requestTimeout: arrivalMs });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const model = new ModelServer(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      model.#answer(request, response).catch((error: unknown) => fail(response, error));
    });
    return model;
  }

  /** From now on the work on that bead goes like that. */
  play(bead: string, part: Part): void {
    this.#parts.set(bead, part);
  }

  about(bead: string): readonly Seen[] {
    return this.seen.filter((each) => each.bead === bead);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(request.url ?? '/', this.address);
    const body = await bodyOf(request);
    const wire = request.method === 'POST' ? wires.find((each) => each.isAsked(path)) : undefined;
    if (!wire) {
      this.#answerBeside(path, response);
      return;
    }
    const asked = wire.read(body);
    const turn = this.#note(wire, asked);
    await this.#meeting(asked);
    if (turn.kind === 'hang') return;
    if (turn.kind === 'refuse') refuse(response, turn.status, (wire.refusal ?? refusal)(turn.status));
    else send(response, wire.write(turn, { path, body }));
  }

  #answerBeside(path: string, response: ServerResponse): void {
    const known = wires.map((wire) => wire.beside?.(path)).find((each) => each !== undefined);
    if (known === undefined) this.unknown.add(path);
    const body = JSON.stringify(known ?? {});
    send(response, { type: 'application/json', body });
  }

  #note(wire: Wire, asked: Asked): Turn {
    const bead = beadIn(asked);
    const part = this.#parts.get(bead ?? '');
    const turn = nextTurn(asked, bead, part);
    const { told, results } = asked;
    const primed = part !== undefined && isPrimed(asked, part);
    const answered = stepsAnswered(asked);
    this.seen.push({ wire: wire.name, bead, told, results, answered, primed, turn });
    if (this.seen.length > maxRequests) this.seen.shift();
    return turn;
  }

  async #meeting(asked: Asked): Promise<void> {
    const meets = this.#parts.get(beadIn(asked) ?? '')?.meets;
    if (!meets || !stepsAnswered(asked).has('hook')) return;
    const hasHook = (bead: string): boolean => this.about(bead).some(({ answered }) => answered.has('hook'));
    await eventually('all have read their hooks', () => meets.every(hasHook), meetingMs);
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Error(`a request of more than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { type, body }: Reply): void {
  response.writeHead(200, { 'content-type': type });
  response.end(body);
}

function refuse(response: ServerResponse, status: RefusalStatus, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(JSON.stringify(body));
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message: String(error) } }));
}
