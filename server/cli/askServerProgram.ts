import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { runServerProgram, type ServerRunEnd } from '../rpc/serverProgram.ts';
import { Told } from './failure.ts';
import { serverProgram } from './serverProgram.ts';

/** One line of JSON that the town server's program prints while it makes a town, shows the demonstration or tests a runtime. */
export type ServerEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/**
 * Runs the town server's program and hands on its events. Its last word may be `{ event: "refused", code, message, next? }`; that, or a
 * sentence on its stderr with exit 1, is thrown as a `Refusal`. Any other end but 0 is a fault with what it wrote.
 */
export async function serverLines(
  args: readonly string[],
  onEvent: (event: ServerEvent) => void,
  { input, stop }: { readonly input?: string | undefined; readonly stop?: AbortSignal } = {},
): Promise<void> {
  let refused: Refusal | undefined;
  const onLine = (line: string): void => {
    const event = eventOf(line);
    if (event?.event === 'refused') refused = refusalOf(event);
    else if (event) onEvent(event);
  };
  const end = await runServerProgram({
    program: serverProgram(),
    args,
    input,
    onLine,
    ...(stop ? { stop } : {}),
  });
  if (end.code === 0) return;
  throw refused ?? failureOfEnd(end);
}

function eventOf(line: string): ServerEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is ServerEvent {
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';
}

function refusalOf({ code, message, next }: ServerEvent): Refusal {
  return new Refusal(
    (typeof code === 'string' ? code : 'failed') as RefusalCode,
    typeof message === 'string' ? message : 'The town server said no.',
    typeof next === 'string' ? { next } : {},
  );
}

function failureOfEnd({ code, signal, stderr }: ServerRunEnd): Error {
  if (signal === 'SIGINT' || code === interrupted) return new Told(interrupted);
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const next = lines.find((line) => line.startsWith('Next: '))?.slice('Next: '.length);
  const sentence = lines.find((line) => !line.startsWith('Next: '))?.replace(/^gastown-server: /u, '');
  if (code === 1 && sentence !== undefined)
    return new Refusal('failed', sentence, next === undefined ? {} : { next });
  return new Error(
    `the town server's program ended with ${signal ?? code}. ${lines.slice(-3).join(' ')}`.trim(),
  );
}

const interrupted = 130;
