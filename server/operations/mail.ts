import { mayorId } from '../domain/agentNames.ts';
import { allAgents } from '../domain/agents.ts';
import { overseer } from '../domain/addresses.ts';
import type { Destination } from '../domain/destination.ts';
import { reachOf } from '../domain/destinations.ts';
import type { MessageId } from '../domain/ids.ts';
import { clearMail, isHeld, isUnread, mailOf, markMail } from '../domain/mail.ts';
import type { Mail } from '../domain/message.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { mailText } from '../runtimes/primeParts.ts';
import type { Context } from './context.ts';
import { boxOf, isInboxUnread, letter, notTheirs, ownerOf, refuseQueue, senderOf } from './mailBoxes.ts';
import { queueHandlers } from './mailQueues.ts';
import { sendMail } from './mailSend.ts';
import { isCurrent } from './nudges.ts';
import { markDelivered, shownAtOnce, waitingMessages } from './waitingMessages.ts';

type MailMethods = Extract<keyof Handlers, `mail/${string}`>;

export function mailHandlers(context: Context): Pick<Handlers, MailMethods> {
  return {
    ...queueHandlers(context),
    'mail/send': (params, caller) => sendMail(context, params, caller),
    'mail/list': (params, caller) => list(context, params, caller),
    'mail/get': (params, caller) => get(context, params, caller),
    'mail/mark': (params, caller) => mark(context, params, caller),
    'mail/check': (params, caller) => check(context, params, caller),
    'mail/clear': (params, caller) => clear(context, params, caller),
    'mail/drain': (params, caller) => drain(context, params, caller),
    'mail/directory': () => directory(context.store.view),
  };
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
  for (const box of allBoxes(view))
    for (const each of mailOf(view, box))
      if (each.thread === thread && (each.to === owner || each.from === owner)) mail.push(each);
  return mail.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

/** Of agents and people, of queues and of channels. */
function allBoxes(view: View): readonly string[] {
  const [agents, named] = [allAgents(view), [...view.all('destinations')]];
  return [...new Set([overseer, mayorId, ...agents.map(({ id }) => id), ...named.map(({ id }) => id)])];
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
    if (params.as !== 'deleted') refuseQueue(address);
    const chosen =
      params.all === true
        ? mailOf(draft, address).filter((each) => each.archivedAt === undefined && !isHeld(each))
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

/** A session clears its own; a person whichever. */
async function clear(
  context: Context,
  params: Params<'mail/clear'>,
  caller: Caller,
): Promise<Result<'mail/clear'>> {
  const address = boxOf(context.store.view, params.of, caller);
  const meta = { verb: 'mail/clear', by: senderOf(context, caller), subject: address };
  const { result } = await context.store.transact(meta, (draft) =>
    clearMail(draft, address, params.unread === true),
  );
  return { address, cleared: result, kept: mailOf(context.store.view, address).length };
}

/** Everything that waits, however much. To a person all that is unread; to an agent, as its lifecycle hook would give it. */
async function drain(
  context: Context,
  { dryRun }: Params<'mail/drain'>,
  caller: Caller,
): Promise<Result<'mail/drain'>> {
  const address = senderOf(context, caller);
  const { view } = context.store;
  const messages =
    caller.agent === undefined
      ? mailOf(view, address).filter(({ state }) => state === 'queued')
      : waitingMessages(context, caller.agent);
  if (messages.length === 0) return { address, messages: [] };
  if (dryRun !== true) await markDelivered(context, address, messages);
  return { address, messages, text: mailText(messages, 0).join('\n') };
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
      ...[...view.all('destinations')]
        .toSorted((a, b) => a.id.localeCompare(b.id))
        .map((each) => ({ address: each.id as string, what: whatIs(view, each) })),
    ],
  };
}

function whatIs(view: View, destination: Destination): string {
  const said = destination.description === undefined ? '' : `: ${destination.description}`;
  if (destination.kind === 'group') return `group, reaches ${reachOf(view, destination)}${said}`;
  if (destination.kind === 'queue')
    return `queue, ${view.count('messagesByAgent', destination.id)} unclaimed${said}`;
  return `channel, ${destination.subscribers.length} subscribed${said}`;
}
