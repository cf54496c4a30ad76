import type { BeadDetail } from '../protocol/bead.ts';
import { shownJson, wrapped } from './beadsJson.ts';
import type { Cli } from './cli.ts';
import { exits, failureLines, failureOf, Told } from './failure.ts';
import { beadLines } from './text/bead.ts';

// What agents run at every step is answered with nothing loaded but what is imported here.

/** `bd show ID [--json]` */
export async function fastShow(cli: Cli, args: readonly string[]): Promise<boolean> {
  const [verb, id, ...more] = args.filter((word) => word !== '--json');
  if (verb !== 'show' || id === undefined || id.startsWith('-') || more.length > 0) return false;
  await showBeads(cli, [id], false);
  return true;
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
    const packets = await packetsOf(cli, shown);
    cli.output.print(
      shown.flatMap((detail, at) => [
        ...(at === 0 ? [] : ['']),
        ...beadLines(detail, cli.output.look),
        ...(packets[at] ?? []),
      ]),
    );
  }
  if (shown.length === 0) throw new Told(exits.refused);
}

/** Loaded only where a bead was handed over. */
async function packetsOf(cli: Cli, shown: readonly BeadDetail[]): Promise<readonly (readonly string[])[]> {
  if (shown.every(({ handoff }) => handoff === undefined)) return [];
  const { packetOfBead } = await import('./text/packet.ts');
  return shown.map(({ handoff }) => (handoff ? packetOfBead(handoff, cli.output.look) : []));
}

/** Programs look for beads' phrase on stderr. */
function missing(cli: Cli, id: string, failure: ReturnType<typeof failureOf>): string[] {
  if (failure.code === 'not-found') return [`Error fetching ${id}: no issue found matching "${id}"`];
  return failureLines(cli.name, failure);
}
