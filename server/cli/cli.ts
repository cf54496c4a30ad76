import type { Method, Params, Result } from '../protocol/messages.ts';
import type { HookInput } from './hookInput.ts';
import { openOutput, type Look, type Output } from './output.ts';
import { findPlace, type Place } from './place.ts';
import { askRunningTown, askTown } from './reachTown.ts';

export type Ask = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;

/** What a command works with. */
export interface Cli {
  readonly name: 'gt' | 'bd';
  readonly json: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly output: Output;
  readonly ask: Ask;
  /** The same without starting a town server: `unavailable` with the fact `running: false` where none runs. */
  readonly askRunning: Ask;
  /** Asks the person; undefined where there is nobody to ask. */
  confirm(question: string): Promise<boolean | undefined>;
  /** What a runtime's lifecycle hook says on stdin; on a terminal, nothing. */
  hookInput(): Promise<HookInput>;
  /** Looked up at the first use: `--help` needs no town. */
  place(): Place;
}

/** One question to the town, and what is made of the answer: lines for people, a value for programs. */
export interface Question<M extends Method> {
  readonly method: M;
  readonly params: Params<M>;
  text(result: Result<M>, look: Look): readonly string[];
  json(result: Result<M>): unknown;
}

export function openCli(name: 'gt' | 'bd', args: readonly string[]): Cli {
  const { env: environment } = process;
  let found: Place | undefined;
  const output = openOutput(
    () => process.stdout,
    () => process.stderr,
    { environment, now: Date.now() },
  );
  const directory = workingFolder(environment);
  const place = (): Place => (found ??= findPlace(environment, directory));
  return {
    name,
    json: wantsJson(name, args, environment),
    environment,
    directory,
    output,
    ask: (method, params) => askTown(place(), name, method, params),
    askRunning: (method, params) => askRunningTown(place(), name, method, params),
    confirm: async (question) => (await import('./confirm.ts')).confirm(output, question),
    hookInput: async () => (await import('./hookInput.ts')).readHookInput(process.stdin),
    place,
  };
}

export async function answer<M extends Method>(cli: Cli, question: Question<M>): Promise<Result<M>> {
  const result = await cli.ask(question.method, question.params);
  if (cli.json) cli.output.json(question.json(result));
  else cli.output.print(question.text(result, cli.output.look));
  return result;
}

/** It may have been deleted under whoever stands in it; their shell still knows what it was called. */
function workingFolder(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    return process.cwd();
  } catch {
    return environment['PWD'] ?? '/';
  }
}

/** Known before the words are parsed, so that wrong words are answered in JSON too. */
function wantsJson(
  name: 'gt' | 'bd',
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const end = args.indexOf('--');
  if ((end === -1 ? args : args.slice(0, end)).includes('--json')) return true;
  return name === 'bd' && (environment['BD_JSON'] === '1' || environment['BD_JSON'] === 'true');
}
