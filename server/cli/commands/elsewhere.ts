import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { showBeads } from '../fastShow.ts';
import { verb } from '../words.ts';

/** Verbs of other towns: one that is `bd`'s here, and those that have nothing to do, accepted so that no script stops at them. */
export function addElsewhere(gt: Command, cli: Cli): void {
  verb(gt, 'show', {
    does: 'show beads with all that is known about them, as bd show does',
    examples: ['gt show be-auth', 'gt show be-auth --json'],
    json: 'an array, always: issues with dependencies, parent, counts, and the handoff where there is one',
    aliases: ['cat', 'bead'],
  })
    .argument('<id...>')
    .action(async (ids: string[]) => showBeads(cli, ids, false));
  verb(gt, 'compact', {
    does: 'accepted, with nothing to do: a town keeps no wisps, what is too old goes by itself, and the journal turns over by itself',
    examples: ['gt compact', 'gt compact --dry-run'],
    json: '{ promoted: [], deleted: [], skipped: [] }',
  })
    .option('-n, --dry-run', 'accepted: nothing is done anyway')
    .option('--rig <rig>', 'accepted')
    .option('-v, --verbose', 'accepted')
    .action(() => {
      if (cli.json) cli.output.json({ promoted: [], deleted: [], skipped: [] });
      else cli.output.print(['Nothing to compact: this town keeps no wisps.']);
    });
  verb(gt, 'cycle', {
    does: "accepted, with nothing to do: the editor turns from one agent's terminal to the next; in tmux, gt session attach shows one",
    examples: ['gt cycle next'],
    json: '{ switched: false }',
  })
    .addArgument(new Argument('[direction]').choices(['next', 'prev']))
    .option('--session <name>', 'accepted')
    .option('--client <name>', 'accepted')
    .action(() => {
      if (cli.json) cli.output.json({ switched: false });
      else cli.output.print(['Nothing was switched: gt session list, then gt session attach RIG/NAME.']);
    });
}
