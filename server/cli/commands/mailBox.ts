import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { Mail } from '../../domain/message.ts';
import type { MailMark } from '../../domain/mail.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { table } from '../table.ts';
import { mailJson, mailKeys } from '../text/mail.ts';
import { counted } from '../text/state.ts';
import { present, verb } from '../words.ts';

/** What is done with the letters of a mailbox. */
export function addMailBox(mail: Command, cli: Cli): void {
  for (const mark of marks) addMark(mail, cli, mark);
  addDirectory(mail, cli);
}

interface Mark {
  readonly name: string;
  readonly as: MailMark;
  readonly does: string;
  readonly aliases?: readonly string[];
}

const marks: readonly Mark[] = [
  { name: 'mark-read', as: 'read', does: 'mark letters as read', aliases: ['ack'] },
  {
    name: 'mark-unread',
    as: 'unread',
    does: 'mark letters as unread; they are not given to an agent again',
  },
  { name: 'archive', as: 'archived', does: 'put letters away; gt mail inbox --all still lists them' },
  { name: 'delete', as: 'deleted', does: 'delete letters from a mailbox' },
];

interface MarkOptions {
  readonly all?: boolean;
  readonly identity?: string;
  readonly stale?: boolean;
  readonly dryRun?: boolean;
}

function addMark(mail: Command, cli: Cli, { name, as, does, aliases }: Mark): void {
  const command = verb(mail, name, {
    does,
    examples: [`gt mail ${name} m-4kq1x2`, `gt mail ${name} --all`],
    json: `{ mail: [${mailKeys}] }`,
    ...(aliases ? { aliases } : {}),
  })
    .argument('[letters...]', 'their ids, or numbers in the inbox')
    .option('--all', 'every letter of the inbox but those that are claimed and not done with')
    .option('--identity <address>', 'whose mailbox; a session has its own only');
  if (as === 'archived') {
    command
      .option('--stale', 'those that came before this session began')
      .option('-n, --dry-run', 'list them, and put nothing away');
  }
  command.action(async (messages: string[], { all, identity, stale, dryRun }: MarkOptions) => {
    if ([messages.length > 0, all === true, stale === true].filter(Boolean).length !== 1)
      throw new Usage(`gt mail ${name} takes letters, or --all${as === 'archived' ? ', or --stale' : ''}.`);
    const of = present({ of: identity });
    const old = stale === true ? await staleMail(cli, identity) : undefined;
    const chosen = old?.map(({ id }) => id) ?? messages;
    if (old && (dryRun === true || old.length === 0)) return sayOld(cli, old);
    if (dryRun === true) throw new Usage('--dry-run goes with --stale.');
    await answer(cli, {
      method: 'mail/mark',
      params: { as, ...of, ...present({ all }), ...(chosen.length > 0 ? { messages: chosen } : {}) },
      text: (done) => [markedLine(done.mail, as)],
      json: (done) => ({ mail: done.mail.map(mailJson) }),
    });
  });
}

function markedLine(mail: readonly Mail[], as: MailMark): string {
  if (mail.length === 0) return 'There was no letter.';
  return `${counted(mail.length, 'letter')} ${as}: ${mail.map(({ id }) => displayText(id)).join(', ')}`;
}

/** Outside a session there is no beginning that they could be older than. */
async function staleMail(cli: Cli, identity: string | undefined): Promise<readonly Mail[]> {
  const agent = identity ?? cli.environment['BD_ACTOR'];
  if (!agent || !(cli.environment['GT_SESSION'] || identity))
    throw new Usage('gt mail archive --stale is for a session, or takes --identity.');
  const [session] = await cli.ask('session/list', { agent });
  const { mail } = await cli.ask('mail/list', { of: agent });
  const since = session === undefined ? undefined : (session.startedAt ?? session.createdAt);
  return since === undefined ? [] : mail.filter(({ createdAt, claim }) => createdAt < since && !claim);
}

function sayOld(cli: Cli, old: readonly Mail[]): void {
  if (cli.json) cli.output.json({ mail: old.map(mailJson) });
  else if (old.length === 0) cli.output.print(['There was no letter.']);
  else
    cli.output.print([
      `Would archive ${counted(old.length, 'letter')}: ${old.map(({ id }) => displayText(id)).join(', ')}`,
    ]);
}

function addDirectory(mail: Command, cli: Cli): void {
  verb(mail, 'directory', {
    does: 'list who can be written to',
    examples: ['gt mail directory'],
    json: '{ addresses: [{ address, what }] }',
  }).action(async () => {
    await answer(cli, {
      method: 'mail/directory',
      params: {},
      text: ({ addresses }, look) =>
        table(
          [{ title: 'ADDRESS' }, { title: 'WHO', shrinks: true }],
          addresses.map(({ address, what }) => [address, what]),
          look,
        ),
      json: (directory) => directory,
    });
  });
}
