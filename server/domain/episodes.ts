import type { AgentVerdict, Episode, RemedyKind, RemedyTried } from './episode.ts';
import type { AgentId, SessionId, Timestamp } from './ids.ts';
import type { Polecat, PolecatState } from './polecat.ts';
import { noteProgress, transitionPolecat } from './polecats.ts';
import type { Draft, View } from './view.ts';

/** The episode of a polecat's session; what is left of an earlier one of its name is none. */
export function episodeOf(view: View, { id, session }: Pick<Polecat, 'id' | 'session'>): Episode | undefined {
  const episode = view.get('episodes', id);
  return episode?.session === session ? episode : undefined;
}

/** Whether there is something to raise. */
export function isTrouble(
  verdict: AgentVerdict | undefined,
): verdict is AgentVerdict & { readonly kind: Episode['verdict'] } {
  return verdict !== undefined && verdict.kind !== 'working';
}

export type EpisodeChange = 'raised' | 'changed' | 'cleared';

/**
 * Puts down what the witness found: raised once in an episode, changed where another rule fires, cleared where it works again. The
 * state of a polecat whose session lives follows. Undefined: all of it was known, and nothing is put.
 */
export function noteVerdict(
  draft: Draft,
  polecat: Polecat,
  verdict: AgentVerdict | undefined,
  at: Timestamp,
): EpisodeChange | undefined {
  if (!isTrouble(verdict)) return stands(draft, polecat, verdict) ? undefined : clear(draft, polecat, at);
  const { session } = polecat;
  if (session === undefined) return undefined;
  const before = episodeOf(draft, polecat);
  if (
    before?.rule === verdict.rule &&
    before.until === verdict.until &&
    !isLimitedAgain(polecat, before, verdict)
  )
    return undefined;
  draft.put('episodes', { ...episodeFor(polecat, session, verdict, at), ...keptOf(before) });
  follow(draft, polecat, verdict, at);
  return before ? 'changed' : 'raised';
}

/** It has gone on since, and its runtime says the same once more. */
function isLimitedAgain({ wentOn }: Polecat, before: Episode, { kind, signals }: AgentVerdict): boolean {
  if (kind !== 'rate-limited' || wentOn === undefined || (before.limitedAt ?? '') > wentOn.at) return false;
  return signals.some(({ name, at }) => name === 'output' && at !== undefined && at > wentOn.at);
}

/** That the town has just woken is no sign of life: what was raised before stands. */
function stands(view: View, polecat: Polecat, verdict: AgentVerdict | undefined): boolean {
  const before = episodeOf(view, polecat);
  if (!before || before.rule === 'asked') return false;
  const isOver = before.rule === 'done-but-running' || before.rule === 'bead-closed';
  return verdict?.rule === 'woken' || (isOver && verdict?.rule === 'finishing');
}

/** The state of one whose session lives follows; a limit's end is told of every one. */
function follow(draft: Draft, polecat: Polecat, verdict: AgentVerdict, at: Timestamp): void {
  const { reason, until } = verdict;
  const lives = draft.get('sessions', polecat.session ?? '')?.state !== 'ended';
  const state = lives ? stateFor(polecat, verdict) : undefined;
  if (state === undefined && until === undefined) return;
  const followed = state ? transitionPolecat(polecat, state, { at, reason }) : polecat;
  draft.put('agents', until === undefined ? followed : { ...followed, until });
}

/** As it would be raised now. */
export function episodeFor(
  { id, rig, bead }: Polecat,
  session: SessionId,
  { kind, rule, reason, signals, until }: AgentVerdict & { readonly kind: Episode['verdict'] },
  at: Timestamp,
): Episode {
  return {
    id,
    rig,
    session,
    ...(bead === undefined ? {} : { bead }),
    verdict: kind,
    rule,
    reason,
    since: at,
    ...(kind === 'stalled' ? { stalledAt: at } : {}),
    ...(kind === 'rate-limited' ? { limitedAt: at } : {}),
    evidence: signals,
    ...(until === undefined ? {} : { until }),
    remedies: [],
  };
}

/** What an episode keeps where another rule fires in it. */
export function keptOf(
  episode: Episode | undefined,
): Partial<Pick<Episode, 'since' | 'stalledAt' | 'remedies'>> {
  if (!episode) return {};
  const { since, stalledAt, remedies } = episode;
  return { since, ...(stalledAt === undefined ? {} : { stalledAt }), remedies };
}

function clear(draft: Draft, polecat: Polecat, at: Timestamp): EpisodeChange | undefined {
  const known = draft.get('episodes', polecat.id);
  if (!known) return undefined;
  draft.remove('episodes', polecat.id);
  const session = draft.get('sessions', polecat.session ?? '');
  const waits = polecat.state === 'stalled' || polecat.state === 'rate-limited';
  // One that only starts has shown nothing yet.
  if (waits && session?.state === 'running')
    draft.put('agents', transitionPolecat(polecat, 'working', { at }));
  return 'cleared';
}

/** Its own words stand: whoever asked a person goes on asking, and whoever is done is done. */
function stateFor({ state }: Polecat, { kind, rule }: AgentVerdict): PolecatState | undefined {
  if (state === 'done' || rule === 'asked') return undefined;
  return kind === 'rate-limited' ? 'rate-limited' : 'stalled';
}

/** A sign of life of an agent: it works again, so that its episode is over, in the same transaction. */
export function noteLife(
  draft: Draft,
  polecat: Polecat,
  at: Timestamp,
  sign: 'call' | 'lifecycle' = 'call',
): void {
  const awake = noteProgress(polecat, at);
  draft.put('agents', { ...awake, ...(sign === 'call' ? { calledAt: at } : { lifecycleAt: at }) });
  const episode = draft.get('episodes', polecat.id);
  if (episode && awake.state === 'working' && episode.rule !== 'bead-closed')
    draft.remove('episodes', polecat.id);
}

/** Written down before it is tried: a town that is killed meanwhile does not try it twice. */
export function beginRemedy(draft: Draft, episode: Episode, remedy: RemedyTried): void {
  draft.put('episodes', { ...episode, remedies: [...episode.remedies, remedy] });
}

/** What came of the remedy that was begun then. Of an episode that is over nothing is written. */
export function endRemedy(
  draft: Draft,
  of: { readonly id: AgentId; readonly session: SessionId; readonly begun: Timestamp },
  outcome: string,
): void {
  const episode = draft.get('episodes', of.id);
  if (episode?.session !== of.session) return;
  const remedies = episode.remedies.map((each) => (each.at === of.begun ? { ...each, outcome } : each));
  draft.put('episodes', { ...episode, remedies });
}

export function triedOf(episode: Episode, kind: RemedyKind): readonly RemedyTried[] {
  return episode.remedies.filter((each) => each.kind === kind);
}
