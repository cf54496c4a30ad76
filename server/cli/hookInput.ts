/** What a lifecycle hook says on its input, as far as it concerns us. */
export interface HookInput {
  /** The runtime's own id of its session. */
  readonly session?: string;
  /** `startup`, `resume`, `clear`, `compact`; other words are left out. */
  readonly source?: 'startup' | 'resume' | 'clear' | 'compact';
  /** The runtime's name of the event. */
  readonly event?: string;
  /** It goes on because of an earlier answer to the end of its turn. */
  readonly again?: boolean;
}

export interface InputStream {
  readonly isTTY?: boolean;
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  on(event: 'end' | 'error' | 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** A prompt stands in it, which a person may have pasted; what is longer than this is not worth its memory. */
const mostBytes = 8 * 1024 * 1024;

/** Runtimes write it at once. One that holds its end of the pipe open must not make us wait. */
const deadlineMs = 1000;

/**
 * What was said, or nothing: on a terminal, after the deadline, and where it is no JSON. Never rejects. It is done as soon as the text
 * is whole, since not every runtime closes the pipe.
 */
export function readHookInput(stream: InputStream, withinMs = deadlineMs): Promise<HookInput> {
  if (stream.isTTY === true) return Promise.resolve({});
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (): void => {
      clearTimeout(timer);
      stream.destroy();
      resolve(hookInput(textOf(chunks)) ?? {});
    };
    const timer = setTimeout(settle, withinMs);
    stream.on('data', (chunk) => {
      const more = Buffer.from(chunk);
      bytes += more.length;
      if (bytes > mostBytes) {
        chunks.length = 0;
        settle();
        return;
      }
      chunks.push(more);
      if (endsObject(more) && hookInput(textOf(chunks))) settle();
    });
    for (const event of ['end', 'error', 'close'] as const) stream.on(event, settle);
  });
}

/** Undefined for what is no JSON object. */
export function hookInput(text: string): HookInput | undefined {
  const said = parsed(text);
  if (said === undefined) return undefined;
  const session = ['session_id', 'sessionId', 'thread-id', 'thread_id']
    .map((key) => said[key])
    .find((value): value is string => typeof value === 'string' && /^\w[\w.:-]{0,199}$/.test(value));
  const source = sources.find((word) => word === said['source']);
  const event = said['hook_event_name'];
  return {
    ...(session === undefined ? {} : { session }),
    ...(source === undefined ? {} : { source }),
    ...(typeof event === 'string' && /^\w{1,60}$/.test(event) ? { event } : {}),
    ...(said['stop_hook_active'] === true || said['stopHookActive'] === true ? { again: true } : {}),
  };
}

const sources = ['startup', 'resume', 'clear', 'compact'] as const;

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');

/** Worth a try only then: a large text comes in many chunks. */
function endsObject(chunk: Buffer): boolean {
  return /\}\s*$/.test(chunk.subarray(-64).toString('latin1'));
}
