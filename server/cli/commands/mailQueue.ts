import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { destinationJson, destinationKeys, destinationsLines } from '../text/destination.ts';
import { announcedLines, letterLines, mailJson, mailKeys } from '../text/mail.ts';
import { counted } from '../text/state.ts';
import { present, verb } from '../words.ts';

/** Letters that are taken out of a queue, looked up in a channel, given to a hook, drained and cleared. */
export function addMailQueue(mail: Command, cli: Cli): void {
  addClaim(mail, cli);
  addRelease(mail, cli);
  addAnnounces(mail, cli);
  addMailHook(mail, cli);
  addDrain(mail, cli);
  addClear(mail, cli);
}

function addClaim(mail: Command, cli: Cli): void {
  verb(mail, 'claim', {
    does: 'take the oldest letter that nobody has claimed out of a queue; it is yours until you archive, delete or release it',
    examples: ['gt mail claim work', 'gt mail claim'],
    json: `{ mail?: ${mailKeys}, waiting }; exit 0 with none, too`,
  })
    .argument('[queue]', 'without it, any queue that is open to you')
    .action(async (queue: string | undefined) => {
      await answer(cli, {
        method: 'mail/claim',
        params: present({ queue }),
        text: ({ mail: claimed, waiting }, look) =>
          claimed
            ? [
                ...letterLines(claimed, look),
                `Claimed. ${counted(waiting, 'letter')} left. When it is done: gt mail archive ${displayText(claimed.id)}`,
                `Not for you: gt mail release ${displayText(claimed.id)}`,
              ]
            : ['Nothing is unclaimed.'],
        json: ({ mail: claimed, waiting }) => ({ ...(claimed ? { mail: mailJson(claimed) } : {}), waiting }),
      });
    });
}

function addRelease(mail: Command, cli: Cli): void {
  verb(mail, 'release', {
    does: 'give a claimed letter back to its queue, to its old place; a person may for anybody',
    examples: ['gt mail release m-4kq1x2'],
    json: mailKeys,
  })
    .argument('<letter>', 'its id, or its number in the inbox')
    .action(async (message: string) => {
      await answer(cli, {
        method: 'mail/release',
        params: { message },
        text: ({ mail: given }) => [`Gave ${displayText(given.id)} back to ${displayText(given.to)}.`],
        json: ({ mail: given }) => mailJson(given),
      });
    });
}

function addAnnounces(mail: Command, cli: Cli): void {
  verb(mail, 'announces', {
    does: 'list the channels, or what was said in one, the newest first; nothing is marked by that',
    examples: ['gt mail announces', 'gt mail announces builds'],
    json: `{ destinations: [${destinationKeys}] }; of one channel { channel, mail: [${mailKeys}] }`,
  })
    .argument('[channel]')
    .action(async (channel: string | undefined) => {
      if (channel !== undefined) return await showAnnounces(cli, channel);
      await answer(cli, {
        method: 'destination/list',
        params: { kind: 'channel' },
        text: ({ destinations }, look) => destinationsLines('channel', destinations, look),
        json: ({ destinations }) => ({ destinations: destinations.map(destinationJson) }),
      });
    });
}

/** Also what `gt mail channel NAME` shows. */
export async function showAnnounces(cli: Cli, channel: string): Promise<void> {
  await answer(cli, {
    method: 'mail/announces',
    params: { channel },
    text: ({ channel: { id, name }, mail }, look) =>
      mail.length === 0
        ? [`Nothing was said in ${displayText(id)}.`, `Next: gt mail channel subscribe ${displayText(name)}`]
        : [...announcedLines(mail, look), `Next: gt mail read ${displayText(mail[0]?.id ?? '')}`],
    json: ({ channel: { id }, mail }) => ({ channel: id, mail: mail.map(mailJson) }),
  });
}

function addMailHook(mail: Command, cli: Cli): void {
  verb(mail, 'hook', {
    does: 'make a bead of a letter, and put it on your hook; outside a session name whose',
    examples: ['gt mail hook m-4kq1x2', 'gt mail hook m-4kq1x2 backend/crew/dave'],
    json: '{ agent, bead }',
  })
    .argument('<letter>', 'its id, or its number in the inbox')
    .argument('[agent]', 'RIG/crew/NAME or mayor')
    .action(async (message: string, agent: string | undefined) => {
      await answer(cli, {
        method: 'mail/hook',
        params: { message, ...present({ agent }) },
        text: ({ agent: whose, bead }) => [
          `Put ${displayText(bead.id)} on the hook of ${displayText(whose)}: ${displayText(bead.title, 200)}`,
          `Next: bd show ${displayText(bead.id)}`,
        ],
        json: (done) => done,
      });
    });
}

interface DrainOptions {
  readonly dryRun?: boolean;
}

/** Exit code 0, whatever waits. */
function addDrain(mail: Command, cli: Cli): void {
  verb(mail, 'drain', {
    does: 'print all that waits for you, letters and nudges, which counts as delivered by that',
    examples: ['gt mail drain', 'gt mail drain --dry-run'],
    json: '{ address, drained: [{ id, kind, from, subject?, text, createdAt }], text? }',
  })
    .option('-n, --dry-run', 'print it, and leave it as it is')
    .option('--identity <address>', 'accepted: everybody drains their own')
    .option('--max-age <time>', 'accepted: nothing here is too young to be drained')
    .option('--all', 'as it is anyway')
    .option('-q, --quiet', 'accepted: exit 0 also where nothing waits')
    .action(async ({ dryRun }: DrainOptions) => drain(cli, dryRun === true));
}

/** Also `gt nudge drain`. */
export async function drain(cli: Cli, dryRun = false): Promise<void> {
  await answer(cli, {
    method: 'mail/drain',
    params: dryRun ? { dryRun } : {},
    text: ({ text }) => (text === undefined ? ['Nothing waits.'] : text.split('\n')),
    json: ({ address, messages, text }) => ({
      address,
      drained: messages.map((each) => {
        const { id, kind, from, text: said, createdAt } = each;
        return {
          id,
          kind,
          from,
          ...(each.kind === 'mail' ? { subject: each.subject } : {}),
          text: said,
          createdAt,
        };
      }),
      ...present({ text }),
    }),
  });
}

function addClear(mail: Command, cli: Cli): void {
  verb(mail, 'clear', {
    does: 'delete the letters of a mailbox that were read; what is pinned, or claimed and not done with, stays',
    examples: ['gt mail clear', 'gt mail clear backend/nux --all'],
    json: '{ address, cleared, kept }',
  })
    .argument('[address]', 'whose mailbox; a session has its own only')
    .option('--identity <address>', 'the same as the address')
    .option('--all', 'what was not read, too')
    .action(async (address: string | undefined, options: { identity?: string; all?: boolean }) => {
      await answer(cli, {
        method: 'mail/clear',
        params: present({ of: address ?? options.identity, unread: options.all }),
        text: ({ address: of, cleared, kept }) => [
          `Deleted ${counted(cleared, 'letter')} of ${displayText(of)}; ${kept} kept.`,
        ],
        json: (done) => done,
      });
    });
}
