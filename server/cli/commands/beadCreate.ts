import type { Command } from 'commander';
import type { BeadCreateParams } from '../../protocol/bead.ts';
import { actorOf, type ActorOptions } from '../actor.ts';
import { issueJson, wrapped } from '../beadsJson.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { createdLines } from '../text/beads.ts';
import { listed, present, repeated, verb } from '../words.ts';
import { priorityWord } from './beadOptions.ts';

interface CreateOptions extends ActorOptions {
  readonly title?: string;
  readonly rig?: string;
  readonly type?: string;
  readonly priority?: number;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  readonly assignee?: string;
  readonly step?: readonly string[];
  readonly labels?: readonly string[];
  readonly deps?: readonly string[];
  readonly parent?: string;
  readonly id?: string;
  readonly silent?: boolean;
}

export function addCreate(bd: Command, cli: Cli): void {
  verb(bd, 'create', {
    does: 'create a bead: one piece of work',
    examples: [
      'bd create --rig backend --title "Refactor auth middleware" --type task',
      'bd create "Fix the login form" --rig frontend -t bug -p 1',
      'bd create "Write it up" --deps be-auth --silent',
    ],
    json: 'the issue, as beads prints it',
    aliases: ['new'],
  })
    .argument('[title]')
    .option('--title <text>', 'the title, where it is not the first argument')
    .option(
      '--rig <name>',
      "the rig whose runtime works it (default: in a session its own, else the town's own beads)",
    )
    .option('-t, --type <type>', 'task, bug, feature, epic, chore … (default: task)')
    .option('-p, --priority <0-4>', '0 is the most urgent (default: 2)', priorityWord)
    .option('-d, --description <text>')
    .option('--design <text>')
    .option('--acceptance <text>', 'acceptance criteria')
    .option('--notes <text>')
    .option('--step <text>', 'one step of the work; given several times, in their order', repeated)
    .option('-a, --assignee <name>')
    .option('-l, --labels <labels>', 'with commas, or given several times', listed)
    .option('--label <labels>', 'the same', listed)
    .option(
      '--deps <ids>',
      'what it depends on: ID, blocks:ID (the other way round), discovered-from:ID …',
      listed,
    )
    .option('--parent <id>', 'the bead it is a part of')
    .option('--id <id>', 'an id of your choice')
    .option('--silent', 'print the bare id')
    .option('--actor <name>', 'who acts')
    .action(async (title: string | undefined, options: CreateOptions & { label?: readonly string[] }) => {
      const labels = [...(options.labels ?? []), ...(options.label ?? [])];
      const params = createParams(title, { ...options, labels }, cli.environment);
      await answer(cli, {
        method: 'bead/create',
        params: { ...params, ...actorOf(options, cli.environment) },
        text: (detail) => (options.silent ? [detail.bead.id] : createdLines(detail)),
        json: ({ bead }) => wrapped(issueJson(bead), cli.environment),
      });
    });
}

function createParams(
  first: string | undefined,
  options: CreateOptions,
  environment: Readonly<Record<string, string | undefined>>,
): BeadCreateParams {
  const { title = first, type, priority, description, design, acceptance, notes, assignee, id } = options;
  if (title === undefined) throw new Usage('A bead needs a title. See bd create --help.');
  if (first !== undefined && first !== title)
    throw new Usage('There are two titles: the first word, and --title.');
  const rig = options.rig ?? (environment['GT_SESSION'] ? environment['GT_RIG'] : undefined);
  const dependencies = [
    ...(options.deps ?? []),
    ...(options.parent ? [`parent-child:${options.parent}`] : []),
  ];
  const given = { rig, type, priority, description, design, acceptance, notes, assignee, id };
  return {
    title,
    ...present({ ...given, steps: options.step }),
    ...(options.labels?.length ? { labels: options.labels } : {}),
    ...(dependencies.length === 0 ? {} : { dependencies }),
  };
}
