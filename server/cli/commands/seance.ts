import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { SeanceStartParams } from '../../protocol/seance.ts';
import { answer, type Cli } from '../cli.ts';
import { Told } from '../failure.ts';
import {
  pastKeys,
  pastSessionJson,
  pastSessionLines,
  pastSessionsLines,
  seanceKeys,
  startedSeance,
} from '../text/seance.ts';
import { present, verb, wholeNumber } from '../words.ts';
import { hostOption, type HostOption } from './hostOption.ts';

/** The town names the roles that there are. */
type Role = NonNullable<SeanceStartParams['role']>;

interface ListOptions {
  readonly role?: Role;
  readonly rig?: string;
  readonly recent?: number;
  readonly talk?: string;
  readonly prompt?: string;
}

export function addSeance(gt: Command, cli: Cli): void {
  const seance = verb(gt, 'seance', {
    does: 'list the sessions that have run, start one with its context, or ask a past one',
    examples: [
      'gt seance start --runtime gemini --rig infra',
      'gt seance --role crew --recent 5',
      'gt seance talk s-4kq1 -p "why did you drop the cache?"',
      'gt seance -t s-4kq1',
    ],
    json: `{ sessions: [${pastKeys}] }`,
  })
    .usage('[options] [command]')
    .option('--role <role>', 'only polecat, crew or mayor')
    .option('--rig <rig>', 'only of this rig')
    .option('--recent <number>', 'how many, the newest first', wholeNumber)
    .option('-t, --talk <session>', 'the same as gt seance talk')
    .option('-p, --prompt <question>', 'with --talk: one question, in the form that ends by itself')
    .action(async (options: ListOptions) => {
      if (options.talk !== undefined) await talkTo(cli, options.talk, options.prompt);
      else await list(cli, options);
    });
  addStart(seance, cli);
  addShow(seance, cli);
  addTalk(seance, cli);
}

async function list(cli: Cli, { role, rig, recent }: ListOptions): Promise<void> {
  await answer(cli, {
    method: 'seance/list',
    params: present({ role, rig, recent }),
    text: pastSessionsLines,
    json: (sessions) => ({ sessions: sessions.map(pastSessionJson) }),
  });
}

interface StartOptions extends HostOption {
  readonly runtime?: string;
  readonly rig?: string;
  readonly bead?: string;
  readonly role?: Role;
  readonly name?: string;
  readonly dryRun?: boolean;
}

function addStart(seance: Command, cli: Cli): void {
  hostOption(
    verb(seance, 'start', {
      does: 'start a session with its context: role and rig, hook, beads access, git state',
      examples: [
        'gt seance start --runtime gemini --rig infra',
        'gt seance start --rig backend --bead be-auth',
        'gt seance start --role crew --rig backend --name dave',
        'gt seance start --role mayor --dry-run',
      ],
      json: seanceKeys,
    })
      .option('--runtime <name>', "another runtime than the rig's")
      .option('--rig <rig>', 'where it works; not for the mayor')
      .option('--bead <bead>', 'on its hook; without one it waits for work')
      .option('--role <role>', 'polecat, crew or mayor; polecat where nothing is said')
      .option('--name <name>', 'of the crew member')
      .option('-n, --dry-run', 'say what would be started and told, and do nothing'),
  ).action(async (options: StartOptions) => {
    await answer(cli, {
      method: 'seance/start',
      params: startParams(options),
      text: startedSeance,
      json: (one) => one,
    });
  });
}

function startParams({ runtime, rig, bead, name, role, host, dryRun }: StartOptions): SeanceStartParams {
  return { ...present({ runtime, rig, bead, name, role, host }), ...(dryRun ? { dryRun: true } : {}) };
}

function addShow(seance: Command, cli: Cli): void {
  verb(seance, 'show', {
    does: 'show one session: who, with what, how it ended, and whether it can be asked',
    examples: ['gt seance show s-4kq1', 'gt seance show backend/nux'],
    json: pastKeys,
  })
    .argument('<session>', 'its id, a part of it that only one has, or its agent')
    .action(async (session: string) => {
      await answer(cli, {
        method: 'seance/get',
        params: { session },
        text: pastSessionLines,
        json: pastSessionJson,
      });
    });
}

function addTalk(seance: Command, cli: Cli): void {
  verb(seance, 'talk', {
    does: 'ask a past session, with its own runtime, on this terminal; in a fork of it where the runtime can',
    examples: ['gt seance talk s-4kq1', 'gt seance talk backend/nux -p "what is left to do?"'],
    json: '{ command, arguments, directory, runtimeLabel, readOnly }, and starts nothing',
  })
    .argument('<session>', 'its id, a part of it that only one has, or its agent')
    .option('-p, --prompt <question>', 'one question, in the form that ends by itself')
    .action(async (session: string, { prompt }: { prompt?: string }) => talkTo(cli, session, prompt));
}

/** Its exit code is ours. */
async function talkTo(cli: Cli, session: string, question: string | undefined): Promise<void> {
  const talk = await cli.ask('seance/talk', { session, ...present({ question }) });
  const { launch, runtimeLabel, readOnly } = talk;
  if (cli.json) {
    const { command, arguments: words, directory } = launch;
    cli.output.json({ command, arguments: words, directory, runtimeLabel, readOnly });
    return;
  }
  if (!readOnly) {
    cli.output.note([
      `${displayText(runtimeLabel)} cannot fork a session: what you say is added to the session itself.`,
    ]);
  }
  const { runHere } = await import('../runHere.ts');
  const code = await runHere(launch);
  if (code !== 0) throw new Told(code);
}
