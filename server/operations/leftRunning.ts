import { allAgents } from '../domain/agents.ts';
import type { Session } from '../domain/session.ts';
import type { Context } from './context.ts';

/** Of sessions that have ended, those whose process still runs: the launcher was killed, and nobody was left to end its runtime. */
export function leftRunning(context: Context): Session[] {
  const { view } = context.store;
  const newest = allAgents(view).flatMap(({ session }) => (session && view.get('sessions', session)) ?? []);
  return newest.filter((session) => isLeft(context, session));
}

/** Two agents in one worktree would overwrite each other, and one whose worktree goes would write into nothing. */
export async function endWhatIsLeft(
  context: Context,
  session: Session,
  graceMs = context.waits.stopMs,
): Promise<void> {
  if (session.pid === undefined || !isLeft(context, session)) return;
  await context.sessions.endTree(session.pid, sinceOf(session), graceMs);
}

function isLeft(context: Context, session: Session): boolean {
  const { pid, state } = session;
  return state === 'ended' && pid !== undefined && context.sessions.isAlive(pid, sinceOf(session));
}

const sinceOf = (session: Session): Session['createdAt'] => session.startedAt ?? session.createdAt;
