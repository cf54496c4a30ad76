import type { Episode, RemedyKind, WitnessRule } from './episode.ts';
import { triedOf } from './episodes.ts';
import { clockTime } from './dispatchLimits.ts';
import type { Timestamp } from './ids.ts';
import type { GoOn } from './limits.ts';
import { spanWords } from './span.ts';
import type { RemedyCeiling } from './rig.ts';
import type { WitnessSettings } from './witnessSettings.ts';

/** What is known of a polecat beside its episode. */
export interface RemedyFacts {
  readonly episode: Episode;
  /** Its session has ended, or its process is gone: nothing is ended by beginning again. */
  readonly isGone: boolean;
  /** Its session lived in a terminal of somebody's, who closed it. */
  readonly wasClosedByHand: boolean;
  /** Its rig is parked or docked. */
  readonly rigRests: boolean;
  /** Why its bead is not begun again before a person has looked. */
  readonly broken?: string;
  /** Where it waits for a limit: how it goes on after it. */
  readonly goOn?: GoOn;
  /** When it was restarted lately by the witness, also in episodes that are over. */
  readonly restarts: readonly Timestamp[];
}

/** The next step, or none and why, and when that may be another. */
export type NextRemedy =
  | { readonly kind: RemedyKind; readonly why: string }
  | { readonly kind: 'none'; readonly why: string; readonly again?: Timestamp };

/** Between two remedies of one episode. */
const coolDownMs = 5 * 60_000;
/** So many restarts within the hour, and no more until it is over. */
const maxRestarts = 3;
export const restartWindowMs = 60 * 60_000;

/**
 * The one remedy that the policy allows now. A session is never ended because it is silent: it is begun again only where its process
 * is gone, or where the rig's own limit says so.
 */
export function nextRemedy(facts: RemedyFacts, settings: WitnessSettings, now: Timestamp): NextRemedy {
  const { episode, goOn } = facts;
  const { remedy } = settings;
  if (goOn) return afterLimit(episode, goOn, remedy, now);
  if (remedy === 'none') return none("The rig's remedy is none.");
  if (episode.rule === 'asked') return none('It waits for the answer of a person.');
  const waiting = coolsDown(episode, now);
  if (waiting) return waiting;
  if (episode.rule === 'done-but-running') return once(episode, 'release', 'Its work is handed over.');
  if (facts.isGone && facts.rigRests)
    return none('Its rig is parked or docked, where nothing is begun again.');
  const begun = facts.isGone ? restart(facts, remedy, now) : wake(facts, settings, now);
  if (begun.kind !== 'none' || !allows(remedy, 'escalate')) return begun;
  if (begun.again !== undefined) return begun;
  return once(episode, 'escalate', begun.why);
}

/** Where nothing is begun by itself, a person is asked only when something can be done. */
function afterLimit(
  episode: Episode,
  { at, left }: GoOn,
  ceiling: RemedyCeiling,
  now: Timestamp,
): NextRemedy {
  if (now < at) {
    const what = left === undefined ? `It goes on at ${clockTime(at)}.` : `Its limit is waited for. ${left}`;
    return none(what, Date.parse(at));
  }
  if (left === undefined) return { kind: 'go-on', why: 'Its limit is over.' };
  return allows(ceiling, 'escalate') ? once(episode, 'escalate', left) : none(left);
}

function coolsDown({ remedies }: Episode, now: Timestamp): NextRemedy | undefined {
  const last = remedies.at(-1);
  if (!last) return undefined;
  const until = Date.parse(last.at) + coolDownMs;
  if (Date.parse(now) >= until) return undefined;
  return none(`The last remedy was a ${last.kind}; it is given time.`, until);
}

/** One that lives is spoken to; only where its rig has a limit for it is it ended. */
function wake(facts: RemedyFacts, settings: WitnessSettings, now: Timestamp): NextRemedy {
  const { episode } = facts;
  const limit = stallLimit(facts, settings);
  if (limit !== undefined && allows(settings.remedy, 'restart') && Date.parse(now) >= limit) {
    const why = `It was stalled for longer than the ${spanWords(settings.stallLimitMs ?? 0)} that the rig allows.`;
    return once(episode, fresh(episode.rule), why);
  }
  const nudged = nudge(episode, settings.maxNudges);
  return nudged.kind === 'nudge' || limit === undefined ? nudged : none(nudged.why, limit);
}

/** When one that lives may be ended, where that is ever. */
function stallLimit(
  { episode, rigRests, broken }: RemedyFacts,
  { stallLimitMs }: WitnessSettings,
): number | undefined {
  const never = rigRests || broken !== undefined || stallLimitMs === undefined;
  return never ? undefined : Date.parse(episode.since) + stallLimitMs;
}

function nudge(episode: Episode, maxNudges: number): NextRemedy {
  const nudges = triedOf(episode, 'nudge').length;
  if (!helpsByNudge(episode.rule)) return none('It lives, and no nudge helps against this.');
  if (nudges < maxNudges)
    return { kind: 'nudge', why: `It lives and is silent; nudge ${nudges + 1} of ${maxNudges}.` };
  return none(`It lives, and ${maxNudges === 0 ? 'is not to be nudged' : `was nudged ${nudges} times`}.`);
}

function restart(
  { episode, wasClosedByHand, broken, restarts }: RemedyFacts,
  ceiling: RemedyCeiling,
  now: Timestamp,
): NextRemedy {
  if (!allows(ceiling, 'restart')) return none("The rig's remedy is nudge, and there is nobody to nudge.");
  if (wasClosedByHand) return none('Its terminal was closed; a person begins it again.');
  if (broken !== undefined) return none(broken);
  if (comesBack.has(episode.rule)) return none('It would fail of the same again.');
  const recent = restarts.filter((each) => Date.parse(now) - Date.parse(each) < restartWindowMs).toSorted();
  const oldest = recent.at(-maxRestarts);
  if (oldest !== undefined) {
    const why = `It was restarted ${maxRestarts} times within the hour.`;
    return none(why, Date.parse(oldest) + restartWindowMs);
  }
  const rested = Date.parse(recent.at(-1) ?? '') + coolDownMs;
  if (rested > Date.parse(now)) return none('It was restarted a moment ago.', rested);
  return { kind: fresh(episode.rule), why: 'Its process is gone, and its bead is open.' };
}

/** What is as it was when it is begun again: somebody has to do something. */
const comesBack: ReadonlySet<WitnessRule> = new Set<WitnessRule>([
  'sign-in',
  'missing-tool',
  'sandbox',
  'dialog',
  'refused',
  'quota',
]);

/** A conversation that is full, or lost, is not gone on with. */
const fresh = (rule: WitnessRule): RemedyKind =>
  rule === 'context-limit' || rule === 'lost-session' ? 'handoff' : 'restart';

const helpsByNudge = (rule: WitnessRule): boolean =>
  rule === 'silent' || rule === 'at-rest' || rule === 'bead-closed';

function allows(ceiling: RemedyCeiling, remedy: 'restart' | 'escalate'): boolean {
  return ceiling === 'escalate' || ceiling === remedy;
}

function once(episode: Episode, kind: RemedyKind, why: string): NextRemedy {
  return triedOf(episode, kind).length === 0 ? { kind, why } : none(`It was tried: ${kind}.`);
}

function none(why: string, again?: number): NextRemedy {
  const at = again === undefined ? undefined : (new Date(again).toISOString() as Timestamp);
  return { kind: 'none', why, ...(at === undefined ? {} : { again: at }) };
}
