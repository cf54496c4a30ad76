import { allAgents } from '../domain/agents.ts';
import type { Timestamp } from '../domain/ids.ts';
import { messageOf } from '../domain/fault.ts';
import type { Session } from '../domain/session.ts';
import type { View } from '../domain/view.ts';
import type { TownProcess } from '../protocol/town.ts';
import type { Context, ProgramPort, SessionPort } from './context.ts';

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

/** Every process that a record of the town names and that still runs, told by its id and the time it began; never by its name. */
export function townProcesses({
  sessions,
  programs,
  store,
}: {
  readonly store: { readonly view: View };
  readonly sessions: Pick<SessionPort, 'isAlive'>;
  readonly programs: Pick<ProgramPort, 'left'>;
}): readonly TownProcess[] {
  const ofSessions = [...store.view.all('sessions')].flatMap((session) =>
    processesOf(session)
      .filter(({ pid, since }) => sessions.isAlive(pid, since))
      .map(({ pid, what }) => ({ pid, what, session: session.id, agent: session.agent })),
  );
  const ofPrograms = programs.left().map(({ pid, what }) => ({ pid, what: 'program' as const, name: what }));
  return [...ofSessions, ...ofPrograms];
}

/** What cannot be ended is found by whoever looks afterwards. */
export async function endProcess(context: Context, process: TownProcess, graceMs: number): Promise<void> {
  const since = sinceOfProcess(context, process);
  if (since === undefined) return;
  try {
    await context.sessions.endTree(process.pid, since, graceMs);
  } catch (error) {
    context.log(`The ${process.what} ${process.pid} could not be ended: ${messageOf(error)}`);
  }
}

function sinceOfProcess({ store, programs }: Context, process: TownProcess): Timestamp | undefined {
  if (process.what === 'program') {
    const run = programs.left().find(({ pid }) => pid === process.pid);
    return run && (new Date(run.since).toISOString() as Timestamp);
  }
  const session = store.view.get('sessions', process.session);
  return session && processesOf(session).find(({ pid }) => pid === process.pid)?.since;
}

function processesOf(session: Session): readonly {
  readonly pid: number;
  readonly what: 'runtime' | 'launcher';
  readonly since: Timestamp;
}[] {
  const { pid, launcherPid, takenAt, createdAt } = session;
  return [
    ...(pid === undefined ? [] : [{ pid, what: 'runtime' as const, since: sinceOf(session) }]),
    ...(launcherPid === undefined
      ? []
      : [{ pid: launcherPid, what: 'launcher' as const, since: takenAt ?? createdAt }]),
  ];
}
