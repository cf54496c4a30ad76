import type { Command } from 'commander';
import type { Mail } from '../../domain/message.ts';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, Told, Usage } from '../failure.ts';
import { inboxLines, letterLines, mailJson, mailKeys, threadLines } from '../text/mail.ts';
import { present, verb } from '../words.ts';

const listKeys = `{ address, mail: [${mailKeys}] }`;
const whose = 'whose mailbox; a session has its own only';

export function addMailReading(mail: Command, cli: Cli): void {
  addInbox(mail, cli);
  addRead(mail, cli);
  addThread(mail, cli);
  addSearch(mail, cli);
  addCheck(mail, cli);
}

function addInbox(mail: Command, cli: Cli): void {
  verb(mail, 'inbox', {
    does: 'list the letters of a mailbox, the newest first',
    examples: ['gt mail inbox', 'gt mail inbox backend/nux --unread', 'gt mail inbox --all'],
    json: listKeys,
    aliases: ['list'],
  })
    .argument('[address]', whose)
    .option('--identity <address>', 'the same as the address')
    .option('--address <address>', 'the same as the address')
    .option('-u, --unread', 'only what was not read')
    .option('-a, --all', 'also what was archived')
    .action(
      async (
        address: string | undefined,
        options: { identity?: string; address?: string; unread?: boolean; all?: boolean },
      ) => {
        const { unread, all } = options;
        await answer(cli, {
          method: 'mail/list',
          params: present({ of: address ?? options.identity ?? options.address, unread, all }),
          text: (box, look) => inboxLines(box.address, box.mail, look),
          json: ({ address: of, mail: letters }) => ({ address: of, mail: letters.map(mailJson) }),
        });
      },
    );
}

function addRead(mail: Command, cli: Cli): void {
  const read = async (message: string | undefined, peek: boolean, of?: string): Promise<void> => {
    await answer(cli, {
      method: 'mail/get',
      params: { ...present({ message, of }), ...(peek ? { peek } : {}) },
      text: (found, look) =>
        found.mail
          ? [...letterLines(found.mail, look), `Next: gt mail reply ${displayText(found.mail.id)} -m TEXT`]
          : ['Nothing is unread.'],
      json: (found) => ({ mail: found.mail && mailJson(found.mail), unread: found.unread }),
    });
  };
  verb(mail, 'read', {
    does: 'read a letter, which is acknowledged by that; a person may read those of others, which stay unread',
    examples: ['gt mail read m-4kq1x2', 'gt mail read 1'],
    json: `{ mail: ${mailKeys}, unread }`,
    aliases: ['show'],
  })
    .argument('<letter>', 'its id, or its number in the inbox')
    .option('--identity <address>', whose)
    .action(async (message: string, { identity }: { identity?: string }) => read(message, false, identity));
  verb(mail, 'peek', {
    does: 'look at the first unread letter, or at one, and leave it unread',
    examples: ['gt mail peek', 'gt mail peek m-4kq1x2'],
    json: `{ mail?: ${mailKeys}, unread }`,
  })
    .argument('[letter]')
    .action(async (message: string | undefined) => read(message, true));
}

function addThread(mail: Command, cli: Cli): void {
  verb(mail, 'thread', {
    does: 'show the thread of a letter, the oldest first',
    examples: ['gt mail thread m-4kq1x2'],
    json: listKeys,
  })
    .argument('<letter>', 'any letter of it')
    .action(async (thread: string) => {
      await answer(cli, {
        method: 'mail/list',
        params: { thread },
        text: (box, look) => threadLines(box.mail, look),
        json: (box) => ({ address: box.address, mail: box.mail.map(mailJson) }),
      });
    });
}

interface SearchOptions {
  readonly from?: string;
  readonly subject?: boolean;
  readonly body?: boolean;
  readonly archive?: boolean;
}

/** The pattern is tried here: what somebody types costs nobody else's time. */
function addSearch(mail: Command, cli: Cli): void {
  verb(mail, 'search', {
    does: 'find letters in your mailbox by a regular expression over subject and text',
    examples: ['gt mail search "be-auth|login"', 'gt mail search cache --from backend/nux --archive'],
    json: listKeys,
  })
    .argument('<pattern>', 'a regular expression; case does not matter')
    .option('--from <address>', 'only from this sender')
    .option('--subject', 'only in the subject')
    .option('--body', 'only in the text')
    .option('--archive', 'also in what was archived')
    .action(async (pattern: string, { from, archive, ...where }: SearchOptions) => {
      const fits = matcher(pattern, where);
      const keep = (mails: readonly Mail[]): Mail[] =>
        mails.filter((each) => fits(each) && (from === undefined || each.from === from));
      await answer(cli, {
        method: 'mail/list',
        params: archive === true ? { all: true } : {},
        text: (box, look) => inboxLines(box.address, keep(box.mail), look),
        json: (box) => ({ address: box.address, mail: keep(box.mail).map(mailJson) }),
      });
    });
}

function matcher(
  pattern: string,
  { subject, body }: Pick<SearchOptions, 'subject' | 'body'>,
): (mail: Mail) => boolean {
  const both = subject === body;
  try {
    const wanted = new RegExp(pattern, 'iu');
    return (mail) =>
      ((both || subject === true) && wanted.test(mail.subject)) ||
      ((both || body === true) && wanted.test(mail.text));
  } catch {
    throw new Usage(`"${displayText(pattern, 60)}" is no regular expression.`);
  }
}

/** Exit code 0: there is mail, 1: there is none. What a lifecycle hook calls with `--inject` ends with 0, whatever comes. */
function addCheck(mail: Command, cli: Cli): void {
  verb(mail, 'check', {
    does: 'say whether there is unread mail: exit 0 with some, 1 with none',
    examples: ['gt mail check', 'gt mail check --inject', 'gt mail check --json'],
    json: '{ address, unread, has_new }',
  })
    .option('--inject', 'print what waits as a block for the model, which counts as delivered; exit 0 always')
    .option('--identity <address>', whose)
    .action(async ({ inject, identity }: { inject?: boolean; identity?: string }) => {
      if (inject === true) return await injectMail(cli);
      const { address, unread } = await cli.ask('mail/check', present({ of: identity }));
      if (cli.json) cli.output.json({ address, unread, has_new: unread > 0 });
      else cli.output.print([unread === 0 ? 'Nothing is unread.' : `${unread} unread: gt mail inbox`]);
      if (unread === 0) throw new Told(exits.refused);
    });
}

async function injectMail(cli: Cli): Promise<void> {
  const { withinHook } = await import('../hookReply.ts');
  const told = await withinHook(() => cli.ask('mail/check', { inject: true }));
  if (!('value' in told)) {
    cli.output.note([`gt: ${displayText(told.failure.sentence, 500)}`]);
    return;
  }
  const { address, unread, text } = told.value;
  if (cli.json) cli.output.json({ address, unread, has_new: unread > 0, text });
  else if (text !== undefined) cli.output.print(text.split('\n'));
}
