import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { BeadUpdateParams, BeadView } from '../../protocol/bead.ts';
import { actorOf, type ActorOptions } from '../actor.ts';
import { issueJson, wrapped } from '../beadsJson.ts';
import type { Cli } from '../cli.ts';
import { exits, failureLines, failureOf, Told, Usage } from '../failure.ts';
import { listed, present, repeated, verb } from '../words.ts';
import { priorityWord, stepNumbers } from './beadOptions.ts';

interface UpdateOptions extends ActorOptions {
  readonly status?: string;
  readonly priority?: number;
  readonly title?: string;
  readonly type?: string;
  readonly assignee?: string;
  readonly claim?: boolean;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  readonly appendNotes?: string;
  readonly addLabel?: readonly string[];
  readonly removeLabel?: readonly string[];
  readonly addStep?: readonly string[];
  readonly stepDone?: readonly number[];
  readonly stepOpen?: readonly number[];
}

export function addWrites(bd: Command, cli: Cli): void {
  addUpdate(bd, cli);
  addClose(bd, cli);
}

function addUpdate(bd: Command, cli: Cli): void {
  verb(bd, 'update', {
    does: 'change beads',
    examples: [
      'bd update be-auth --claim',
      'bd update be-auth --status in_progress',
      'bd update be-auth -p 1 --add-label urgent',
      'bd update be-auth --step-done 2',
    ],
    json: 'an array of the changed issues',
  })
    .argument('<id...>')
    .option('-s, --status <status>')
    .option('--claim', 'take it: it must be open, and free or yours; of many who try, one succeeds')
    .option('-a, --assignee <name>', 'an empty one clears it')
    .option('-p, --priority <0-4>', '', priorityWord)
    .option('--title <text>')
    .option('-t, --type <type>')
    .option('--add-label <labels>', 'with commas, or given several times', listed)
    .option('--remove-label <labels>', 'the same', listed)
    .option('-d, --description <text>')
    .option('--design <text>')
    .option('--acceptance <text>')
    .option('--notes <text>', 'in place of those that are there')
    .option('--append-notes <text>', 'after those that are there')
    .option('--add-step <text>', 'after those that are there; may be given several times', repeated)
    .option('--step-done <number>', 'as bd show lists it; may be given several times', stepNumbers)
    .option('--step-open <number>', 'the same', stepNumbers)
    .option('--actor <name>', 'who acts')
    .action(async (ids: string[], options: UpdateOptions) => {
      const change = updateParams(options);
      if (Object.keys(change).length === 0)
        throw new Usage('There is nothing to change. See bd update --help.');
      const acting = actorOf(options, cli.environment);
      await eachOf(cli, ids, 'Updated', (bead) => cli.ask('bead/update', { bead, ...change, ...acting }));
    });
}

function updateParams(options: UpdateOptions): Omit<BeadUpdateParams, 'bead'> {
  const { addLabel, removeLabel, addStep, stepDone, stepOpen, claim, actor: _, ...fields } = options;
  const named = [
    'status',
    'priority',
    'title',
    'type',
    'assignee',
    'description',
    'design',
    'acceptance',
    'notes',
    'appendNotes',
  ];
  const changed = Object.fromEntries(Object.entries(fields).filter(([name]) => named.includes(name)));
  return {
    ...changed,
    ...present({ addLabels: addLabel, removeLabels: removeLabel }),
    ...present({ addSteps: addStep, stepsDone: stepDone, stepsOpen: stepOpen }),
    ...(claim ? { claim } : {}),
  };
}

function addClose(bd: Command, cli: Cli): void {
  verb(bd, 'close', {
    does: 'close beads; what is on a hook is finished with gt done instead',
    examples: ['bd close be-auth', 'bd close be-auth fe-login -r "Done by hand"'],
    json: 'an array of the closed issues',
    aliases: ['done'],
  })
    .argument('<id...>')
    .option('-r, --reason <text>', 'one for all, or one for each in their order', repeated)
    .option('-f, --force', 'though others should be closed before it')
    .option('--session <id>', 'without effect: the town knows its sessions')
    .option('--actor <name>', 'who acts')
    .action(
      async (ids: string[], options: ActorOptions & { reason?: readonly string[]; force?: boolean }) => {
        const { reason = [], force } = options;
        await eachOf(cli, ids, 'Closed', (bead, at) => {
          const why = reason[at] ?? reason.at(-1);
          const params = { bead, ...present({ reason: why }), ...(force ? { force } : {}) };
          return cli.ask('bead/close', { ...params, ...actorOf(options, cli.environment) });
        });
      },
    );
}

/** Each bead stands alone. As with beads, it is a success when one of them was changed. */
async function eachOf(
  cli: Cli,
  ids: readonly string[],
  did: string,
  change: (bead: string, at: number) => Promise<BeadView>,
): Promise<void> {
  const changed: BeadView[] = [];
  const failures: unknown[] = [];
  for (const [at, id] of ids.entries()) {
    try {
      changed.push(await change(id, at));
    } catch (error) {
      if (failureOf(error).exit !== exits.refused) throw error;
      failures.push(error);
    }
  }
  const [only] = failures;
  if (ids.length === 1 && only !== undefined) throw only;
  if (cli.json)
    cli.output.json(
      wrapped(
        changed.map(({ bead }) => issueJson(bead)),
        cli.environment,
      ),
    );
  else
    cli.output.print(
      changed.map(
        ({ bead }) => `${did} ${displayText(bead.id)}: ${displayText(bead.title)} (${bead.status})`,
      ),
    );
  for (const failure of failures) cli.output.note(failureLines(cli.name, failureOf(failure)));
  if (changed.length === 0) throw new Told(exits.refused);
}
