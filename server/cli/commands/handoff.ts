import type { Command } from 'commander';
import type { Handoff, HandoffWords } from '../../domain/handoff.ts';
import { displayText } from '../../domain/text.ts';
import { agentHere } from '../agentHere.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { packetKeys, packetText } from '../text/packet.ts';
import { sessionJson, sessionKeys } from '../text/session.ts';
import { present, repeated, verb } from '../words.ts';
import { addCheckpoint } from './checkpoint.ts';
import { hostOption, type HostOption } from './hostOption.ts';

interface Options extends HostOption {
  readonly subject?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly stdin?: boolean;
  readonly decided?: readonly string[];
  readonly tried?: readonly string[];
  readonly question?: readonly string[];
  readonly runtime?: string;
  readonly auto?: boolean;
  readonly cycle?: boolean;
  readonly dryRun?: boolean;
}

export function addHandoffPacket(gt: Command, cli: Cli): void {
  hostOption(
    verb(gt, 'handoff', {
      does: 'write the packet for whoever goes on with the work, end the session, and let a fresh one go on with it',
      examples: [
        'gt handoff -m "tests of the cache are left" --tried "a global lock"   in a session',
        'gt handoff be-auth --dry-run',
        'gt handoff backend/nux --runtime codex -m "go on with the tests"',
      ],
      json: `${packetKeys}; of a person without --auto and --dry-run: ${sessionKeys}`,
    })
      .argument('[bead|role]', 'a bead, RIG/NAME, RIG/crew/NAME or mayor; in a session its own')
      .option('-s, --subject <line>', 'one line')
      .option('-m, --message <text>', 'where it stands, and what is next')
      .option('--decided <text>', 'a decision; may be given several times', repeated)
      .option('--tried <text>', 'what did not work; may be given several times', repeated)
      .option('--question <text>', 'an open question; may be given several times', repeated)
      .option('--stdin', 'the message is piped in')
      .option('--runtime <name>', 'who goes on; the same where nothing is said')
      .option('--reason <text>', 'why it is handed over; stands before the message')
      .option('--auto', 'only write the packet, and let the session go on')
      .option('--cycle', 'the same as --auto: a runtime that compacts its context goes on by itself')
      .option('-n, --dry-run', 'print the packet, and keep nothing')
      .option('-c, --collect', 'as it is anyway: commits, files, checks and questions are in every packet')
      .option(
        '--no-git-check',
        'accepted: what is not committed stays in the worktree, and stands in the packet',
      )
      .option('-y, --yes', 'accepted: nothing is lost by it, so nothing is asked')
      .option('-w, --watch', 'accepted: an editor brings the fresh session to the front by itself')
      .option('--no-watch', 'accepted, and changes nothing'),
  ).action(async (target: string | undefined, options: Options) => handOver(cli, target, options));
  addResumeWork(gt, cli);
  addCheckpoint(gt, cli);
}

async function handOver(cli: Cli, target: string | undefined, options: Options): Promise<void> {
  const inSession = Boolean(cli.environment['GT_SESSION']);
  const agent = target ?? agentHere(cli);
  if (agent === undefined && !inSession)
    throw new Usage('gt handoff takes a bead or an agent outside a session. See gt handoff --help.');
  const words = await wordsOf(options);
  if (!inSession && agent !== undefined && !(options.auto || options.cycle || options.dryRun))
    return await giveOver(cli, agent, words, options);
  const dryRun = options.dryRun === true;
  const next = inSession ? nextOf(options) : {};
  await answer(cli, {
    method: 'handoff/write',
    params: { ...present({ agent }), words, ...(dryRun ? { dryRun } : {}), ...next },
    text: (packet) => [
      ...packetText(packet),
      dryRun ? 'Nothing was kept.' : whatFollows(packet, 'next' in next),
    ],
    json: (packet) => packet,
  });
}

/** An agent's own session ends for the next one, unless it is only to write. */
function nextOf({ auto, cycle, runtime, host }: Options): {
  readonly next?: Pick<Options, 'runtime' | 'host'>;
} {
  return auto === true || cycle === true ? {} : { next: present({ runtime, host }) };
}

function whatFollows({ agent, from, to = from }: Handoff, isNext: boolean): string {
  return isNext
    ? `This session is asked to stop now. When it has ended, a fresh session of ${displayText(to)} goes on with the packet.`
    : `Next: gt handoff ${displayText(agent)} of a person begins a fresh session with it.`;
}

async function giveOver(
  cli: Cli,
  target: string,
  words: HandoffWords,
  { runtime, host }: Options,
): Promise<void> {
  // A bead stands for whoever holds it.
  const { agent } = await cli.ask('handoff/write', { agent: target, words, dryRun: true });
  await answer(cli, {
    method: 'session/handoff',
    params: { agent, words, ...present({ runtime, host }) },
    text: (one) => [
      `Handed off ${displayText(one.agent)} to a fresh session of ${displayText(one.runtime)}: ${displayText(one.id)} (${one.host}).`,
      `Its packet: gt resume ${displayText(one.bead ?? one.agent)}`,
    ],
    json: sessionJson,
  });
}

async function wordsOf(options: Options): Promise<HandoffWords> {
  const { subject, message, reason, stdin, decided: decisions, tried, question: questions } = options;
  if (stdin === true && message !== undefined)
    throw new Usage('The message is either given, or piped in: not both.');
  const said = stdin === true ? await (await import('../stdinText.ts')).stdinText() : message;
  const text = [reason, said].filter((each) => each !== undefined && each.trim() !== '').join('\n\n');
  return present({ subject, text: text === '' ? undefined : text, decisions, tried, questions });
}

function addResumeWork(gt: Command, cli: Cli): void {
  verb(gt, 'resume', {
    does: 'print what the session before left: the newest packet of a bead, of an agent, or in a session of its own work',
    examples: ['gt resume', 'gt resume be-auth', 'gt resume backend/nux --json'],
    json: `{ handoff?: ${packetKeys} }`,
  })
    .argument('[bead|role]', 'a bead, RIG/NAME, RIG/crew/NAME or mayor; in a session its own')
    .action(async (target: string | undefined) => {
      await answer(cli, {
        method: 'handoff/get',
        params: present({ of: target ?? agentHere(cli) }),
        text: ({ handoff }) => (handoff ? packetText(handoff) : ['Nothing was handed over.']),
        json: (result) => result,
      });
    });
}
