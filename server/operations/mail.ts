import { mayorId } from '../domain/agentNames.ts';
import { agentOf, allAgents } from '../domain/agents.ts';
import { overseer, recipientsOf } from '../domain/addresses.ts';
import type { AgentId, MessageId } from '../domain/ids.ts';
import { checkBody, checkSubject, isUnread, mailOf, markMail, postMail } from '../domain/mail.ts';
import type { Mail } from '../domain/message.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { mailText } from '../runtimes/primeParts.ts';
import type { Context } from './context.ts';
import { isCurrent } from './nudges.ts';
import { markDelivered, shownAtOnce, waitingMessages } from './waitingMessages.ts';

type MailMethods = Extract<keyof Handlers, `mail/${string}`>;

export function mailHandlers(context: Context): Pick<Handlers, MailMethods> {
  return {
    'mail/send': (params, caller) => send(context, params, caller),
    'mail/list': (params, caller) => list(context, params, caller),
    'mail/get': (params, caller) => get(context, params, caller),
    'mail/mark': (params, caller) => mark(context, params, caller),
    'mail/check': (params, caller) => check(context, params, caller),
    'mail/directory': () => directory(context.store.view),
  };
}

/** All letters or none. */
async function send(
  context: Context,
  params: Params<'mail/send'>,
  caller: Caller,
): Promise<Result<'mail/send'>> {
  const from = senderOf(context, caller);
  const said = { subject: checkSubject(params.subject), text: checkBody(params.text) };
  const meta = { verb: 'mail/send', by: from, subject: displayText(params.to.join(', '), 80) };
  const { result } = await context.store.transact(meta, (draft) => {
    const answered = params.replyTo === undefined ? undefined : letter(draft, params.replyTo, from);
    const { readers, notes } = readersOf(draft, params, from);
    const ids = readers.map(() => `m-${context.randomText(6)}` as MessageId);
    const thread = answered?.thread ?? ids[0];
    const sent = readers.map(({ to, addressed }, at) => {
      const id = ids[at] as MessageId;
      return postMail(draft, {
        id,
        kind: 'mail',
        from,
        to,
        ...said,
        ...kindOf(params, answered),
        thread: thread ?? id,
        ...(addressed === undefined ? {} : { addressed }),
        state: 'queued',
        createdAt: context.now(),
      });
    });
    return { sent, notes };
  });
  return result;
}

type Kind = Pick<Mail, 'type' | 'priority' | 'urgent' | 'replyTo' | 'cc'>;

function kindOf({ type, priority, urgent, cc }: Params<'mail/send'>, answered: Mail | undefined): Kind {
  return {
    type: type ?? (answered ? 'reply' : 'notification'),
    priority: (urgent === true ? 0 : (priority ?? 2)) as Mail['priority'],
    ...(urgent === true ? { urgent } : {}),
    ...(answered ? { replyTo: answered.id } : {}),
    ...(cc ? { cc } : {}),
  };
}

interface Reader {
  readonly to: AgentId;
  /** Where it is not who is addressed. */
  readonly addressed?: string;
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
    const { to: all, isGroup, note } = recipientsOf(view, address, from);
    if (note !== undefined) notes.push(note);
    for (const each of all) {
      if (readers.has(each)) continue;
      readers.set(each, { to: each, ...(isGroup ? { addressed: address } : {}) });
    }
  }
  if (readers.size > 0) return { readers: [...readers.values()], notes };
  throw new Refusal('invalid', 'A letter goes to somebody.', { field: 'to', next: 'gt mail directory' });
}

function list({ store }: Context, params: Params<'mail/list'>, caller: Caller): Result<'mail/list'> {
  const { view } = store;
  const address = boxOf(view, params.of, caller);
  if (params.thread !== undefined) {
    const { thread } = letter(view, params.thread, address);
    return { address, mail: threadOf(view, thread, address) };
  }
  const mail = mailOf(view, address)
    .filter((each) => params.all === true || each.archivedAt === undefined)
    .filter((each) => params.unread !== true || isUnread(each));
  return { address, mail: mail.toReversed() };
}

/** What its owner has got of it, and what it has sent: to one of them each letter once. */
function threadOf(view: View, thread: MessageId, owner: string): Mail[] {
  const mail: Mail[] = [];
  for (const box of [overseer, mayorId, ...allAgents(view).map(({ id }) => id)])
    for (const each of mailOf(view, box))
      if (each.thread === thread && (each.to === owner || each.from === owner)) mail.push(each);
  return mail.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

async function get(
  context: Context,
  params: Params<'mail/get'>,
  caller: Caller,
): Promise<Result<'mail/get'>> {
  const { view } = context.store;
  const address = boxOf(view, params.of ?? ownerOf(view, params.message, caller), caller);
  const unread = (): number => mailOf(context.store.view, address).filter(isInboxUnread).length;
  const first = mailOf(view, address).find(isInboxUnread);
  const mail = params.message === undefined ? first : letter(view, params.message, address);
  // What somebody else reads of it, its owner has not read.
  const isOwn = mail?.to === (caller.agent ?? overseer);
  if (!mail || params.peek === true || !isOwn || !isUnread(mail))
    return { ...(mail ? { mail } : {}), unread: unread() };
  const { result } = await context.store.transact(
    { verb: 'mail/read', by: senderOf(context, caller), subject: mail.id },
    (draft) => markMail(draft, mail.id, 'read', context.now()) ?? mail,
  );
  return { mail: result, unread: unread() };
}

async function mark(
  context: Context,
  params: Params<'mail/mark'>,
  caller: Caller,
): Promise<Result<'mail/mark'>> {
  const meta = { verb: `mail/${params.as}`, by: senderOf(context, caller) };
  const { result } = await context.store.transact(meta, (draft) => {
    const [first] = params.messages ?? [];
    const address = boxOf(draft, params.of ?? ownerOf(draft, first, caller), caller);
    const chosen =
      params.all === true
        ? mailOf(draft, address).filter(({ archivedAt }) => archivedAt === undefined)
        : (params.messages ?? []).map((id) => letter(draft, id, address));
    return chosen.flatMap(({ id, to }) => {
      if (to !== address) throw notTheirs(id, address);
      return markMail(draft, id, params.as, context.now()) ?? [];
    });
  });
  return { mail: result };
}

async function check(
  context: Context,
  params: Params<'mail/check'>,
  caller: Caller,
): Promise<Result<'mail/check'>> {
  const { view } = context.store;
  const address = boxOf(view, params.of, caller);
  const unread = mailOf(view, address).filter(isInboxUnread).length;
  const { agent } = caller;
  if (params.inject !== true || agent === undefined || !isCurrent(context, caller))
    return { address, unread };
  const { shown, more } = shownAtOnce(waitingMessages(context, agent));
  if (shown.length === 0) return { address, unread };
  await markDelivered(context, agent, shown);
  return { address, unread, text: mailText(shown, more).join('\n') };
}

function directory(view: View): Result<'mail/directory'> {
  const rigs = [...view.all('rigs')].map(({ id }) => id).toSorted();
  const agents = allAgents(view).toSorted((a, b) => a.id.localeCompare(b.id));
  return {
    addresses: [
      { address: overseer, what: 'the person of the town' },
      { address: 'mayor/', what: 'the coordinator' },
      ...agents
        .filter(({ role }) => role !== 'mayor')
        .map((agent) => ({
          address: agent.id as string,
          what: agent.role === 'polecat' ? `polecat, ${agent.state}` : 'crew',
        })),
      { address: '@town', what: 'every agent' },
      { address: '@crew', what: 'crew of all rigs' },
      ...rigs.flatMap((rig) => [
        { address: `@rig/${rig}`, what: 'everyone in the rig' },
        { address: `${rig}/polecats/*`, what: 'its polecats that are not done' },
      ]),
    ],
  };
}

const isInboxUnread = (mail: Mail): boolean => isUnread(mail) && mail.archivedAt === undefined;

/** A session is its agent, and only the one that its agent has now; everybody else is the overseer. */
function senderOf(context: Context, caller: Caller): AgentId {
  if (caller.role === 'person') return overseer;
  if (caller.agent && isCurrent(context, caller)) return caller.agent;
  throw new Refusal('no-session', 'This session is over; its agent has another one, or is gone.');
}

/** Whose mailbox is meant. People may look into all; a session has its own. */
function boxOf(view: View, of: string | undefined, caller: Caller): AgentId {
  const own = caller.agent ?? overseer;
  if (of === undefined) return own;
  const { to, isGroup } = recipientsOf(view, of);
  const [address] = to;
  if (isGroup || address === undefined)
    throw new Refusal('invalid', `"${displayText(of, 60)}" is nobody's mailbox.`, { field: 'of' });
  if (caller.role === 'person' || address === own) return address;
  throw new Refusal('forbidden', `A session reads its own mail only, and this one is ${own}.`, {
    field: 'of',
  });
}

/** A person who names a letter need not say whose it is. */
function ownerOf(view: View, id: string | undefined, caller: Caller): string | undefined {
  if (caller.role !== 'person' || id === undefined) return undefined;
  const message = view.get('messages', id);
  return message && (message.to === overseer || agentOf(view, message.to)) ? message.to : undefined;
}

/** One that its owner has got or sent. By its id, or its number in the inbox: 1 is the newest. */
function letter(view: View, id: string, owner: string): Mail {
  const message = view.get('messages', id) ?? numbered(view, id, owner);
  if (message?.kind === 'mail' && (message.to === owner || message.from === owner)) return message;
  throw notTheirs(id, owner);
}

function numbered(view: View, text: string, owner: string): Mail | undefined {
  if (!/^[1-9]\d{0,3}$/u.test(text)) return undefined;
  return mailOf(view, owner)
    .filter(({ archivedAt }) => archivedAt === undefined)
    .at(-Number(text));
}

function notTheirs(id: string, owner: string): Refusal {
  return new Refusal('not-found', `${owner} has no letter "${displayText(id, 40)}".`, {
    field: 'message',
    next: 'gt mail inbox --all',
  });
}
