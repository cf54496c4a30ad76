import type { Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Session, SessionEnd, SessionExit, SessionFailure, SessionState } from './session.ts';
import { describeState } from './stateWords.ts';

export const sessionTransitions: Readonly<Record<SessionState, readonly SessionState[]>> = {
  starting: ['running', 'ended'],
  running: ['ended'],
  // By its own launcher, which is still there: see `transitionSession`.
  ended: ['running'],
};

export interface SessionChange {
  readonly at: Timestamp;
  readonly pid?: number;
  readonly launcherPid?: number;
  /** With `running`: it is not the runtime yet that runs. */
  readonly before?: string;
  /** Wanted for `ended`; taken away by `running`. */
  readonly exit?: SessionExit;
}

/**
 * Refused with `stale` where the states do not allow it: an ended session runs again only by its own launcher, which came back after
 * an interruption, or was told by a person at its terminal to go on; never after done, and never where it could not be started.
 * Ended again: nothing changes, the first end stands.
 */
export function transitionSession(session: Session, to: SessionState, change: SessionChange): Session {
  if (session.state === to && to === 'ended') return session;
  if (session.state !== to && !isAllowed(session, to)) {
    throw new Refusal(
      'stale',
      `The session ${session.id} is ${describeState(session.state)}; it cannot be ${describeState(to)}.`,
      { next: 'gt session list', facts: { session: session.id, from: session.state, to } },
    );
  }
  const { at, exit, ...pids } = change;
  if (to === 'ended') {
    return { ...session, ...pids, state: to, endedAt: at, exit: exit ?? { end: 'interrupted' } };
  }
  const { endedAt: _endedAt, exit: _exit, failure: _failure, before: _before, ...rest } = session;
  // One that runs again is no longer asked to stop.
  const { stopAsked: _stopAsked, ...again } = rest;
  const alive = session.state === 'ended' ? again : rest;
  // Another process than before: whether it is alive is told by its id and this time.
  const isAnother = change.pid !== undefined && change.pid !== session.pid;
  const startedAt = isAnother ? at : (session.startedAt ?? at);
  const started = to === 'running' ? { startedAt } : {};
  return { ...alive, ...pids, ...started, state: to };
}

/** The end of a session as it counts: one that was asked to stop was stopped, whatever became of its process. */
export function endOf({ stopAsked }: Session, exit: SessionExit): SessionExit {
  const isOther = exit.end === 'failed' || exit.end === 'interrupted';
  return stopAsked && isOther ? { ...exit, end: 'stopped' } : exit;
}

/** Hands the launch spec out, once: a second call is refused with `stale`, so that a revived terminal starts nothing twice. */
export function takeLaunch(session: Session, launcherPid: number, at: Timestamp): Session {
  if (session.takenAt === undefined && session.state === 'starting')
    return { ...session, takenAt: at, launcherPid };
  const sentence =
    session.state === 'ended'
      ? `The session ${session.id} has ended.`
      : `The session ${session.id} was started already.`;
  throw new Refusal('stale', sentence, {
    next: `gt session run ${session.agent}`,
    facts: { session: session.id },
  });
}

/** Whether such a failure passes by itself. */
export function passes({ verdict, resets }: SessionFailure): boolean {
  return verdict === 'rate-limit' || (verdict === 'quota' && resets !== undefined);
}

function isAllowed(session: Session, to: SessionState): boolean {
  if (session.state === 'ended' && !mayRunAgain.has(session.exit?.end)) return false;
  return sessionTransitions[session.state].includes(to);
}

const mayRunAgain: ReadonlySet<SessionEnd | undefined> = new Set([
  'interrupted',
  'failed',
  'stopped',
] as const);
