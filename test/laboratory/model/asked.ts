/** What a runtime asks of its model, over whichever wire it came. */
export interface Asked {
  /** All that its model is told: system prompt, instructions, the words of the user. No tool's result. */
  readonly told: string;
  /** What its tools answered to this model's calls, oldest first. */
  readonly results: readonly ToolResult[];
  readonly tools: readonly Tool[];
}

export interface ToolResult {
  /** As the model named the call. */
  readonly call: string;
  readonly text: string;
}

export interface Tool {
  readonly name: string;
  readonly parameters: Parameters;
}

/** Of a tool: the part of its JSON schema that says what must be given. */
export interface Parameters {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
  readonly required?: readonly string[];
}

/** What the model does next. */
export type Turn =
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly tool: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'say'; readonly text: string }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Answers as an overloaded, a limiting or a refusing vendor does. */
  | { readonly kind: 'refuse'; readonly status: RefusalStatus };

export type RefusalStatus = 401 | 429 | 529;

/** A turn that is answered with words of the wire itself. */
export type SpokenTurn = Extract<Turn, { kind: 'call' | 'say' }>;

export interface Reply {
  readonly type: 'text/event-stream' | 'application/json';
  readonly body: string;
}

/** One vendor's way of asking a model. */
export interface Wire {
  readonly name: string;
  /** Whether a POST to that path asks the model. */
  isAsked(path: string): boolean;
  read(body: unknown): Asked;
  write(turn: SpokenTurn, request: { readonly path: string; readonly body: unknown }): Reply;
  /** What the vendor says where it refuses; absent: as most do. */
  refusal?(this: void, status: RefusalStatus): Json;
  /** What the vendor answers to other requests that a CLI makes before or beside them. */
  beside?(path: string): unknown;
}

export const refusals: Readonly<Record<RefusalStatus, { readonly type: string; readonly message: string }>> =
  {
    401: { type: 'authentication_error', message: 'invalid api key (scripted)' },
    429: { type: 'rate_limit_error', message: 'You exceeded your current quota (scripted)' },
    529: { type: 'overloaded_error', message: 'Overloaded (scripted)' },
  };

export function refusal(status: RefusalStatus): Json {
  const { type, message } = refusals[status];
  return { type: 'error', error: { type, code: type, message } };
}

/** A value of a JSON body, looked at without trusting it. */
export type Json = Readonly<Record<string, unknown>>;

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** All strings in it, in order: content comes as a text, as parts with texts, or nested deeper. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  const values = Array.isArray(value) ? value : Object.values(record(value));
  return values.map(textIn).filter(Boolean).join('\n');
}

/** Server-sent events, each named by its own type where it has one. */
export function events(...data: readonly (Json | string)[]): string {
  return data
    .map((each) => {
      if (typeof each === 'string') return `data: ${each}\n\n`;
      const name = text(each['type']);
      return `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(each)}\n\n`;
    })
    .join('');
}
