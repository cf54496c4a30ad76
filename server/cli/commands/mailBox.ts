import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
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
}

const marks: readonly Mark[] = [
  { name: 'mark-read', as: 'read', does: 'mark letters as read' },
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
}

function addMark(mail: Command, cli: Cli, { name, as, does }: Mark): void {
  verb(mail, name, {
    does,
    examples: [`gt mail ${name} m-4kq1x2`, `gt mail ${name} --all`],
    json: `{ mail: [${mailKeys}] }`,
    ...(as === 'deleted' ? { aliases: ['clear'] } : {}),
  })
    .argument('[letters...]', 'their ids, or numbers in the inbox')
    .option('--all', 'every letter of the inbox')
    .option('--identity <address>', 'whose mailbox; a session has its own only')
    .action(async (messages: string[], { all, identity }: MarkOptions) => {
      if ((messages.length === 0) === (all !== true))
        throw new Usage(`gt mail ${name} takes letters, or --all.`);
      await answer(cli, {
        method: 'mail/mark',
        params: { as, ...present({ of: identity, all }), ...(messages.length > 0 ? { messages } : {}) },
        text: (done) => [
          done.mail.length === 0
            ? 'There was no letter.'
            : `${counted(done.mail.length, 'letter')} ${as}: ${done.mail.map(({ id }) => displayText(id)).join(', ')}`,
        ],
        json: (done) => ({ mail: done.mail.map(mailJson) }),
      });
    });
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
