import { within } from './deferred.ts';

/** One test: a name, what is done, and how long it may take. */
export type Case<Context> = {
  readonly name: string;
  readonly run: (context: Context) => Promise<void>;
  readonly timeoutMs?: number;
};

export type Tally = { readonly passed: number; readonly failed: number };

/** Thrown by what a host cannot do: the test is then named as not run, and counts neither way. */
export class NotInThisHost extends Error {
  override readonly name = 'NotInThisHost';
}

const defaultTimeoutMs = 20_000;
const mark = { passed: '✔', failed: '✖', unseen: '–' } as const;
type Outcome = keyof typeof mark;

/** Runs the tests one after the other and prints a line for each, with the stack under a failed one. */
export async function runTable<Context>(
  cases: readonly Case<Context>[],
  context: Context,
  print: (text: string) => void,
): Promise<Tally> {
  const tally = { passed: 0, failed: 0, unseen: 0 };
  for (const one of cases) {
    const started = performance.now();
    const { outcome, why } = await outcomeOf(one, context);
    tally[outcome] += 1;
    print(`${mark[outcome]} ${one.name} (${Math.round(performance.now() - started)} ms)${indented(why)}`);
  }
  return { passed: tally.passed, failed: tally.failed };
}

export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed`;
}

/** Whether a line of an extension host's output comes from `runTable`. */
export function isTableLine(line: string): boolean {
  return /^(?:[✔✖–] | {4})/u.test(line);
}

async function outcomeOf<Context>(
  one: Case<Context>,
  context: Context,
): Promise<{ outcome: Outcome; why: string }> {
  try {
    await within(one.timeoutMs ?? defaultTimeoutMs, one.run(context));
    return { outcome: 'passed', why: '' };
  } catch (error) {
    if (error instanceof NotInThisHost) return { outcome: 'unseen', why: error.message };
    return {
      outcome: 'failed',
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function indented(text: string): string {
  if (text === '') return '';
  return `\n${text.replaceAll(/^/gm, '    ')}`;
}
