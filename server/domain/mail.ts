import type { MessageId, Timestamp } from './ids.ts';
import type { Mail } from './message.ts';
import { Refusal } from './refusal.ts';
import { plainText } from './text.ts';
import type { Draft, View } from './view.ts';

const mostSubject = 200;
const mostText = 20_000;

/** Of one sender: an agent that reads nothing is not helped by more, and a mailbox is no place to keep a loop in. */
const mostUnread = 50;

/** How many that were read are kept in each mailbox; a thread longer than that loses its beginning. */
const mostKept = 200;

export function isUnread({ state, markedUnread }: Mail): boolean {
  return state !== 'acknowledged' || markedUnread === true;
}

/** It came out of a queue, and its reader has not done with it. */
export function isHeld({ claim, archivedAt }: Mail): boolean {
  return claim !== undefined && archivedAt === undefined;
}

/** One line, safe to show. Refused with `invalid`. */
export function checkSubject(text: string): string {
  const line = plainText(text).replaceAll(/\s+/gu, ' ').trim();
  const length = Array.from(line).length;
  if (line === '') throw invalid('subject', 'A letter needs a subject.');
  if (length > mostSubject)
    throw invalid('subject', `A subject has at most ${mostSubject} characters, and this one has ${length}.`);
  return line;
}

/** Several lines, without what nobody sees. It may be empty. Refused with `invalid`. */
export function checkBody(text: string): string {
  const body = plainText(text).trimEnd();
  if (body.length <= mostText) return body;
  throw invalid('text', `A letter has at most ${mostText} characters, and this one has ${body.length}.`);
}

/** Refused with `capacity` where the reader has too much of this sender unread. What was read and is too old to be kept goes. */
export function postMail(draft: Draft, mail: Mail): Mail {
  const box = mailOf(draft, mail.to);
  const unread = box.filter((each) => each.from === mail.from && isUnread(each)).length;
  if (unread >= mostUnread) {
    throw new Refusal('capacity', `${mail.to} has ${unread} unread letters of ${mail.from} already.`, {
      field: 'to',
      next: `Wait until they are read, or raise it with a person: gt escalate "${mail.to} reads nothing" -s medium`,
      facts: { to: mail.to, from: mail.from, unread },
    });
  }
  const read = box
    .filter((each) => !isUnread(each) && !isHeld(each))
    .toSorted((a, b) => Number(a.pinned === true) - Number(b.pinned === true));
  for (const { id } of read.slice(0, Math.max(0, read.length - mostKept))) draft.remove('messages', id);
  draft.put('messages', mail);
  return mail;
}

/** Of one mailbox, oldest first. */
export function mailOf(view: View, owner: string): Mail[] {
  const mail: Mail[] = [];
  for (const message of view.find('messagesByAgent', owner)) if (message.kind === 'mail') mail.push(message);
  return mail;
}

export type MailMark = 'read' | 'unread' | 'archived' | 'deleted';

/** Deletes what was read, and with `unread` all; what is pinned, or claimed and not done with, stays. Gives how many went. */
export function clearMail(draft: Draft, owner: string, unread: boolean): number {
  const gone = mailOf(draft, owner).filter(
    (each) => (unread || !isUnread(each)) && !isHeld(each) && each.pinned !== true,
  );
  for (const { id } of gone) draft.remove('messages', id);
  return gone.length;
}

/** Gives the letter as it is then; undefined: it is gone, or was never there. */
export function markMail(draft: Draft, id: MessageId, as: MailMark, at: Timestamp): Mail | undefined {
  const mail = draft.get('messages', id);
  if (mail?.kind !== 'mail') return undefined;
  if (as === 'deleted') {
    draft.remove('messages', id);
    return mail;
  }
  const next = as === 'unread' ? { ...mail, markedUnread: true as const } : readMail(mail, at);
  const archived = as === 'archived' ? { ...next, archivedAt: mail.archivedAt ?? at } : next;
  draft.put('messages', archived);
  return archived;
}

/** Its reader has it: nothing shows it again by itself. */
function readMail(mail: Mail, at: Timestamp): Mail {
  const { markedUnread: _, ...rest } = mail;
  if (mail.state === 'acknowledged') return rest;
  return { ...rest, state: 'acknowledged', deliveredAt: mail.deliveredAt ?? at, acknowledgedAt: at };
}

function invalid(field: string, sentence: string): Refusal {
  return new Refusal('invalid', sentence, { field, next: 'gt mail send RIG/NAME -s SUBJECT -m TEXT' });
}
