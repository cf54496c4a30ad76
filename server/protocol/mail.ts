import type { Mail, MailType } from '../domain/message.ts';
import type { MailMark } from '../domain/mail.ts';

export interface MailSendParams {
  /** Addresses: `mayor/`, `overseer`, `RIG/NAME`, `RIG/crew/NAME`, `RIG/polecats/*`, `@town` … */
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly type?: MailType;
  readonly priority?: number;
  readonly urgent?: boolean;
  /** The id of a letter that the sender has got, or has sent. */
  readonly replyTo?: string;
}

export interface MailRequests {
  /** A letter to each whom the addresses stand for. Who sends it is what the town knows, not what anybody says. */
  'mail/send': {
    params: MailSendParams;
    result: { readonly sent: readonly Mail[]; readonly notes: readonly string[] };
  };
  /** A mailbox, the newest first. A session: its own only; a person: anybody's, without `of` the overseer's. */
  'mail/list': {
    params: {
      readonly of?: string;
      readonly unread?: boolean;
      /** Those that were archived, too. */
      readonly all?: boolean;
      /** Every letter of one thread that the owner has got or sent, the oldest first. */
      readonly thread?: string;
    };
    result: { readonly address: string; readonly mail: readonly Mail[] };
  };
  /** One letter, which is read by that; with `peek` it stays as it was. Without `message` the first unread. */
  'mail/get': {
    params: { readonly message?: string; readonly of?: string; readonly peek?: boolean };
    result: { readonly mail?: Mail; readonly unread: number };
  };
  /** Letters of a mailbox, or with `all` every one in it: read, unread, archived, or deleted. */
  'mail/mark': {
    params: {
      readonly messages?: readonly string[];
      readonly all?: boolean;
      readonly of?: string;
      readonly as: MailMark;
    };
    result: { readonly mail: readonly Mail[] };
  };
  /** Whether something is unread. With `inject` the text for an agent, whose letters count as delivered by that. */
  'mail/check': {
    params: { readonly of?: string; readonly inject?: boolean };
    result: { readonly address: string; readonly unread: number; readonly text?: string };
  };
  /** Who can be written to. */
  'mail/directory': {
    params: Record<string, never>;
    result: { readonly addresses: readonly { readonly address: string; readonly what: string }[] };
  };
}
