import { Argument, type Command } from 'commander';
import type { NotificationLevel } from '../../domain/notificationLevel.ts';
import { displayText } from '../../domain/text.ts';
import type { Params } from '../../protocol/messages.ts';
import { answer, type Cli } from '../cli.ts';
import { counted } from '../text/state.ts';
import { present, verb } from '../words.ts';

const levelKeys = '{ who, level: verbose|normal|muted }';

export function addBroadcast(gt: Command, cli: Cli): void {
  verb(gt, 'broadcast', {
    does: 'say one line to everyone at work, as gt nudge does to one; people and the mayor do',
    examples: [
      'gt broadcast "main is frozen until noon"',
      'gt broadcast "commit now" --rig backend --urgent',
    ],
    json: '{ sent: [{ id, from, to, text, state, createdAt }], refused: [{ agent, message }] }',
  })
    .argument('<text...>', 'one line')
    .option('--rig <rig>', 'only in this rig')
    .option('--all', 'the mayor, too')
    .option('--urgent', 'also to those who are muted')
    .option('--dry-run', 'say who would get it, and send nothing')
    .action(async (words: string[], options: Omit<Params<'nudge/broadcast'>, 'text'>) => {
      const { rig, all, urgent, dryRun } = options;
      await answer(cli, {
        method: 'nudge/broadcast',
        params: { text: words.join(' '), ...present({ rig, all, urgent, dryRun }) },
        text: ({ sent, refused }) => [
          `${dryRun === true ? 'Would queue' : 'Queued'} for ${counted(sent.length, 'agent')}${sent.length === 0 ? '.' : `: ${sent.map(({ to }) => displayText(to)).join(', ')}`}`,
          ...refused.map(
            ({ agent, message }) => `Not for ${displayText(agent)}: ${displayText(message, 300)}`,
          ),
        ],
        json: (result) => result,
      });
    });
  addDnd(gt, cli);
  addNotify(gt, cli);
}

function addDnd(gt: Command, cli: Cli): void {
  verb(gt, 'dnd', {
    does: 'do not disturb: what is not urgent waits until it is off again; in a session for its agent, else for you',
    examples: ['gt dnd on', 'gt dnd off', 'gt dnd on backend/nux', 'gt dnd'],
    json: levelKeys,
  })
    .addArgument(new Argument('[state]', 'on, off or status').choices(['on', 'off', 'status']))
    .argument('[agent]', 'whose; a session decides for itself only')
    .action(async (state: string | undefined, agent: string | undefined) => {
      if (state === 'on' || state === 'off')
        return await set(cli, state === 'on' ? 'muted' : 'normal', agent);
      await show(cli, agent);
    });
}

function addNotify(gt: Command, cli: Cli): void {
  verb(gt, 'notify', {
    does: 'how much reaches you: muted is gt dnd on; verbose is the same as normal',
    examples: ['gt notify muted', 'gt notify normal', 'gt notify'],
    json: levelKeys,
  })
    .addArgument(new Argument('[level]', 'verbose, normal or muted').choices(['verbose', 'normal', 'muted']))
    .argument('[agent]', 'whose; a session decides for itself only')
    .action(async (level: NotificationLevel | undefined, agent: string | undefined) => {
      if (level !== undefined) return await set(cli, level, agent);
      await show(cli, agent);
    });
}

interface Level {
  readonly who: string;
  readonly level: NotificationLevel;
}

async function set(cli: Cli, level: NotificationLevel, agent: string | undefined): Promise<void> {
  const params = { level, ...present({ agent }) };
  await answer(cli, { method: 'notify/set', params, text: levelLines, json: (now) => now });
}

async function show(cli: Cli, agent: string | undefined): Promise<void> {
  await answer(cli, {
    method: 'notify/get',
    params: present({ agent }),
    text: levelLines,
    json: (now) => now,
  });
}

function levelLines({ who, level }: Level): string[] {
  const said = level === 'muted' ? 'muted: only what is urgent comes through' : level;
  return [`${displayText(who)} is ${said}.`];
}
