import type { Timestamp } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Session, SessionExit, SessionState } from './session.ts';
import { describeState } from './stateWords.ts';

export const sessionTransitions: Readonly<Record<SessionState, readonly SessionState[]>> = {
  starting: ['running', 'ended'],
  running: ['ended'],
  // Only an interrupted one, whose launcher turned out to be alive: see `transitionSession`.
  ended: ['running'],
};

export interface SessionChange {
  readonly at: Timestamp;
  readonly pid?: number;
  readonly launcherPid?: number;
  /** Wanted for `ended`; taken away by `running`. */
  readonly exit?: SessionExit;
}

/**
 * Refused with `stale` where the states do not allow it: an ended session runs again only if it was interrupted and its launcher came
 * back. Ended again: nothing changes, the first end stands.
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
  const { endedAt: _endedAt, exit: _exit, ...alive } = session;
  const started = to === 'running' ? { startedAt: session.startedAt ?? at } : {};
  return { ...alive, ...pids, ...started, state: to };
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

/** Whether a new session can go on with its work on the same worktree and hook. */
export function isResumable(session: Session): boolean {
  return session.state === 'ended' && session.exit?.end !== 'done';
}

function isAllowed(session: Session, to: SessionState): boolean {
  if (session.state === 'ended' && session.exit?.end !== 'interrupted') return false;
  return sessionTransitions[session.state].includes(to);
}
