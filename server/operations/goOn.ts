import { later } from '../domain/later.ts';
import type { Episode, RemedyKind } from '../domain/episode.ts';
import { episodeOf } from '../domain/episodes.ts';
import type { AgentId, Timestamp } from '../domain/ids.ts';
import { goOnOf, wentOnAgain } from '../domain/limits.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Draft } from '../domain/view.ts';
import type { Context } from './context.ts';
import { hasRoom } from './hasRoom.ts';
import { findPolecat } from './lookups.ts';
import { sendNudge } from './nudges.ts';
import { runSession } from './sessions.ts';
import { townCaller } from './townCaller.ts';

/** Where there is no place for it, it is looked for again after this. */
const againMs = 5 * 60_000;

const keyOf = ({ id, session }: Polecat): string => `${id} ${session ?? ''}`;

/**
 * Until when one that the town begins again, or whose limit is over, has to wait for its turn, or for a place. Undefined: it is now, and
 * the turn is taken.
 */
export function waitForTurn(context: Context, polecat: Polecat, kind: RemedyKind): Timestamp | undefined {
  if (!begins.has(kind)) return undefined;
  const turn = context.pace.turnOf(keyOf(polecat), kind === 'go-on' ? leastDelayMs : 0);
  if (turn > context.now()) return turn;
  context.pace.take(keyOf(polecat));
  const hasPlace = runs(context, polecat) || hasRoom(context, { ...polecat, polecat });
  return hasPlace ? undefined : later(context.now(), againMs);
}

const begins: ReadonlySet<RemedyKind> = new Set<RemedyKind>(['go-on', 'restart', 'handoff']);

/** Those that go on after a limit come one after the other, also where new ones need not: what is used up is used up at once. */
const leastDelayMs = 10_000;

/** One that runs has its place. */
function runs(context: Context, { session }: Polecat): boolean {
  return context.store.view.get('sessions', session ?? '')?.state !== 'ended';
}

/** Counted with the step itself, so that a limit that comes again is waited for longer. */
export function noteGoOn(draft: Draft, polecat: Polecat, episode: Episode, at: Timestamp): void {
  const wentOn = wentOnAgain(polecat, episode, at);
  draft.put('agents', { ...polecat, ...(wentOn === undefined ? {} : { wentOn }) });
  const now = draft.get('episodes', episode.id);
  if (!now) return;
  const { leftAt: _, ...rest } = now;
  draft.put('episodes', rest);
}

/** Told so where it runs, and begun again with what it was about where it does not. */
export async function goOnAfterLimit(context: Context, { id, session }: Episode): Promise<string> {
  const { view } = context.store;
  if (view.get('sessions', session)?.state === 'ended') {
    const next = await runSession(context, { agent: id }, townCaller);
    return `Its limit is over, and its session ${next.id} goes on with the work.`;
  }
  const { bead = 'your work' } = findPolecat(view, id);
  const text = `The town: your limit was reset. Go on with ${bead}, which is on your hook: gt hook shows it.`;
  const { how } = await sendNudge(context, { agent: id, text }, townCaller);
  return `Its limit is over, and a nudge waits for it. ${how}`;
}

/** Its limit is over, and the town does not go on with it: from now on it is a person's, and every window hears of that. */
export async function leaveAfterLimit(context: Context, id: AgentId): Promise<void> {
  const at = context.now();
  if (!isDue(context.store.view, id, at)) return;
  await context.store.transact({ verb: 'witness/limit-left', by: 'town', subject: id }, (draft) => {
    const episode = draft.get('episodes', id);
    if (episode && isDue(draft, id, at)) draft.put('episodes', { ...episode, leftAt: at });
  });
}

function isDue(view: Context['store']['view'], id: AgentId, now: Timestamp): boolean {
  const polecat = view.get('agents', id);
  const episode = polecat && episodeOf(view, polecat);
  if (!polecat || episode?.verdict !== 'rate-limited' || episode.leftAt !== undefined) return false;
  const goOn = goOnOf(view, polecat, episode);
  return goOn.left !== undefined && goOn.at <= now;
}
