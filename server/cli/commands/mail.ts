import { type Command, Option } from 'commander';
import type { Mail, MailType } from '../../domain/message.ts';
import { parsePriority } from '../../domain/beadFields.ts';
import { displayText } from '../../domain/text.ts';
import type { MailSendParams } from '../../protocol/mail.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { mailJson, mailKeys } from '../text/mail.ts';
import { listed, noun, present, verb } from '../words.ts';
import { addMailBox } from './mailBox.ts';
import { addDestinations } from './mailDestinations.ts';
import { addMailQueue } from './mailQueue.ts';
import { addMailReading } from './mailReading.ts';

const types = ['task', 'escalation', 'scavenge', 'notification', 'reply'] as const satisfies MailType[];

export interface SendOptions {
  readonly subject?: string;
  readonly message?: string;
  readonly body?: string;
  readonly stdin?: boolean;
  readonly type?: MailType;
  readonly priority?: string;
  readonly urgent?: boolean;
  readonly cc?: readonly string[];
  readonly replyTo?: string;
  readonly pinned?: boolean;
  readonly from?: string;
  readonly self?: boolean;
  readonly human?: boolean;
}

export function addMail(gt: Command, cli: Cli): void {
  const mail = noun(gt, 'mail', 'letters between agents and people: queued, delivered, acknowledged', [
    'gt mail inbox',
    'gt mail send mayor/ -s "API changed" -m "see be-auth"',
    'gt mail check',
  ]);
  addSend(mail, cli);
  addReply(mail, cli);
  addMailReading(mail, cli);
  addMailBox(mail, cli);
  addMailQueue(mail, cli);
  addDestinations(mail, cli);
}

function addSend(mail: Command, cli: Cli): void {
  textOptions(
    verb(mail, 'send', {
      does: 'send a letter; an agent gets it with its next prompt, gt hook, gt prime or gt mail check',
      examples: [
        'gt mail send backend/nux -s "API changed" -m "see be-auth"',
        'gt mail send backend/polecats/* -s "Freeze" -m "commit what you have" --urgent',
        'gt mail send queue:work -s "Update the licence headers" --type task',
        'gt mail send overseer -s "Report" --stdin < report.txt',
      ],
      json: `{ sent: [${mailKeys}], notes: [why somebody else got it] }`,
    })
      .argument(
        '[address...]',
        'overseer, mayor/, RIG/NAME, RIG/crew/NAME, RIG/polecats/*, @town, @crew, @rig/RIG, @role/ROLE, @GROUP, queue:NAME, channel:NAME; gt mail directory lists them',
      )
      .requiredOption('-s, --subject <line>', 'one line'),
  )
    .addOption(new Option('--type <type>', 'what it is').choices(types))
    .option('--reply-to <letter>', 'the letter that it answers; it joins its thread')
    .option('--self', 'to yourself: what the next session of the same hook is to read')
    .option('--human', 'to the person of the town, as overseer')
    .option('--from <address>', 'refused where it is not you: nobody writes in the name of another')
    .action(async (addresses: string[], options: SendOptions) => {
      const to = [...addresses, ...ownAddresses(cli, options)];
      if (to.length === 0) throw new Usage('gt mail send takes an address. See gt mail directory.');
      await send(cli, { to, subject: options.subject ?? '', ...(await sendParams(options)) });
    });
}

function ownAddresses({ environment }: Cli, { self, human }: SendOptions): string[] {
  const own = environment['GT_SESSION'] ? environment['BD_ACTOR'] : undefined;
  return [...(self === true ? [own ?? 'overseer'] : []), ...(human === true ? ['overseer'] : [])];
}

function addReply(mail: Command, cli: Cli): void {
  textOptions(
    verb(mail, 'reply', {
      does: 'answer a letter, in its thread',
      examples: ['gt mail reply m-4kq1x2 -m "done in be-auth"'],
      json: `{ sent: [${mailKeys}], notes }`,
    })
      .argument('<letter>', 'its id, or its number in the inbox')
      .argument('[text...]', 'the same as -m')
      .option('-s, --subject <line>', 'another subject than Re: and the old one'),
  ).action(async (id: string, words: string[], options: SendOptions) => {
    const { mail: answered } = await cli.ask('mail/get', { message: id, peek: true });
    if (!answered) throw new Usage(`There is no letter ${displayText(id, 40)}.`);
    const said = words.length > 0 ? { ...options, message: words.join(' ') } : options;
    const subject = options.subject ?? reSubject(answered.subject);
    await send(cli, { to: [answered.from], subject, ...(await sendParams(said)), replyTo: answered.id });
  });
}

function reSubject(subject: string): string {
  return /^re:/iu.test(subject) ? subject : `Re: ${subject}`.slice(0, 200);
}

function textOptions(command: Command): Command {
  return command
    .option('-m, --message <text>', 'the text')
    .option('--body <text>', 'the same as --message')
    .option('--stdin', 'the text is piped in')
    .option('--priority <0-4>', '0 is the most urgent; 0 and 1 stand in the attention list of a person')
    .option('--urgent', 'the most urgent; it reaches also who wants to be left alone')
    .option('--cc <address>', 'also to them; may be given several times, or with commas', listed)
    .option('-n, --notify', 'as it is anyway: every letter comes with the next prompt of an agent that runs')
    .option('--no-notify', 'accepted, and changes nothing: nothing is typed for a letter')
    .option('--pinned', 'gt mail clear leaves it, and it goes last where old letters go')
    .option('--permanent', 'accepted, and changes nothing: unread letters are kept')
    .option('--wisp', 'accepted, and changes nothing');
}

async function sendParams(options: SendOptions): Promise<Omit<MailSendParams, 'to' | 'subject'>> {
  const { type, urgent, cc, replyTo, stdin, pinned, from } = options;
  const said = options.message ?? options.body;
  if (stdin === true && said !== undefined)
    throw new Usage('The text is either given, or piped in: not both.');
  const text = stdin === true ? await (await import('../stdinText.ts')).stdinText() : (said ?? '');
  const priority = options.priority === undefined ? undefined : parsePriority(options.priority);
  return {
    text,
    ...present({ type, cc, replyTo, priority, pinned, from }),
    ...(urgent === true ? { urgent } : {}),
  };
}

async function send(cli: Cli, params: MailSendParams): Promise<void> {
  await answer(cli, {
    method: 'mail/send',
    params,
    text: ({ sent, notes }) => [...notes.map((note) => displayText(note, 300)), ...sentLines(sent)],
    json: ({ sent, notes }) => ({ sent: sent.map(mailJson), notes }),
  });
}

function sentLines(sent: readonly Mail[]): string[] {
  const [first] = sent;
  if (!first) return ['Nobody was written to.'];
  if (sent.length === 1) return [`Queued ${displayText(first.id)} for ${displayText(first.to)}.`];
  const all = sent.map(({ to }) => displayText(to)).join(', ');
  return [`Queued ${sent.length} letters, to ${all}.`];
}
