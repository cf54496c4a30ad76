import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import { plainText } from '../domain/text.ts';

/** What a command says when it does not succeed, and the exit code that goes with it. */
export interface Failure {
  readonly sentence: string;
  /** A `RefusalCode`, or `usage`, or `fault`. */
  readonly code: string;
  readonly next?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly exit: number;
}

/** Words that do not make a command. */
export class Usage extends Error {}

/** Everything there is to say has been printed; only the exit code is left. */
export class Told extends Error {
  readonly exit: number;

  constructor(exit: number) {
    super('told');
    this.exit = exit;
  }
}

export const exits = { refused: 1, usage: 2, noTown: 3, fault: 70 } as const;

/** An unreachable town is no refusal: it says nothing about what was asked, so it must not look like an answer. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Usage) return { sentence: error.message, code: 'usage', exit: exits.usage };
  if (isRefusal(error)) {
    const { next, facts } = error.details;
    return {
      sentence: error.message,
      code: error.code,
      ...(next === undefined ? {} : { next }),
      ...(facts === undefined ? {} : { facts }),
      exit: error.code === 'unavailable' ? exits.fault : exits.refused,
    };
  }
  return {
    sentence: messageOf(error),
    code: 'fault',
    exit: exits.fault,
  };
}

/** One sentence, and the next step where there is one; below the sentence the last lines of a log that tell the cause. */
export function failureLines(program: string, failure: Failure): string[] {
  const log = logLines(failure);
  const said = oneLine(log.length === 0 ? failure.sentence : (failure.sentence.split('\n', 1)[0] ?? ''));
  return [
    failure.code === 'fault' ? `${program}: something broke: ${said}` : `${program}: ${said}`,
    ...log.map((line) => `  ${line}`),
    ...(failure.next === undefined ? [] : [`Next: ${oneLine(failure.next)}`]),
  ];
}

/** By its shape too: bundled parts may each hold a copy of the class. */
function isRefusal(error: unknown): error is Refusal {
  if (error instanceof Refusal) return true;
  return error instanceof Error && error.name === 'Refusal' && 'code' in error && 'details' in error;
}

function logLines({ code, facts }: Failure): string[] {
  const lines: unknown = code === 'unavailable' ? facts?.['lines'] : undefined;
  return Array.isArray(lines) ? lines.map((line) => oneLine(String(line))) : [];
}

function oneLine(text: string): string {
  return plainText(text).replaceAll(/\s+/gu, ' ').trim();
}
