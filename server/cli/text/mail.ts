import { isUnread } from '../../domain/mail.ts';
import type { Mail } from '../../domain/message.ts';
import { displayText, plainText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { counted } from './state.ts';

export const mailKeys =
  '{ id, from, to, subject, text, type, priority, state: queued|delivered|acknowledged, unread, urgent?, thread, replyTo?, addressed?, cc?, createdAt, deliveredAt?, acknowledgedAt?, archivedAt?, pinned?, claim?: { queue, at } }';

export function mailJson(mail: Mail): Record<string, unknown> {
  const { kind: _kind, markedUnread: _marked, ...rest } = mail;
  return { ...rest, unread: isUnread(mail) };
}

/** The newest first, numbered as `gt mail read 1` takes it. */
export function inboxLines(address: string, mail: readonly Mail[], look: Look): string[] {
  if (mail.length === 0) return [`No mail for ${displayText(address)}.`];
  const unread = mail.filter(isUnread).length;
  const rows = mail.map((each, at) => [
    String(at + 1),
    each.id,
    each.from,
    stateOf(each),
    ago(each.createdAt, look.now),
    each.subject,
  ]);
  return [
    `${counted(mail.length, 'letter')} for ${displayText(address)}, ${unread} unread`,
    ...table(columns, rows, look),
  ];
}

/** What was said in a channel; what there is to it of read and unread is each subscriber's own. */
export function announcedLines(mail: readonly Mail[], look: Look): string[] {
  const rows = mail.map(({ id, from, createdAt, subject }) => [id, from, ago(createdAt, look.now), subject]);
  const titles = ['LETTER', 'FROM', 'SENT', 'SUBJECT'];
  return table(
    titles.map((title) => ({ title, shrinks: title === 'FROM' || title === 'SUBJECT' })),
    rows,
    look,
  );
}

const columns = [
  { title: '' },
  { title: 'LETTER' },
  { title: 'FROM', shrinks: true },
  { title: 'STATE' },
  { title: 'SENT' },
  { title: 'SUBJECT', shrinks: true },
];

function stateOf(mail: Mail): string {
  const word = mail.archivedAt !== undefined ? 'archived' : isUnread(mail) ? 'unread' : 'read';
  const held = mail.claim !== undefined && mail.archivedAt === undefined ? 'claimed' : word;
  return mail.urgent === true ? `${held}, urgent` : held;
}

/** Text of others stands behind a bar: an agent reads this as well as a person. */
export function letterLines(mail: Mail, look: Look): string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['From', mail.from],
    ['To', mail.addressed === undefined ? mail.to : `${mail.to}, by ${mail.addressed}`],
    ['Cc', mail.cc?.join(', ')],
    ['Sent', `${ago(mail.createdAt, look.now)} · ${mail.type} · P${mail.priority} · ${mail.state}`],
    ['Thread', mail.thread === mail.id ? undefined : mail.thread],
  ];
  return [
    `Letter ${displayText(mail.id)}`,
    ...facts.flatMap(([name, value]) =>
      value ? [`  ${`${name}:`.padEnd(8)}${displayText(value, 300)}`] : [],
    ),
    ...[mail.subject, '', ...plainText(mail.text).split('\n')].map((line) => `  | ${line}`.trimEnd()),
  ];
}

export function threadLines(mail: readonly Mail[], look: Look): string[] {
  return mail.flatMap((each, at) => [...(at === 0 ? [] : ['']), ...letterLines(each, look)]);
}
