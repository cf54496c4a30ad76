import { plainText } from '../domain/text.ts';
import type { Cli } from './cli.ts';
import { failureOf, type Failure } from './failure.ts';
import { contextAnswer, type HookAnswer, type HookForm } from './hookAnswer.ts';

/** A runtime drops what a hook that takes too long has to say, and with it that the town could not be asked. */
const deadlineMs = 25_000;

/** The work's value, or how it failed; a town that does not answer in time has failed. */
export async function withinHook<T>(
  work: () => Promise<T>,
  withinMs = deadlineMs,
): Promise<{ readonly value: T } | { readonly failure: Failure }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ readonly failure: Failure }>((resolve) => {
    const sentence = `The town has not answered for ${Math.round(withinMs / 1000)} s.`;
    timer = setTimeout(() => resolve({ failure: { sentence, code: 'unavailable', exit: 70 } }), withinMs);
  });
  const done = attempt(work);
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | { failure: Failure }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

export function say(cli: Cli, answer: HookAnswer): void {
  if ('json' in answer) cli.output.json(answer.json);
  else cli.output.print(answer.lines);
}

/** An agent that is told nothing takes its hook for empty; so it is told, and where to go from there. */
export function unprimed(form: HookForm, failure: Failure, event: string): HookAnswer {
  const why = plainText(failure.sentence).replaceAll(/\s+/gu, ' ').trim();
  const reached = failure.code === 'unavailable' || failure.code === 'fault';
  const text = [
    '# Gas Town',
    reached
      ? `The town cannot be reached, so nothing is known about your hook. ${why}`
      : `The town did not give you your context. ${why}`,
    'Conclude nothing from this: your hook is not empty because of it, and your work is not done. Do not run gt done.',
    'Wait a moment and run again: gt prime',
  ].join('\n');
  return contextAnswer(form, text, event);
}
