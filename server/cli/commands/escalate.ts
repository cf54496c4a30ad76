import { type Command, Option } from 'commander';
import type { Escalation } from '../../domain/escalation.ts';
import { severities, type Severity } from '../../domain/severity.ts';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { escalationJson, escalationKeys, escalationLines, escalationsLines } from '../text/escalation.ts';
import { present, verb } from '../words.ts';

interface Options {
  readonly severity?: Severity;
  readonly reason?: string;
  readonly source?: string;
  readonly related?: string;
  readonly stdin?: boolean;
  readonly dryRun?: boolean;
}

export function addEscalate(gt: Command, cli: Cli): void {
  const escalate = verb(gt, 'escalate', {
    does: 'raise what only a person can decide; after 4 hours that nobody took it, it is raised again, twice at most',
    examples: [
      'gt escalate "the API key has expired" -s high -r "every test of billing fails"',
      'gt escalate "per user or per key?" --related be-limit',
      'gt escalate list',
    ],
    json: escalationKeys,
  })
    .usage('[options] <description...> | [command]')
    .argument('[description...]', 'one line')
    .addOption(
      new Option('-s, --severity <severity>', 'high and critical stand at the top of the attention list')
        .choices(severities)
        .argParser(severityWord),
    )
    .option('-r, --reason <text>', 'why')
    .option('--source <text>', 'what it came from: patrol, plugin:NAME')
    .option('--related <bead>', 'the bead that it is about')
    .option('--stdin', 'the reason is piped in')
    .option('-n, --dry-run', 'say what would be raised, and keep nothing')
    .action(async (words: string[], options: Options) => raise(cli, words.join(' '), options));
  addList(escalate, cli);
  addChanges(escalate, cli);
}

function severityWord(word: string): Severity {
  const lower = word.toLowerCase();
  const known = severities.find((each) => each === lower);
  if (known === undefined)
    throw new Usage(`--severity is critical, high, medium or low, not ${displayText(word, 40)}.`);
  return known;
}

async function raise(cli: Cli, description: string, options: Options): Promise<void> {
  const { severity, source, related: bead, stdin, dryRun } = options;
  if (description === '')
    throw new Usage('gt escalate takes what has to be decided. See gt escalate --help.');
  if (stdin === true && options.reason !== undefined)
    throw new Usage('The reason is either given, or piped in: not both.');
  const reason = stdin === true ? await (await import('../stdinText.ts')).stdinText() : options.reason;
  await answer(cli, {
    method: 'escalation/create',
    params: {
      description,
      ...present({ severity, reason, source, bead }),
      ...(dryRun === true ? { dryRun } : {}),
    },
    text: (one) => [
      `${dryRun === true ? 'Would escalate' : `Escalated ${displayText(one.id)}`} (${one.severity}): ${displayText(one.description, 500)}`,
      ...(dryRun === true ? [] : ['It stands in the attention list until a person takes it: gt attention']),
    ],
    json: (one) => escalationJson(one),
  });
}

function addList(escalate: Command, cli: Cli): void {
  const list = async (params: { all?: boolean; stale?: boolean }, none: string): Promise<void> => {
    await answer(cli, {
      method: 'escalation/list',
      params,
      text: (all, look) => (all.length === 0 ? [none] : escalationsLines(all, look)),
      json: (all) => ({ escalations: all.map(escalationJson) }),
    });
  };
  verb(escalate, 'list', {
    does: 'list what was escalated and is not closed, the most pressing first',
    examples: ['gt escalate list', 'gt escalate list --all'],
    json: `{ escalations: [${escalationKeys}] }`,
  })
    .option('--all', 'those that are closed, too')
    .action(async ({ all }: { all?: boolean }) => list(present({ all }), 'Nothing is escalated.'));
  verb(escalate, 'stale', {
    does: 'list what nobody has taken for 4 hours; the town raises it again by itself',
    examples: ['gt escalate stale'],
    json: `{ escalations: [${escalationKeys}] }`,
  })
    .option('-n, --dry-run', 'accepted: this only lists')
    .action(async () => list({ stale: true }, 'Nothing waits too long.'));
  verb(escalate, 'show', {
    does: 'show one escalation',
    examples: ['gt escalate show es-4kq1x'],
    json: escalationKeys,
  })
    .argument('<escalation>')
    .action(async (escalation: string) => {
      await answer(cli, {
        method: 'escalation/get',
        params: { escalation },
        text: escalationLines,
        json: escalationJson,
      });
    });
}

function addChanges(escalate: Command, cli: Cli): void {
  const done = (word: string) => (one: Escalation) => [
    `${word} ${displayText(one.id)}: ${displayText(one.description, 500)}`,
  ];
  verb(escalate, 'ack', {
    does: 'take an escalation, so that it is not raised again; a person does',
    examples: ['gt escalate ack es-4kq1x'],
    json: escalationKeys,
  })
    .argument('<escalation>')
    .action(async (escalation: string) => {
      await answer(cli, {
        method: 'escalation/acknowledge',
        params: { escalation },
        text: (one) => [...done('Took')(one), `Next: gt escalate close ${displayText(one.id)} --reason TEXT`],
        json: escalationJson,
      });
    });
  verb(escalate, 'close', {
    does: 'close an escalation; a person does, or whoever raised it',
    examples: ['gt escalate close es-4kq1x --reason "new key in place"'],
    json: escalationKeys,
  })
    .argument('<escalation>')
    .option('-r, --reason <text>', 'how it was decided')
    .action(async (escalation: string, { reason }: { reason?: string }) => {
      await answer(cli, {
        method: 'escalation/close',
        params: { escalation, ...present({ reason }) },
        text: done('Closed'),
        json: escalationJson,
      });
    });
}
