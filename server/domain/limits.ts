import { later } from './later.ts';
import type { Episode } from './episode.ts';
import type { RuntimeName, Timestamp } from './ids.ts';
import { reaches } from './notificationLevel.ts';
import type { Polecat } from './polecat.ts';
import type { Session } from './session.ts';
import type { Draft, View } from './view.ts';
import { witnessSettings } from './witnessSettings.ts';

/** So long a limit is waited for that does not tell when it is over; twice as long each time that it comes again. */
const waitMs = 15 * 60_000;
const longestWaitMs = 4 * 60 * 60_000;
/** A limit that comes within so long after the last is the same that comes again. */
const againMs = 60 * 60_000;
/** One that was nudged has so long to say something. */
const answerMs = 5 * 60_000;
/** So often in a row it may be that nothing could be begun. */
const mostTries = 5;

/** How a polecat goes on after a limit. */
export interface GoOn {
  /** When, or when it is known that it does not. */
  readonly at: Timestamp;
  /** Why the town does not go on with it by itself; absent: it does. */
  readonly left?: string;
}

/** When a polecat that waits for a limit goes on by itself, or why it does not. Of one that waits for something else it says nothing. */
export function goOnOf(view: View, polecat: Polecat, episode: Episode): GoOn {
  const seenAt = episode.limitedAt ?? episode.since;
  const { wentOn } = polecat;
  const session = view.get('sessions', episode.session);
  const tried = wentOn !== undefined && (wentOn.at >= seenAt || wasNotStarted(session));
  const isGone = session?.state === 'ended';
  const over = parked(view, polecat, overAt(polecat, episode, seenAt));
  if (tried && !isGone)
    return { at: later(wentOn.at, answerMs), left: 'It was told that its limit is over, and said nothing.' };
  const left = over.left ?? (isGone ? whyNotBegun(view, polecat, tried) : whyNotTold(view, polecat));
  return { at: over.at, ...(left === undefined ? {} : { left }) };
}

/** As it was told, and never sooner than its pause after the last time allows. */
function overAt({ wentOn }: Polecat, { until, overAt: said }: Episode, seenAt: Timestamp): Timestamp {
  if (said !== undefined) return said;
  const isAgain = wentOn !== undefined && Date.parse(seenAt) - Date.parse(wentOn.at) < againMs;
  const pause = Math.min(longestWaitMs, waitMs * 2 ** (isAgain ? wentOn.times : 0));
  if (!isAgain) return until ?? later(seenAt, pause);
  const from = wentOn.at > seenAt ? wentOn.at : seenAt;
  const rested = later(until === undefined ? from : wentOn.at, pause);
  return until !== undefined && until > rested ? until : rested;
}

/** Another may have met a longer limit of the same runtime, or a person know of one. */
function parked(view: View, { runtime }: Polecat, at: Timestamp): GoOn {
  const quota = view.get('quotas', runtime);
  if (!quota) return { at };
  if (quota.until === undefined)
    return { at, left: `The runtime ${runtime} is parked until a person clears it.` };
  return { at: quota.until > at ? quota.until : at };
}

function whyNotBegun(view: View, polecat: Polecat, tried: boolean): string | undefined {
  const rig = view.get('rigs', polecat.rig);
  const { remedy } = witnessSettings(rig?.settings);
  if (remedy === 'none' || remedy === 'nudge')
    return `Its session has ended, and the rig's remedy is ${remedy}, by which none is begun.`;
  if (rig?.state !== 'active') return 'Its rig is parked or docked, where nothing is begun again.';
  return tried && (polecat.wentOn?.times ?? 0) >= mostTries
    ? `It could not be begun again ${mostTries} times.`
    : undefined;
}

function whyNotTold(view: View, { rig, notifications }: Polecat): string | undefined {
  const { remedy, maxNudges } = witnessSettings(view.get('rigs', rig)?.settings);
  if (remedy === 'none') return "The rig's remedy is none, by which nobody is told.";
  if (maxNudges === 0) return "The rig's maxNudges is 0, so that it is not told.";
  return reaches(notifications, {}) ? undefined : 'It is muted, so that it is not told.';
}

/** One more time in a row, unless it worked in between. */
export function wentOnAgain({ wentOn }: Polecat, episode: Episode, at: Timestamp): Polecat['wentOn'] {
  const seenAt = episode.limitedAt ?? episode.since;
  const isAgain = wentOn !== undefined && Date.parse(seenAt) - Date.parse(wentOn.at) < againMs;
  return { at, times: isAgain ? wentOn.times + 1 : 1 };
}

/** A person says that the limit of a runtime is over: whoever waits for it goes on now, as far as their rig allows. */
export function endLimit(draft: Draft, runtime: RuntimeName, at: Timestamp): void {
  for (const polecat of Array.from(draft.find('agentsByState', 'rate-limited'))) {
    if (polecat.runtime !== runtime) continue;
    const { until: _, ...rest } = polecat;
    draft.put('agents', rest);
    const episode = draft.get('episodes', polecat.id);
    if (episode?.verdict === 'rate-limited') draft.put('episodes', { ...episode, overAt: at });
  }
}

/**
 * Of one that waits for a limit: whether it is left to a person. That is written down in its episode when the limit is over; before,
 * nobody can do anything. One whose session did not end by the limit is a person's at once.
 */
export function isLeftAfterLimit(view: View, { id, session }: Pick<Polecat, 'id' | 'session'>): boolean {
  const run = view.get('sessions', session ?? '');
  const episode = view.get('episodes', id);
  if (episode === undefined || episode.session !== session) return !isExpected(run);
  return episode.verdict === 'rate-limited' ? episode.leftAt !== undefined : run?.state === 'ended';
}

/** The witness is about to say what is to be said of it. */
const isExpected = (run: Session | undefined): boolean =>
  run?.state !== 'ended' || run.failure !== undefined || wasNotStarted(run);

const wasNotStarted = (run: Session | undefined): boolean => run?.exit?.end === 'not-started';
