import { openCli, type Cli } from './cli.ts';
import { exits, failureLines, failureOf, Told, type Failure } from './failure.ts';
import { isNoTown } from './place.ts';

/** Answers the words itself, or leaves them (false) to the whole program. */
export type Fast = (cli: Cli, args: readonly string[]) => Promise<boolean>;

export type Whole = (cli: Cli, args: readonly string[]) => Promise<void>;

/** Carries this process's command line out and sets its exit code. Never rejects. */
export async function run(name: 'gt' | 'bd', fast: Fast, whole: Whole): Promise<void> {
  // Set by the shims so that an editor's own program runs us; it is no business of what we start.
  delete process.env['ELECTRON_RUN_AS_NODE'];
  const args = process.argv.slice(2);
  const opened = openCli(name, args);
  const code = await outcome(opened, args, async (cli, words) => {
    if (!(await fast(cli, words))) await whole(cli, words);
  });
  if (code !== 0) process.exitCode = code;
  // Waiting for the socket to close and the loop to run dry costs a millisecond at every step of every agent.
  if (opened.output.isWritten()) process.exit();
}

/** The exit code; what there is to say has been said. */
export async function outcome(cli: Cli, args: readonly string[], work: Whole): Promise<number> {
  try {
    await work(cli, args);
    return 0;
  } catch (error) {
    return error instanceof Told ? error.exit : tell(cli, failureOf(error));
  }
}

function tell(cli: Cli, failure: Failure): number {
  if (cli.json) cli.output.noteJson(failureJson(cli, failure));
  else cli.output.note(failureLines(cli.name, failure));
  return cli.name === 'gt' ? failure.exit : exitOfBd(failure);
}

/** `bd` knows 1 for any failure, 2 for wrong usage and 3 for a missing database. Its keys come sorted. */
function exitOfBd(failure: Failure): number {
  if (failure.code === 'usage') return exits.usage;
  return isNoTown(failure.facts) ? exits.noTown : exits.refused;
}

function failureJson({ name }: Cli, { sentence, code, next, facts }: Failure): unknown {
  if (name === 'gt') return { error: sentence, code, next, facts };
  return { code, error: sentence, hint: next, schema_version: 1 };
}
