import type { MessageId } from '../domain/ids.ts';
import type { Nudge } from '../domain/message.ts';
import { acknowledgeMessage, checkMessageText, messagesOf, queueMessage } from '../domain/messages.ts';
import type { Agent } from '../domain/agent.ts';
import { agentOf } from '../domain/agents.ts';
import { Refusal } from '../domain/refusal.ts';
import { maySee } from '../domain/visible.ts';
import type { Session } from '../domain/session.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Method, Params, Result } from '../protocol/messages.ts';
import { reaches } from '../domain/notificationLevel.ts';
import { findPreset } from '../runtimes/presets.ts';
import type { Context } from './context.ts';
import { findAgent } from './lookups.ts';
import { acknowledgeShown } from './waitingMessages.ts';

/** Before Enter, where a preset says nothing: some programs swallowed one that came sooner after the text. */
const usualPauseMs = 500;

/** Queues a nudge, and types it where a person asks for that. Nothing is queued where it could not be typed. */
export async function sendNudge(
  context: Context,
  params: Params<'nudge/send'>,
  caller: Caller,
): Promise<Result<'nudge/send'>> {
  const text = checkMessageText(params.text);
  const agent = findAgent(context.store.view, params.agent);
  const session = sessionOf(context, agent);
  if (agent.role === 'polecat' && agent.state === 'done') {
    throw new Refusal('closed', `${agent.id} is done; nobody there reads a nudge any more.`, {
      next: `gt mq show ${agent.bead ?? agent.id}`,
    });
  }
  const typed = params.type === true;
  if (typed) await typeInto(context, { agent, session, text }, caller);
  const urgent = params.urgent === true ? { urgent: true as const } : {};
  const message = await queue(context, { agent, text, typed, ...urgent }, caller);
  return { message, how: `${mutedWords(agent, message)}${howItArrives(agent, session, typed)}` };
}

/** People see all of them; a session those to its agent, and those that its agent sent. */
export function listNudges(context: Context, params: Params<'nudge/list'>, caller: Caller): readonly Nudge[] {
  const { view } = context.store;
  const all =
    params.agent === undefined ? view.all('messages') : messagesOf(view, findAgent(view, params.agent).id);
  return [...all]
    .filter((each): each is Nudge => each.kind === 'nudge' && maySee(caller, each))
    .filter(({ state }) => params.all === true || state !== 'acknowledged')
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** The agent says so itself. Refused with `not-found` where the message is not one of its own. */
export async function acknowledgeNudges(
  context: Context,
  params: Params<'nudge/acknowledge'>,
  caller: Caller,
): Promise<Result<'nudge/acknowledge'>> {
  const agent = ownAgent(context, caller);
  const meta = { verb: 'nudge/acknowledged', by: agent, subject: agent };
  const { result } = await context.store.transact(meta, (draft) => {
    const own = messagesOf(draft, agent);
    const chosen =
      params.message === undefined
        ? own.filter(({ state }) => state !== 'acknowledged')
        : own.filter(({ id }) => id === params.message);
    if (params.message !== undefined && chosen.length === 0) {
      throw new Refusal('not-found', `${agent} has no message of that id.`, {
        field: 'message',
        next: `gt nudge list ${agent} --all`,
      });
    }
    for (const { id } of chosen) acknowledgeMessage(draft, id, context.now());
    return chosen.flatMap(({ id }) => draft.get('messages', id) ?? []);
  });
  return { acknowledged: result };
}

/** What an agent calls itself; `gt prime` and its like are also called by its runtime's lifecycle hooks, which read nothing. */
const ownCalls: ReadonlySet<Method> = new Set<Method>([
  'work/hook',
  'work/done',
  'bead/create',
  'bead/get',
  'bead/list',
  'bead/ready',
  'bead/blocked',
  'bead/update',
  'bead/close',
  'dependency/add',
  'dependency/remove',
  'nudge/send',
  'nudge/list',
  'escalation/create',
  'mail/send',
  'mail/list',
  'mail/get',
  'mail/mark',
  'mail/claim',
  'mail/release',
  'mail/clear',
  'mail/announces',
  'mail/hook',
  'nudge/each',
]);

/** The same handlers; a call of an agent's own acknowledges what was shown to it before. */
export function acknowledging(context: Context, handlers: Handlers): Handlers {
  const heard = Object.entries(handlers).map(([method, handler]) => [
    method,
    ownCalls.has(method as Method)
      ? (params: unknown, caller: Caller) => {
          if (caller.agent && isCurrent(context, caller)) acknowledgeShown(context, caller.agent);
          return (handler as (params: unknown, caller: Caller) => unknown)(params, caller);
        }
      : handler,
  ]);
  return Object.fromEntries(heard) as Handlers;
}

/** Names come again: an old session of the name is somebody else. */
export function isCurrent({ store }: Context, { agent, session }: Caller): boolean {
  return agent !== undefined && session !== undefined && agentOf(store.view, agent)?.session === session;
}

function ownAgent(context: Context, caller: Caller): Agent['id'] {
  if (caller.agent && isCurrent(context, caller)) return caller.agent;
  throw new Refusal('no-session', 'This session is over; its agent has another one, or is gone.', {
    next: 'gt nudge list',
  });
}

function sessionOf({ store }: Context, { session }: Agent): Session | undefined {
  return session === undefined ? undefined : store.view.get('sessions', session);
}

async function typeInto(
  context: Context,
  { agent, session, text }: { agent: Agent; session: Session | undefined; text: string },
  caller: Caller,
): Promise<void> {
  const without = `gt nudge ${agent.id} TEXT, without --type`;
  if (caller.role !== 'person') {
    throw new Refusal('forbidden', 'Only a person may have something typed into a terminal.', {
      field: 'type',
      next: without,
    });
  }
  if (session?.state !== 'running') {
    throw new Refusal('no-session', `${agent.id} has no session that runs, so there is no terminal.`, {
      field: 'type',
      next: `gt session run ${agent.id}`,
    });
  }
  if (session.host === 'process') {
    throw new Refusal('no-host', `${agent.id} runs as a plain process, which reads nothing that is typed.`, {
      field: 'type',
      next: without,
    });
  }
  // One after the other: two texts at once would become one.
  const preset = findPreset(session.runtime, context.store.view.all('runtimes'));
  const pauseMs = preset?.typing?.pauseMs ?? usualPauseMs;
  await context.queue.run(`type ${session.id}`, () => context.sessions.type(session, text, pauseMs));
}

async function queue(
  context: Context,
  { agent, typed, ...said }: { agent: Agent; text: string; typed: boolean; urgent?: true },
  caller: Caller,
): Promise<Nudge> {
  const at = context.now();
  const id = `m-${context.randomText(6)}` as MessageId;
  const { result } = await context.store.transact(
    { verb: 'nudge', by: caller.by, subject: agent.id },
    (draft) =>
      queueMessage(draft, {
        id,
        kind: 'nudge',
        from: caller.by,
        to: findAgent(draft, agent.id).id,
        ...said,
        state: 'queued',
        createdAt: at,
        ...(typed ? { typedAt: at } : {}),
      }),
  );
  return result;
}

function mutedWords({ id, notifications }: Agent, message: Nudge): string {
  return reaches(notifications, message) ? '' : `${id} is muted, and is shown only what is urgent. `;
}

function howItArrives({ id }: Agent, session: Session | undefined, typed: boolean): string {
  if (typed) return `It was typed, which proves nothing: it counts as delivered once ${id} acknowledges it.`;
  if (session?.state !== 'running') {
    return `${id} has no session that runs now. It is shown by the first gt hook or gt prime of the next: gt session run ${id}`;
  }
  return `It is shown by the next gt hook or gt prime of ${id}, and counts as delivered once that is acknowledged.`;
}
