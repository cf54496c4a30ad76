import type { Episode, RemedyKind } from '../domain/episode.ts';
import { beginRemedy, endRemedy, episodeOf } from '../domain/episodes.ts';
import type { AgentId, Timestamp } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { lastWords } from '../domain/handoffs.ts';
import { Refusal } from '../domain/refusal.ts';
import { restartWindowMs, type NextRemedy } from '../domain/remedy.ts';
import { remedyOf } from '../domain/remedyFacts.ts';
import { later } from '../domain/later.ts';
import { displayText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Context } from './context.ts';
import { createEscalation } from './escalations.ts';
import { goOnAfterLimit, leaveAfterLimit, noteGoOn, waitForTurn } from './goOn.ts';
import { handoff } from './handoff.ts';
import { keepingPlace } from './keepPlace.ts';
import { findPolecat } from './lookups.ts';
import { sendNudge } from './nudges.ts';
import { releaseHolder } from './release.ts';
import { refuseUnlessResumable, runSession, stopSession } from './sessions.ts';
import { isStopping } from './stopping.ts';
import { countFailure } from './tries.ts';
import { townCaller } from './townCaller.ts';

/** What the policy of its rig would have done about a polecat now. Undefined: nothing is wrong with it. */
function remedyFor(view: View, polecat: Polecat, now: Timestamp): NextRemedy | undefined {
  const episode = episodeOf(view, polecat);
  return episode && remedyOf(view, polecat, episode, now);
}

/**
 * Tries the next remedy, if there is one now: written down first, so that of two that try at once, or of a town that is killed, it is
 * tried once. Gives when there may be another.
 */
export async function tryRemedy(context: Context, id: AgentId): Promise<Timestamp | undefined> {
  if (isStopping(context)) return later(context.now(), stoppingMs);
  await leaveAfterLimit(context, id);
  const seen = context.store.view.get('agents', id);
  const next = seen && remedyFor(context.store.view, seen, context.now());
  if (!next) return undefined;
  if (next.kind === 'none') return next.again;
  const turn = next.kind === 'go-on' ? waitForTurn(context, seen) : undefined;
  if (turn !== undefined) return turn;
  const begun = await begin(context, id, next.kind);
  if (!begun) return undefined;
  await context.checkpoint(`witness:${next.kind}`);
  const outcome = await carryOut(context, begun, next.kind, next.why);
  const meta = { verb: 'witness/remedied', by: 'town', subject: id };
  await context.store.transact(meta, (draft) => {
    endRemedy(draft, { id, session: begun.session, begun: begun.at }, outcome);
  });
  const now = context.store.view.get('agents', id);
  const after = now && remedyFor(context.store.view, now, context.now());
  return after?.kind === 'none' ? after.again : undefined;
}

/** A town that is being stopped, and then is not, goes on after so long. */
const stoppingMs = 60_000;

interface Begun extends Episode {
  readonly at: Timestamp;
}

/** Judged again in the transaction: where another session is in its place, or the step was taken, nothing is done. */
async function begin(context: Context, id: AgentId, kind: RemedyKind): Promise<Begun | undefined> {
  const at = context.now();
  const meta = { verb: `witness/${kind}`, by: 'town', subject: id };
  const { result } = await context.store.transact(meta, (draft): Begun | undefined => {
    const polecat = draft.get('agents', id);
    const episode = polecat && episodeOf(draft, polecat);
    if (!episode || remedyFor(draft, polecat, at)?.kind !== kind) return undefined;
    beginRemedy(draft, episode, { kind, at });
    if (kind === 'restart' || kind === 'handoff') noteRestart(draft, polecat, at);
    if (kind === 'go-on') noteGoOn(draft, polecat, episode, at);
    return { ...episode, at };
  });
  return result;
}

function noteRestart(draft: Draft, polecat: Polecat, at: Timestamp): void {
  const recent = (polecat.restarts ?? []).filter(
    (each) => Date.parse(at) - Date.parse(each) < restartWindowMs,
  );
  draft.put('agents', { ...polecat, restarts: [...recent, at] });
}

/** What came of it, in a sentence. A refusal is an outcome. */
async function carryOut(context: Context, episode: Episode, kind: RemedyKind, why: string): Promise<string> {
  try {
    return await steps[kind](context, episode, why);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `Refused: ${error.message}`;
  }
}

type Step = (context: Context, episode: Episode, why: string) => Promise<string>;

const nudge: Step = async (context, episode) => {
  const text = displayText(
    `The town: ${episode.reason} If you go on, any gt call tells it; else gt done, or gt done --status escalated --message QUESTION.`,
    900,
  );
  const { how } = await sendNudge(context, { agent: episode.id, text }, townCaller);
  return `A nudge waits for it. ${how}`;
};

const restart: Step = async (context, episode) => {
  const polecat = findPolecat(context.store.view, episode.id);
  const left = await whyNotAgain(context, polecat);
  if (left !== undefined) return left;
  const session = context.store.view.get('sessions', episode.session);
  await countStalled(context, polecat, episode);
  // Only where its rig has a limit for that: see `nextRemedy`.
  const next = await keepingPlace(context, polecat, { runtime: polecat.runtime, by: 'town' }, async () => {
    if (session && session.state !== 'ended') await stopSession(context, session.id, { by: 'the witness' });
    return await runSession(context, { agent: episode.id }, townCaller);
  });
  return `Its session ${next.id} goes on with the work.`;
};

/** A fresh session, with the packet that `gt handoff` would give it: what its agent said last stands, and what was seen is added. */
const handOver: Step = async (context, episode, why) => {
  const { view } = context.store;
  const polecat = findPolecat(view, episode.id);
  const left = await whyNotAgain(context, polecat);
  if (left !== undefined) return left;
  await countStalled(context, polecat, episode);
  const tried = [...(lastWords(view, polecat)?.tried ?? []), ...seenBy(episode, why)].slice(-mostTried);
  const host = view.get('sessions', episode.session)?.host === 'tmux' ? { host: 'tmux' as const } : {};
  const next = await handoff(context, { agent: episode.id, words: { tried }, ...host }, townCaller);
  return `A fresh session ${next.id} goes on with the work, and has a packet.`;
};

/** One that lived and got nowhere has failed, too; what has ended was counted then. */
async function countStalled(
  context: Context,
  polecat: Polecat,
  { rule, reason, session }: Episode,
): Promise<void> {
  const now = context.store.view.get('sessions', session);
  if (now && now.state !== 'ended')
    await countFailure(context, polecat, now, { code: rule, sentence: reason });
}

/** So many points fit in a packet. */
const mostTried = 30;

function seenBy({ reason, remedies }: Episode, why: string): readonly string[] {
  const before = remedies.flatMap(({ kind, at, outcome = '' }) =>
    outcome === '' ? [] : [`The witness tried a ${kind} at ${at}: ${outcome}`],
  );
  return [`The witness saw: ${reason} ${why}`, ...before];
}

/**
 * Before anything is begun again: is the bead open, still its own, and the base there? Otherwise it is let go, and that is the outcome:
 * finished work is never done twice.
 */
async function whyNotAgain(context: Context, polecat: Polecat): Promise<string | undefined> {
  try {
    refuseUnlessResumable(context.store.view, polecat);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `Not begun again: ${error.message} What it left stays in its worktree.`;
  }
  const rig = context.store.view.get('rigs', polecat.rig);
  const base = rig && (await context.git.resolve(rig, polecat.base));
  if (base !== undefined && context.rigFolders.exists(polecat.worktree)) return undefined;
  const what = base === undefined ? `its base ${polecat.base.slice(0, 10)} is gone` : 'its worktree is gone';
  if (polecat.bead === undefined) return `Not begun again: ${what}.`;
  const how = await releaseHolder(context, polecat.bead, polecat, townCaller);
  return `Not begun again: ${what}. ${polecat.bead} waits in the queue for another. ${how}`;
}

const goOn: Step = async (context, episode) => {
  const gone = context.store.view.get('sessions', episode.session)?.state === 'ended';
  const left = gone ? await whyNotAgain(context, findPolecat(context.store.view, episode.id)) : undefined;
  return left ?? (await goOnAfterLimit(context, episode));
};

const release: Step = async (context, episode) => {
  const session = await stopSession(context, episode.session, { by: 'the witness' });
  return session.state === 'ended' ? 'Its session was ended.' : 'Its session could not be ended.';
};

const escalate: Step = async (context, { id, bead, reason }, why) => {
  const { id: escalation } = await createEscalation(
    context,
    {
      description: displayText(`${id}: ${reason}`, 300),
      severity: 'high',
      reason: why,
      source: 'witness',
      ...(bead === undefined ? {} : { bead }),
    },
    townCaller,
  );
  return `A person is asked, as ${escalation}.`;
};

const steps: Readonly<Record<RemedyKind, Step>> = {
  nudge,
  restart,
  handoff: handOver,
  'go-on': goOn,
  release,
  escalate,
};
