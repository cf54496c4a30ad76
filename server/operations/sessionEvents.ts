import { hookOf } from '../domain/hooks.ts';
import type { AgentId } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { noteProgress, stoppedWithoutDone, transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { isSessionId } from '../runtimes/output.ts';
import { messagesText } from '../runtimes/primeParts.ts';
import type { Context } from './context.ts';
import { isCurrent } from './nudges.ts';
import { markDelivered, shownAtOnce, waitingMessages } from './waitingMessages.ts';

/** A hook may call at every prompt; a sign of life this old is worth a line in the journal. */
export const progressEveryMs = 15_000;

/**
 * What a session's lifecycle hook tells. The end of a turn without `gt done` is answered once in a session, where the runtime takes an
 * answer; else it is written down on the polecat, whose state stays as it is.
 */
export async function sessionEvent(
  context: Context,
  params: Params<'session/event'>,
  caller: Caller,
): Promise<Result<'session/event'>> {
  const session = ownSession(context.store.view, caller);
  await noteSession(context, session, params.runtimeSession);
  if (params.event === 'stop') return await stopped(context, session, params);
  if (params.event !== 'end') await noteLife(context, session, params.event === 'prompt');
  if (params.event !== 'prompt' || !isCurrent(context, caller)) return {};
  const { shown, more } = shownAtOnce(waitingMessages(context, session.agent));
  if (shown.length === 0) return {};
  context.background(`messages of ${session.agent}`, () => markDelivered(context, session.agent, shown));
  return { text: messagesText(shown, more).join('\n') };
}

/** Keeps the runtime's own id of a session, by which it can be resumed and asked. Nothing is written where it is known. */
export async function noteSession(
  context: Context,
  { id, agent }: Pick<Session, 'id' | 'agent'>,
  runtimeSession: string | undefined,
): Promise<void> {
  const known = context.store.view.get('sessions', id)?.runtimeSession;
  // What a session says becomes an argument of its runtime some day.
  if (runtimeSession === undefined || runtimeSession === known || !isSessionId(runtimeSession)) return;
  await context.store.transact({ verb: 'session/identify', by: agent, subject: agent }, (draft) => {
    const now = draft.get('sessions', id);
    if (now) draft.put('sessions', { ...now, runtimeSession });
  });
}

function ownSession(view: View, caller: Caller): Session {
  const session = caller.session && view.get('sessions', caller.session);
  if (session) return session;
  throw new Refusal('no-session', 'This session is not known to the town any more.');
}

/** `spokenTo`: whoever asked a person has its answer. */
async function noteLife(context: Context, session: Session, spokenTo: boolean): Promise<void> {
  const polecat = ownPolecat(context.store.view, session);
  if (!polecat) return;
  const at = context.now();
  const fresh = Date.parse(at) - Date.parse(polecat.progressAt) < progressEveryMs;
  const answered = spokenTo && polecat.state === 'needs-you';
  if (fresh && !answered && polecat.reason !== stoppedWithoutDone) return;
  await change(context, session, 'session/progress', (draft, now) => {
    const awake = spokenTo && now.state === 'needs-you' ? transitionPolecat(now, 'working', { at }) : now;
    draft.put('agents', noteProgress(awake, at));
  });
}

async function stopped(
  context: Context,
  session: Session,
  { answers, again }: Params<'session/event'>,
): Promise<Result<'session/event'>> {
  if (!owesDone(context.store.view, session)) return {};
  if (answers === true && again !== true && (await remind(context, session)))
    return { goOn: reminder(session.agent) };
  await change(context, session, 'session/at-rest', (draft, polecat) => {
    if (!owesDone(draft, session) || polecat.reason === stoppedWithoutDone) return;
    draft.put('agents', { ...polecat, reason: stoppedWithoutDone, updatedAt: context.now() });
  });
  return {};
}

/** Once in a session, decided in the transaction: the two hooks of one turn remind once. */
async function remind(context: Context, session: Session): Promise<boolean> {
  const reminded = await change(context, session, 'session/remind', (draft) => {
    const now = draft.get('sessions', session.id);
    if (!now || now.remindedAt !== undefined || !owesDone(draft, now)) return false;
    draft.put('sessions', { ...now, remindedAt: context.now() });
    return true;
  });
  return reminded === true;
}

/** It works, has something on its hook, and has neither handed it over nor asked a person. */
function owesDone(view: View, session: Session): boolean {
  const polecat = ownPolecat(view, session);
  if (!polecat || hookOf(view, polecat.id) === undefined) return false;
  return polecat.state === 'working' || polecat.state === 'spawning';
}

function reminder(agent: AgentId): string {
  return [
    `${agent} still has work on its hook, and you are about to stop without handing it over.`,
    'If it is complete, commit everything and run: gt done.',
    'If you need a person, run: gt done --status escalated --message followed by your question.',
    'If you cannot go on now, run: gt done --status deferred --message followed by the reason.',
    'Otherwise go on with it; gt hook shows it.',
  ].join(' ');
}

/** Of a session that its polecat still is: another may have taken its place. */
function ownPolecat(view: View, session: Session): Polecat | undefined {
  const polecat = view.get('agents', session.agent);
  return polecat?.session === session.id && polecat.state !== 'done' ? polecat : undefined;
}

async function change<T>(
  context: Context,
  session: Session,
  verb: string,
  work: (draft: Draft, polecat: Polecat) => T,
): Promise<T | undefined> {
  const meta = { verb, by: session.agent, subject: session.bead ?? session.agent };
  const { result } = await context.store.transact(meta, (draft): T | undefined => {
    const polecat = ownPolecat(draft, session);
    return polecat && work(draft, polecat);
  });
  return result;
}
