import { Refusal } from '../domain/refusal.ts';
import { shownJson, wrapped } from './beadsJson.ts';
import { answer, type Cli } from './cli.ts';
import { exits, failureLines, failureOf, Told } from './failure.ts';
import { beadLines } from './text/bead.ts';
import { hookJson, hookLines } from './text/hook.ts';

// The two command lines that agents run at every step, answered with nothing loaded but what is imported here.

/** `gt hook [AGENT] [--json]` */
export async function fastHook(cli: Cli, args: readonly string[]): Promise<boolean> {
  const [verb, ...words] = args.filter((word) => word !== '--json');
  if (verb !== 'hook' || words.length > 1 || words[0]?.startsWith('-')) return false;
  await showHook(cli, words[0]);
  return true;
}

/** `bd show ID [--json]` */
export async function fastShow(cli: Cli, args: readonly string[]): Promise<boolean> {
  const [verb, id, ...more] = args.filter((word) => word !== '--json');
  if (verb !== 'show' || id === undefined || id.startsWith('-') || more.length > 0) return false;
  await showBeads(cli, [id], false);
  return true;
}

export async function showHook(cli: Cli, agent: string | undefined): Promise<void> {
  if (agent === undefined && !cli.environment['GT_SESSION']) {
    throw new Refusal('no-session', 'You are in no session, so there is no hook of your own to show.', {
      next: 'gt hook RIG/NAME, for example gt hook backend/nux',
    });
  }
  await answer(cli, {
    method: 'work/hook',
    params: agent === undefined ? {} : { agent },
    text: hookLines,
    json: hookJson,
  });
}

/** All that exist are printed. Where none does, the answer is beads' own: an object with an error on stdout, and exit 1. */
export async function showBeads(cli: Cli, ids: readonly string[], withDependents: boolean): Promise<void> {
  // Where there is no town nothing can be said about a bead, not even that it is not there.
  cli.place();
  const shown = [];
  for (const id of ids) {
    try {
      shown.push(await cli.ask('bead/get', { bead: id }));
    } catch (error) {
      const failure = failureOf(error);
      if (failure.exit !== exits.refused) throw error;
      cli.output.note(missing(cli, id, failure));
    }
  }
  if (cli.json && shown.length === 0) {
    cli.output.json(wrapped({ error: 'no issues found matching the provided IDs' }, {}));
  } else if (cli.json) {
    cli.output.json(
      wrapped(
        shown.map((detail) => shownJson(detail, withDependents)),
        cli.environment,
      ),
    );
  } else {
    cli.output.print(
      shown.flatMap((detail, at) => [...(at === 0 ? [] : ['']), ...beadLines(detail, cli.output.look)]),
    );
  }
  if (shown.length === 0) throw new Told(exits.refused);
}

/** Programs look for beads' phrase on stderr. */
function missing(cli: Cli, id: string, failure: ReturnType<typeof failureOf>): string[] {
  if (failure.code === 'not-found') return [`Error fetching ${id}: no issue found matching "${id}"`];
  return failureLines(cli.name, failure);
}
