import type { Command } from 'commander';
import type { Message, Nudge } from '../../domain/message.ts';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { paintOfState } from '../text/state.ts';
import { present, verb } from '../words.ts';

const keys =
  '{ id, from, to, text, state: queued|delivered|acknowledged, createdAt, typedAt?, deliveredAt?, acknowledgedAt?, how }; list: { messages: [as here] }; ack: { acknowledged: [as here] }';

interface NudgeOptions {
  readonly type?: boolean;
  readonly all?: boolean;
}

/** `gt nudge NAME TEXT`, and the two verbs beside it: no rig is called `list` or `ack`, and agents are named with their rig. */
export function addNudge(gt: Command, cli: Cli): void {
  verb(gt, 'nudge', {
    does: 'say something to an agent: it waits in the town until its next gt hook or gt prime, and counts once it is acknowledged',
    examples: [
      'gt nudge backend/nux "the API has changed, see be-auth"',
      'gt nudge backend/nux "go on" --type',
      'gt nudge list backend/nux',
      'gt nudge ack',
    ],
    json: keys,
  })
    .usage('<agent> <text...> | list [agent] | ack [message]')
    .argument('<words...>', 'an agent as RIG/NAME, and one line of text')
    .option('--type', 'also type it into the terminal; the last resort, which proves nothing')
    .option('--all', 'with list: those that were acknowledged too')
    .action(async ([first = '', ...rest]: string[], options: NudgeOptions) => {
      if (first === 'list') return await list(cli, rest, options);
      if (first === 'ack') return await acknowledge(cli, rest);
      if (rest.length === 0) throw new Usage('gt nudge takes an agent and some text. See gt nudge --help.');
      await send(cli, first, rest.join(' '), options);
    });
}

async function send(cli: Cli, agent: string, text: string, { type }: NudgeOptions): Promise<void> {
  await answer(cli, {
    method: 'nudge/send',
    params: { agent, text, ...(type ? { type: true } : {}) },
    text: ({ message, how }) => [
      `Queued ${displayText(message.id)} for ${displayText(message.to)}. ${displayText(how, 500)}`,
      `Next: gt nudge list ${displayText(message.to)}`,
    ],
    json: ({ message, how }) => ({ ...messageJson(message), how }),
  });
}

async function list(cli: Cli, [agent, ...more]: readonly string[], { all }: NudgeOptions): Promise<void> {
  if (more.length > 0) throw new Usage('gt nudge list takes at most one agent.');
  await answer(cli, {
    method: 'nudge/list',
    params: { ...present({ agent }), ...(all ? { all: true } : {}) },
    text: messagesLines,
    json: (messages) => ({ messages: messages.map(messageJson) }),
  });
}

async function acknowledge(cli: Cli, [message, ...more]: readonly string[]): Promise<void> {
  if (more.length > 0) throw new Usage('gt nudge ack takes at most one message.');
  if (!cli.environment['GT_SESSION']) {
    throw new Refusal('no-session', 'You are in no session: only the agent itself acknowledges a nudge.', {
      next: 'gt nudge list',
    });
  }
  await answer(cli, {
    method: 'nudge/acknowledge',
    params: present({ message }),
    text: ({ acknowledged }) =>
      acknowledged.length === 0
        ? ['Nothing waits.']
        : [`Acknowledged ${acknowledged.map(({ id }) => displayText(id)).join(', ')}.`],
    json: ({ acknowledged }) => ({ acknowledged: acknowledged.map(messageJson) }),
  });
}

function messagesLines(messages: readonly Nudge[], look: Look): string[] {
  if (messages.length === 0) return ['No nudge waits.'];
  const rows = messages.map(({ id, to, from, state, createdAt, typedAt, text }) => [
    id,
    to,
    from,
    typedAt !== undefined && state === 'queued' ? 'queued, typed' : state,
    ago(createdAt, look.now),
    text,
  ]);
  const columns = [
    { title: 'NUDGE' },
    { title: 'TO' },
    { title: 'FROM', shrinks: true },
    { title: 'STATE', paint: paintOfState },
    { title: 'SENT' },
    { title: 'TEXT', shrinks: true },
  ];
  return table(columns, rows, look);
}

function messageJson(message: Message): Record<string, unknown> {
  const { id, from, to, text, state, createdAt, deliveredAt, acknowledgedAt } = message;
  const typedAt = message.kind === 'nudge' ? message.typedAt : undefined;
  return { id, from, to, text, state, createdAt, typedAt, deliveredAt, acknowledgedAt };
}
