import type { Ask, Cli } from '../../server/cli/cli.ts';
import type { HookInput } from '../../server/cli/hookInput.ts';
import { openOutput } from '../../server/cli/output.ts';
import { outcome, type Whole } from '../../server/cli/run.ts';
import { fastHook } from '../../server/cli/fastHook.ts';
import { fastShow } from '../../server/cli/fastShow.ts';
import { runBd } from '../../server/cli/bdProgram.ts';
import { runGt } from '../../server/cli/gtProgram.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { Method, Params, Result } from '../../server/protocol/messages.ts';
import { checkParams } from '../../server/protocol/schema.ts';
import { noon } from './samples.ts';

/** Answers by method; a function gets the params. What is thrown is what the town throws. */
export type Answers = { readonly [M in Method]?: Result<M> | ((params: Params<M>) => Result<M>) };

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the town was asked, in order. */
  readonly asked: readonly { readonly method: string; readonly params: unknown }[];
}

interface Around {
  readonly environment?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly tty?: boolean;
  /** What a person answers who is asked; nobody is there to ask unless it is said. */
  readonly agrees?: boolean;
  /** What a lifecycle hook says. */
  readonly hookInput?: HookInput;
}

/** One command line, in this process, 80 columns wide, on the clock of the samples. */
export function gt(words: readonly string[], answers: Answers = {}, around: Around = {}): Promise<Said> {
  return command('gt', words, { answers, ...around });
}

export function bd(words: readonly string[], answers: Answers = {}, around: Around = {}): Promise<Said> {
  return command('bd', words, { answers, ...around });
}

/** A town that is not there: everything that a command prints without it. */
export function idleCli(name: 'gt' | 'bd'): Cli {
  return cliOf(name, [], {
    ask: () => Promise.reject(new Error('nobody is asked')),
    print: () => {},
    note: () => {},
  });
}

async function command(
  name: 'gt' | 'bd',
  words: readonly string[],
  { answers, ...around }: Around & { readonly answers: Answers },
): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const asked: { method: string; params: unknown }[] = [];
  const cli = cliOf(name, words, {
    ask: (method, params) => {
      asked.push({ method, params });
      return answerTo(answers, method, params);
    },
    print: (text) => (said.stdout += text),
    note: (text) => (said.stderr += text),
    ...around,
  });
  const work: Whole = async (each, args) => {
    const fast = name === 'gt' ? fastHook : fastShow;
    const whole = name === 'gt' ? runGt : runBd;
    if (!(await fast(each, args))) await whole(each, args);
  };
  return { code: await outcome(cli, words, work), ...said, asked };
}

interface Parts extends Around {
  readonly ask: Ask;
  readonly print: (text: string) => void;
  readonly note: (text: string) => void;
}

function cliOf(name: 'gt' | 'bd', words: readonly string[], parts: Parts): Cli {
  const { environment = {}, columns = 80, tty = false } = parts;
  const stream = (write: (text: string) => void) => () => ({ write, on: () => {}, columns, isTTY: tty });
  return {
    name,
    json: words.includes('--json'),
    environment,
    directory: '/work',
    output: openOutput(stream(parts.print), stream(parts.note), { environment, now: noon }),
    ask: parts.ask,
    askRunning: parts.ask,
    confirm: () => Promise.resolve(parts.agrees),
    hookInput: () => Promise.resolve(parts.hookInput ?? {}),
    place: () => ({ town: '/town', serverFile: '/town/.gastown/server.json', token: 'x' }),
  };
}

/** Params are checked as the town checks them. */
async function answerTo<M extends Method>(
  answers: Answers,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  const checked = checkParams(method, params);
  if ('problem' in checked) throw new Refusal('invalid', `${checked.field}: ${checked.problem}`);
  const answer: unknown = answers[method];
  if (answer === undefined) throw new Error(`no answer to ${method} was prepared`);
  return (typeof answer === 'function' ? answer(checked.value) : answer) as Result<M>;
}

/** For golden texts: the lines, without the indentation that the test's own code brings. */
export function lines(text: string): string {
  const all = text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '\n')
    .split('\n');
  const indents = all.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const least = Math.min(...indents);
  return all.map((line) => line.slice(least)).join('\n');
}
