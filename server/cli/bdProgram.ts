import type { Command } from 'commander';
import { productVersion } from '../protocol/version.ts';
import { wrapped } from './beadsJson.ts';
import type { Cli } from './cli.ts';
import { addCreate } from './commands/beadCreate.ts';
import { addReads } from './commands/beadRead.ts';
import { addWrites } from './commands/beadWrite.ts';
import { addDependency } from './commands/dependency.ts';
import { carryOut, openProgram, verb } from './words.ts';

const does = 'The beads of a Gas Town: pieces of work, what they depend on, and who holds them.';

const firstSteps = `First steps:
  $ bd create --rig backend --title "Refactor auth middleware"
  $ bd ready                       what can be worked now
  $ bd show be-auth
  $ bd dep add fe-login be-auth    fe-login waits for be-auth
  $ bd close be-auth

JSON and exit codes are those of beads: 0 done, 1 any failure, 2 wrong words,
3 no town here.`;

export async function runBd(cli: Cli, args: readonly string[]): Promise<void> {
  await carryOut(bdCommands(cli), args.length === 0 ? ['--help'] : args);
}

export function bdCommands(cli: Cli): Command {
  const bd = openProgram(cli, does, firstSteps).option('--actor <name>', 'who acts');
  bd.hook('preAction', (_, action) => takeOver(bd, action, 'actor'));
  addCreate(bd, cli);
  addReads(bd, cli);
  addWrites(bd, cli);
  addDependency(bd, cli);
  verb(bd, 'version', {
    does: 'print the version',
    examples: ['bd version'],
    json: '{ schema_version, version }',
  }).action(() => {
    if (cli.json) cli.output.json(wrapped({ version: productVersion }, cli.environment));
    else cli.output.print([`bd ${productVersion}`]);
  });
  return bd;
}

/** An option that stood before the verb. */
function takeOver(program: Command, action: Command, name: string): void {
  const value: unknown = program.getOptionValue(name);
  if (value !== undefined && action.getOptionValue(name) === undefined) action.setOptionValue(name, value);
}
