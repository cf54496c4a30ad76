import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import { actorOf, type ActorOptions } from '../actor.ts';
import { wrapped } from '../beadsJson.ts';
import { answer, type Cli } from '../cli.ts';
import { noun, verb } from '../words.ts';

export function addDependency(bd: Command, cli: Cli): void {
  const dependency = noun(bd, 'dep', 'what a bead depends on', [
    'bd dep add fe-login be-auth',
    'bd dep remove fe-login be-auth',
  ]);
  verb(dependency, 'add', {
    does: 'make the first bead depend on the second',
    examples: ['bd dep add fe-login be-auth', 'bd dep add be-limit be-auth --type discovered-from'],
    json: '{ depends_on_id, issue_id, schema_version, status: "added", type }',
  })
    .argument('<id>')
    .argument('<depends-on>')
    .option('-t, --type <type>', 'blocks, parent-child, waits-for, related, discovered-from …', 'blocks')
    .option('--actor <name>', 'who acts')
    .action(async (bead: string, dependsOn: string, options: ActorOptions & { type: string }) => {
      await answer(cli, {
        method: 'dependency/add',
        params: { bead, dependsOn, type: options.type, ...actorOf(options, cli.environment) },
        text: (edge) => [
          `${displayText(edge.bead)} depends on ${displayText(edge.dependsOn)} now (${displayText(edge.type)}).`,
        ],
        json: (edge) =>
          wrapped(
            { status: 'added', issue_id: edge.bead, depends_on_id: edge.dependsOn, type: edge.type },
            cli.environment,
          ),
      });
    });
  verb(dependency, 'remove', {
    does: 'end that dependency',
    examples: ['bd dep remove fe-login be-auth'],
    json: '{ depends_on_id, issue_id, schema_version, status: "removed" }',
    aliases: ['rm'],
  })
    .argument('<id>')
    .argument('<depends-on>')
    .option('--actor <name>', 'who acts')
    .action(async (bead: string, dependsOn: string, options: ActorOptions) => {
      await answer(cli, {
        method: 'dependency/remove',
        params: { bead, dependsOn, ...actorOf(options, cli.environment) },
        text: (edge) => [
          `${displayText(edge.bead)} does not depend on ${displayText(edge.dependsOn)} any more.`,
        ],
        json: (edge) =>
          wrapped({ status: 'removed', issue_id: edge.bead, depends_on_id: edge.dependsOn }, cli.environment),
      });
    });
}
