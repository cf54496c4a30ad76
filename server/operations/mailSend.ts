import { recipientsOf } from '../domain/addresses.ts';
import { announce } from '../domain/destinations.ts';
import type { AgentId, DestinationId, MessageId } from '../domain/ids.ts';
import { checkBody, checkSubject, postMail } from '../domain/mail.ts';
import { putInQueue } from '../domain/mailQueues.ts';
import type { Mail } from '../domain/message.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { letter, senderOf } from './mailBoxes.ts';

/** All letters or none; of a group, who has too much unread already is left out and said, and keeps nobody from it. */
export async function sendMail(
  context: Context,
  params: Params<'mail/send'>,
  caller: Caller,
): Promise<Result<'mail/send'>> {
  const from = senderOf(context, caller);
  refuseOtherName(context.store.view, params.from, from);
  const said = { subject: checkSubject(params.subject), text: checkBody(params.text) };
  const meta = { verb: 'mail/send', by: from, subject: displayText(params.to.join(', '), 80) };
  const { result } = await context.store.transact(meta, (draft) => {
    const answered = params.replyTo === undefined ? undefined : letter(draft, params.replyTo, from);
    const { readers, notes } = readersOf(draft, params, from);
    const ids = readers.map(() => `m-${context.randomText(6)}` as MessageId);
    const thread = answered?.thread ?? ids[0];
    const full: string[] = [];
    const sent = readers.flatMap((reader, at) => {
      const id = ids[at] as MessageId;
      const only = readers.length === 1;
      return placeUnlessFull(
        draft,
        { reader, only, full },
        {
          id,
          kind: 'mail',
          from,
          to: reader.to,
          ...said,
          ...kindOf(params, answered),
          thread: thread ?? id,
          ...(reader.addressed === undefined ? {} : { addressed: reader.addressed }),
          state: 'queued',
          createdAt: context.now(),
        },
      );
    });
    const letters = sent.length > 0 ? notes : refuseFull(full);
    return { sent, notes: [...letters, ...full, ...readers.flatMap(({ to }) => doneNote(draft, to))] };
  });
  return result;
}

/** One that is done begins again only where its work cannot land. */
function doneNote(view: View, to: AgentId): readonly string[] {
  if (view.get('agents', to)?.state !== 'done') return [];
  return [`${to} is done: it reads this only where its work comes back to it, and else the letter does.`];
}

interface Placing {
  readonly reader: Reader;
  readonly only: boolean;
  /** Why some got nothing. */
  readonly full: string[];
}

function placeUnlessFull(draft: Draft, { reader, only, full }: Placing, mail: Mail): readonly Mail[] {
  try {
    return [place(draft, reader, mail)];
  } catch (error) {
    const isOneOfMany = reader.addressed !== undefined && !only;
    if (!(error instanceof Refusal) || error.code !== 'capacity' || !isOneOfMany) throw error;
    full.push(`${error.message} It got none of this.`);
    return [];
  }
}

function refuseFull(full: readonly string[]): never {
  throw new Refusal('capacity', full.join(' '), { field: 'to', next: 'gt mail directory' });
}

/** Who sends it is what the town knows: to be written in another's name is refused, not passed over. */
function refuseOtherName(view: View, said: string | undefined, from: AgentId): void {
  if (said === undefined) return;
  const { to, isGroup } = recipientsOf(view, said);
  if (!isGroup && to[0] === from) return;
  throw new Refusal('forbidden', `This letter is of ${from}: nobody writes in the name of another.`, {
    field: 'from',
    next: 'Leave out --from.',
  });
}

function place(draft: Draft, { to, kept }: Reader, mail: Mail): Mail {
  if (kept === 'queue') return putInQueue(draft, mail);
  return kept === 'channel' ? announce(draft, to as string as DestinationId, mail) : postMail(draft, mail);
}

type Kind = Pick<Mail, 'type' | 'priority' | 'urgent' | 'replyTo' | 'cc' | 'pinned'>;

function kindOf(
  { type, priority, urgent, cc, pinned }: Params<'mail/send'>,
  answered: Mail | undefined,
): Kind {
  return {
    type: type ?? (answered ? 'reply' : 'notification'),
    priority: (urgent === true ? 0 : (priority ?? 2)) as Mail['priority'],
    ...(urgent === true ? { urgent } : {}),
    ...(answered ? { replyTo: answered.id } : {}),
    ...(cc ? { cc } : {}),
    ...(pinned === true ? { pinned } : {}),
  };
}

interface Reader {
  readonly to: AgentId;
  /** Where it is not who is addressed. */
  readonly addressed?: string;
  /** It is not somebody's mailbox. */
  readonly kept?: 'queue' | 'channel';
}

/** Everyone once, by the first address that names them. */
function readersOf(
  view: View,
  { to, cc = [] }: Params<'mail/send'>,
  from: string,
): { readonly readers: readonly Reader[]; readonly notes: readonly string[] } {
  const readers = new Map<AgentId, Reader>();
  const notes: string[] = [];
  for (const address of [...to, ...cc]) {
    const { to: all, isGroup, note, channel } = recipientsOf(view, address, from);
    if (note !== undefined) notes.push(note);
    for (const each of all) {
      if (readers.has(each)) continue;
      const isQueue = each.startsWith('queue:');
      const how = isQueue ? { kept: 'queue' as const } : isGroup ? { addressed: address } : {};
      readers.set(each, { to: each, ...how });
    }
    const board = channel as string | undefined as AgentId | undefined;
    if (board !== undefined) readers.set(board, { to: board, kept: 'channel' });
  }
  if (readers.size > 0) return { readers: [...readers.values()], notes };
  throw new Refusal('invalid', 'A letter goes to somebody.', { field: 'to', next: 'gt mail directory' });
}
