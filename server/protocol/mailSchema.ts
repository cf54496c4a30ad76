import { flag, labels, oneOf, opt, priority, text, title, word } from './fields.ts';

/** The fields of `MailRequests`. */
export const mailFields = {
  'mail/send': {
    to: labels,
    cc: opt(labels),
    subject: title,
    text,
    type: opt(oneOf('task', 'escalation', 'scavenge', 'notification', 'reply')),
    priority: opt(priority),
    urgent: opt(flag),
    replyTo: opt(word),
    pinned: opt(flag),
    from: opt(word),
  },
  'mail/list': { of: opt(word), unread: opt(flag), all: opt(flag), thread: opt(word) },
  'mail/get': { message: opt(word), of: opt(word), peek: opt(flag) },
  'mail/mark': {
    messages: opt(labels),
    all: opt(flag),
    of: opt(word),
    as: oneOf('read', 'unread', 'archived', 'deleted'),
  },
  'mail/check': { of: opt(word), inject: opt(flag) },
  'mail/clear': { of: opt(word), unread: opt(flag) },
  'mail/drain': { dryRun: opt(flag) },
  'mail/claim': { queue: opt(word) },
  'mail/release': { message: word },
  'mail/announces': { channel: word },
  'mail/hook': { message: word, agent: opt(word) },
  'mail/directory': {},
};
