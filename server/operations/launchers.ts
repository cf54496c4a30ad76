import type { SessionId } from '../domain/ids.ts';
import type { Caller } from '../protocol/caller.ts';
import type { LauncherRegistry, SessionStarts } from './context.ts';
import { Refusal } from '../domain/refusal.ts';

/** `isEnded` tells whether the state has the session as ended (or not at all). */
export function launcherRegistry(isEnded: (session: SessionId) => boolean): LauncherRegistry {
  const connected = new Map<SessionId, Caller>();
  const waiting = new Map<SessionId, Set<() => void>>();

  /** Resolves true when `holds` does, looked at whenever something is told of the session, false after the deadline. */
  function wait(session: SessionId, deadlineMs: number, holds: () => boolean): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiters = waiting.get(session) ?? new Set();
      waiting.set(session, waiters);
      const settle = (value: boolean): void => {
        clearTimeout(timer);
        waiters.delete(look);
        if (waiters.size === 0) waiting.delete(session);
        resolve(value);
      };
      const look = (): void => {
        if (holds()) settle(true);
      };
      const timer = setTimeout(() => settle(holds()), deadlineMs);
      waiters.add(look);
    });
  }

  const tell = (session: SessionId): void => {
    for (const look of Array.from(waiting.get(session) ?? [])) look();
  };

  return {
    add(session, caller) {
      connected.set(session, caller);
      tell(session);
    },
    lost(session, caller) {
      if (connected.get(session) !== caller) return false;
      connected.delete(session);
      tell(session);
      return true;
    },
    isConnected: (session, caller) => connected.get(session) === caller,
    askToStop(session, reason, graceMs) {
      const caller = connected.get(session);
      caller?.peer.notify('session/stop', { session, reason, graceMs });
      return caller !== undefined;
    },
    ended: (session, deadlineMs) => wait(session, deadlineMs, () => isEnded(session)),
    left: (session, deadlineMs) => wait(session, deadlineMs, () => !connected.has(session)),
    returned: (session, deadlineMs) =>
      wait(session, deadlineMs, () => connected.has(session) || isEnded(session)),
    remove(session) {
      connected.delete(session);
      tell(session);
    },
  };
}

/** Slings wait here until a launcher reports the runtime's process, or that there is none. */
export function sessionStarts(): SessionStarts {
  const waiting = new Map<SessionId, { readonly done: () => void; readonly fail: (reason: Error) => void }>();
  return {
    expect(session, deadlineMs) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(session);
          reject(
            new Refusal('failed', `The session did not start within ${Math.round(deadlineMs / 1000)} s.`),
          );
        }, deadlineMs);
        const settled = (): void => {
          clearTimeout(timer);
          waiting.delete(session);
        };
        waiting.set(session, {
          done: () => {
            settled();
            resolve();
          },
          fail: (reason) => {
            settled();
            reject(reason);
          },
        });
      });
    },
    started: (session) => waiting.get(session)?.done(),
    failed: (session, reason) => waiting.get(session)?.fail(reason),
  };
}
