import type { Bead } from '../domain/bead.ts';
import type { MailChannel } from '../domain/destination.ts';
import type { Mail, MailType, Message } from '../domain/message.ts';
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
  /** It goes last where old letters go, and `mail/clear` leaves it. */
  readonly pinned?: boolean;
  /** Whom the sender takes itself for. Refused where that is not who it is. */
  readonly from?: string;
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
  /** Letters of a mailbox: read, unread, archived, or deleted. With `all` every one in it but those that are claimed and not done with. */
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
  /** Deletes what was read, and with `unread` all. What is pinned, or claimed and not done with, stays. */
  'mail/clear': {
    params: { readonly of?: string; readonly unread?: boolean };
    result: { readonly address: string; readonly cleared: number; readonly kept: number };
  };
  /** Everything that waits for the caller, letters and nudges, however much: it counts as delivered, unless `dryRun` only looks. */
  'mail/drain': {
    params: { readonly dryRun?: boolean };
    result: { readonly address: string; readonly messages: readonly Message[]; readonly text?: string };
  };
  /** The oldest letter of a queue, or of all that are open to the caller, becomes the caller's. `waiting`: how many are left there. */
  'mail/claim': {
    params: { readonly queue?: string };
    result: { readonly mail?: Mail; readonly waiting: number };
  };
  /** Gives a claimed letter back, to its old place in its queue. A person may for anybody. */
  'mail/release': { params: { readonly message: string }; result: { readonly mail: Mail } };
  /** What was said in a channel, the newest first. Anyone may look it up. */
  'mail/announces': {
    params: { readonly channel: string };
    result: { readonly channel: MailChannel; readonly mail: readonly Mail[] };
  };
  /** A letter becomes a bead on a hook: one's own, or of a person and the mayor that of an agent. */
  'mail/hook': {
    params: { readonly message: string; readonly agent?: string };
    result: { readonly agent: string; readonly bead: Bead };
  };
  /** Who can be written to. */
  'mail/directory': {
    params: Record<string, never>;
    result: { readonly addresses: readonly { readonly address: string; readonly what: string }[] };
  };
}
