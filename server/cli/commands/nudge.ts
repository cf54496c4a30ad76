import { type Command, Option } from 'commander';
import type { Message, Nudge } from '../../domain/message.ts';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import type { Result } from '../../protocol/messages.ts';
import { counted, paintOfState } from '../text/state.ts';
import { present, verb } from '../words.ts';
import { drain } from './mailQueue.ts';

const keys =
  '{ id, from, to, text, state: queued|delivered|acknowledged, createdAt, typedAt?, deliveredAt?, acknowledgedAt?, how }; list: { messages: [as here] }; ack: { acknowledged: [as here] }';

type Mode = (typeof modes)[number];

const modes = ['wait-idle', 'queue', 'immediate'] as const;

interface NudgeOptions {
  readonly type?: boolean;
  readonly mode?: Mode;
  readonly priority?: 'normal' | 'urgent';
  readonly force?: boolean;
  readonly stdin?: boolean;
  readonly ifFresh?: boolean;
  readonly all?: boolean;
  readonly message?: string;
  readonly quiet?: boolean;
}

/** `gt nudge NAME TEXT`, and the two verbs beside it: no rig is called `list` or `ack`, and agents are named with their rig. */
export function addNudge(gt: Command, cli: Cli): void {
  verb(gt, 'nudge', {
    does: 'say something to an agent: it waits in the town until its next gt hook or gt prime, and counts once it is acknowledged',
    examples: [
      'gt nudge backend/nux "the API has changed, see be-auth"',
      'gt nudge backend/nux "go on" --type',
      'gt nudge channel:builds "main is red"',
      'gt nudge list backend/nux',
      'gt nudge ack',
    ],
    json: keys,
  })
    .usage('<agent> <text...> | list [agent] | ack [message] | drain')
    .argument(
      '<words...>',
      'an agent as RIG/NAME, a group as @NAME or a channel as channel:NAME, and one line of text',
    )
    .option('-m, --message <text>', 'the text')
    .option('--type', 'also type it into the terminal; the last resort, which proves nothing')
    .addOption(
      new Option(
        '--mode <mode>',
        'wait-idle and queue are what it does anyway: it waits until the agent asks; immediate is --type of a person, and waits of an agent',
      ).choices(modes),
    )
    .addOption(
      new Option('--priority <priority>', 'urgent reaches an agent that is muted, too').choices([
        'normal',
        'urgent',
      ]),
    )
    .option('-f, --force', 'the same as --priority urgent')
    .option('--queue', 'as it is anyway')
    .option('--direct', 'accepted: nothing is sent past the queue')
    .option('-q, --quiet', 'with drain, accepted: exit 0 also where nothing waits')
    .option('--stdin', 'the text is piped in')
    .option('--if-fresh', 'in a session: only in its first minute, so that a compaction says nothing twice')
    .option('--all', 'with list: those that were acknowledged too')
    .action(async ([first = '', ...rest]: string[], options: NudgeOptions) => {
      if (first === 'list') return await list(cli, rest, options);
      if (first === 'ack') return await acknowledge(cli, rest);
      if (first === 'drain' && rest.length === 0) return await drain(cli);
      if (options.message !== undefined) rest.push(options.message);
      if (options.stdin === true) return await send(cli, first, await piped(rest), options);
      if (rest.length === 0) throw new Usage('gt nudge takes an agent and some text. See gt nudge --help.');
      await send(cli, first, rest.join(' '), options);
    });
}

async function piped(words: readonly string[]): Promise<string> {
  if (words.length > 0) throw new Usage('The text is either given, or piped in: not both.');
  return (await (await import('../stdinText.ts')).stdinText()).trim();
}

/** Of several agents: each has a queue of its own, and who has too much unread is left out. */
async function sendEach(cli: Cli, address: string, said: { text: string; urgent?: boolean }): Promise<void> {
  await answer(cli, {
    method: 'nudge/each',
    params: { address, ...said },
    text: eachLines,
    json: ({ sent, refused }) => ({ sent: sent.map(messageJson), refused }),
  });
}

function eachLines({ sent, refused }: Result<'nudge/each'>): string[] {
  const names = sent.map(({ to }) => displayText(to)).join(', ');
  return [
    sent.length === 0
      ? 'Nobody there has a session.'
      : `Queued for ${counted(sent.length, 'agent')}: ${names}`,
    ...refused.map(({ agent, message }) => `Not for ${displayText(agent)}: ${displayText(message, 300)}`),
  ];
}

/** What reads no nudge, since it is code: a letter to it goes to the person, which is said. */
async function sendToDuty(cli: Cli, role: string, text: string, urgent: boolean): Promise<void> {
  const subject = Array.from(text).slice(0, 200).join('');
  const more = subject === text ? '' : text;
  await answer(cli, {
    method: 'mail/send',
    params: { to: [role], subject, text: more, ...(urgent ? { urgent } : {}) },
    text: ({ sent, notes }) => [
      ...notes.map((note) => displayText(note, 300)),
      ...sent.map(({ id, to }) => `Queued ${displayText(id)} for ${displayText(to)}, as a letter.`),
    ],
    json: ({ sent, notes }) => ({ ...(sent[0] ? messageJson(sent[0]) : {}), how: notes.join(' ') }),
  });
}

const duty = /^(?:deacon|boot)(?:\/|$)|^[^/]+\/(?:witness|refinery)$/u;

const several = /^@|^(?:group|list|channel|announce):|\/\*$/u;

async function send(cli: Cli, agent: string, text: string, options: NudgeOptions): Promise<void> {
  if (options.ifFresh === true && !(await isFresh(cli))) {
    if (cli.json) cli.output.json({ sent: false });
    else cli.output.print(['Nothing was sent: this session is not fresh any more.']);
    return;
  }
  const urgent = options.priority === 'urgent' || options.force === true;
  if (duty.test(agent)) return await sendToDuty(cli, agent, text, urgent);
  if (several.test(agent)) return await sendEach(cli, agent, { text, ...(urgent ? { urgent } : {}) });
  const typed = options.type === true || (options.mode === 'immediate' && !cli.environment['GT_SESSION']);
  await answer(cli, {
    method: 'nudge/send',
    params: { agent, text, ...(typed ? { type: true } : {}), ...(urgent ? { urgent } : {}) },
    text: ({ message, how }) => [
      `Queued ${displayText(message.id)} for ${displayText(message.to)}. ${displayText(how, 500)}`,
      `Next: gt nudge list ${displayText(message.to)}`,
    ],
    json: ({ message, how }) => ({ ...messageJson(message), how }),
  });
}

const freshMs = 60_000;

/** Outside a session everything is. */
async function isFresh({ ask, environment, output }: Cli): Promise<boolean> {
  const agent = environment['BD_ACTOR'];
  if (!environment['GT_SESSION'] || !agent) return true;
  const [session] = await ask('session/list', { agent });
  return (
    session !== undefined && output.look.now - Date.parse(session.startedAt ?? session.createdAt) < freshMs
  );
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
