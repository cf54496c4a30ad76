import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { Cli } from '../cli.ts';
import { serverLines, type ServerEvent } from '../askServerProgram.ts';
import { exits, Told } from '../failure.ts';
import { paint, type Look } from '../output.ts';
import { liveProgress, plainProgress, rowOf, rowsTable, silent, type DemoRow } from '../text/demo.ts';
import { verb } from '../words.ts';

interface DemoResult {
  readonly convoy: string;
  readonly landed: boolean;
  readonly beads: readonly DemoRow[];
  /** Where the town was left, with `--keep`. */
  readonly town?: string;
}

export function addDemo(gt: Command, cli: Cli): void {
  verb(gt, 'demo', {
    does: 'show the whole loop in a throw-away town: one convoy, three rigs, three simulated runtimes, landed',
    examples: ['gt demo', 'gt demo --keep'],
    json: '{ convoy, landed, beads: [{ id, rig, runtime, commit, state }], town? }; exit 0 only where landed is true',
  })
    .option('--keep', 'leave the town, and say where')
    .action(async (options: { keep?: boolean }) => {
      const result = await play(cli, options.keep === true);
      if (cli.json) cli.output.json(resultJson(result));
      else cli.output.print(['', ...resultLines(result, cli.output.look)]);
      if (!result.landed) throw new Told(exits.refused);
    });
}

async function play(cli: Cli, keep: boolean): Promise<DemoResult> {
  let result: DemoResult | undefined;
  const progress = cli.json ? silent : cli.output.live ? liveProgress(cli.output) : plainProgress(cli.output);
  try {
    await serverLines(['demo', ...(keep ? ['--keep'] : [])], (event) => {
      if (event.event === 'result') result = resultOf(event);
      else progress.take(event);
    });
  } catch (error) {
    // A demonstration that ended without landing says so in its result; the program's exit code adds nothing to that.
    if (result === undefined) throw error;
  } finally {
    progress.end();
  }
  if (result === undefined) throw new Error('The demonstration ended without a result.');
  return result;
}

function resultLines({ convoy, landed, beads, town }: DemoResult, look: Look): string[] {
  const verified = beads.filter(({ state }) => state === 'verified').length;
  return [
    `${paint(look, 'bold', displayText(convoy))}   ${verified} of ${beads.length} landed`,
    ...rowsTable(beads, look),
    landed
      ? 'Every commit above was found on the target branch of its rig.'
      : 'The convoy has not landed: a bead above is not verified.',
    ...(town === undefined
      ? []
      : [
          `The town is left in ${displayText(town, 1000)}.`,
          `Next: cd ${displayText(town, 1000)} && gt status`,
        ]),
  ];
}

function resultJson({ convoy, landed, beads, town }: DemoResult): Record<string, unknown> {
  const rows = beads.map(({ id, rig, runtime, commit, state }) => ({ id, rig, runtime, commit, state }));
  return { convoy, landed, beads: rows, town };
}

/** Landed is what the rows say, too: a result that contradicts them has not landed. */
function resultOf(event: ServerEvent): DemoResult {
  const beads = Array.isArray(event['beads']) ? event['beads'].map(rowOf) : [];
  const verified = beads.length > 0 && beads.every(({ state }) => state === 'verified');
  return {
    convoy: String(event['convoy']),
    landed: event['landed'] === true && verified,
    beads,
    ...(typeof event['town'] === 'string' ? { town: event['town'] } : {}),
  };
}
