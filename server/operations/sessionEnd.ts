import type { Timestamp } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session, SessionExit, SessionFailure } from '../domain/session.ts';
import { endOf, passes, transitionSession } from '../domain/sessions.ts';
import { displayText } from '../domain/text.ts';
import { describeVerdict, readFailure } from '../runtimes/failures.ts';
import { sessionIdIn } from '../runtimes/output.ts';
import { findPreset } from '../runtimes/presets.ts';
import { resetTime } from '../runtimes/resets.ts';
import type { Context } from './context.ts';
import { removeWhenEnded } from './remove.ts';

/** How many of the log's last lines an exit keeps. */
const keptLines = 20;

/** What exit code and output tell of a session that ended. */
interface EndedRun {
  readonly exit: SessionExit;
  readonly failure?: SessionFailure;
  /** The runtime's own id of the session; absent: not known, or it knows that session no more. */
  readonly runtimeSession?: string;
}

/** Records that a session ended, and what that makes of its polecat. Given the polecat as it then is. The first end stands. */
export async function recordEnd(
  context: Context,
  session: Session,
  told: SessionExit,
  reason: string | undefined,
): Promise<Polecat | undefined> {
  const exit = endOf(context.store.view.get('sessions', session.id) ?? session, told);
  const ran = readRun(context, session, exit);
  const at = context.now();
  const meta = { verb: 'session/ended', by: 'town', subject: session.agent };
  const { result } = await context.store.transact(meta, (draft) => {
    const now = draft.get('sessions', session.id) ?? session;
    const polecat = draft.get('agents', session.agent);
    if (now.state === 'ended') return polecat;
    const mine = polecat?.session === session.id ? polecat : undefined;
    const end = mine?.state === 'done' ? 'done' : exit.end;
    draft.put('sessions', endedSession(now, { ...ran, exit: { ...ran.exit, end } }, at));
    // A spawning polecat belongs to its sling, which is told and undoes it.
    if (!mine || mine.state === 'done' || mine.state === 'spawning') return polecat;
    const why = reason ?? sentence(context, session, ran, mine.bead);
    const changed = afterEnd(mine, ran, { at, reason: why });
    draft.put('agents', changed);
    return changed;
  });
  context.launchers.remove(session.id);
  context.starts.failed(session.id, notStarted(session, ran, reason));
  const bead = result?.bead && context.store.view.get('beads', result.bead);
  if (result?.state === 'done' && bead && bead.status === 'closed') removeWhenEnded(context, result.id);
  return result;
}

function readRun(context: Context, session: Session, exit: SessionExit): EndedRun {
  const { log } = session;
  const lastLines = exit.lastLines ?? (log ? context.sessions.lastLines(log, keptLines) : []);
  const complete: SessionExit = { ...exit, ...(lastLines.length > 0 ? { lastLines } : {}) };
  const preset = findPreset(session.runtime, context.store.view.all('runtimes'));
  if (!preset) return { exit: complete, ...known(session.runtimeSession) };
  const written = log ? context.sessions.outputLines(log) : [];
  const lines = written.length > 0 ? written : lastLines;
  const failure = exit.end === 'failed' ? readFailure(preset, exit, lines) : undefined;
  const isLost = failure?.verdict === 'lost-session';
  return {
    exit: complete,
    ...(failure ? { failure: shown(failure, context.now()) } : {}),
    ...(isLost ? {} : known(session.runtimeSession ?? sessionIdIn(preset, lines))),
  };
}

/** Safe to show, and with the time at which it is over. */
export function shown(failure: SessionFailure, at: Timestamp): SessionFailure {
  const resetsAt = failure.resets === undefined ? undefined : resetTime(failure.resets, at);
  return {
    ...failure,
    evidence: displayText(failure.evidence, 300),
    ...(resetsAt === undefined ? {} : { resetsAt }),
  };
}

const known = (id: string | undefined): Pick<EndedRun, 'runtimeSession'> =>
  id === undefined ? {} : { runtimeSession: id };

function endedSession(session: Session, { exit, failure, runtimeSession }: EndedRun, at: Timestamp): Session {
  const { runtimeSession: _, ...ended } = transitionSession(session, 'ended', { at, exit });
  // Where it was done, what went wrong on the way no longer matters.
  return { ...ended, ...known(runtimeSession), ...(failure && exit.end !== 'done' ? { failure } : {}) };
}

/** What a sling that still waits for its start is told. */
function notStarted(
  session: Session,
  { exit: { end, lastLines = [] }, failure }: EndedRun,
  reason: string | undefined,
): Refusal {
  const { command } = session.launch;
  const said = failure ? ` ${describe(failure)}` : lastLines.at(-1);
  const why = reason ?? `${command} ended before it was seen to run${said ? `: ${said}` : '.'}`;
  return new Refusal(end === 'not-started' ? 'missing-program' : 'failed', why, {
    facts: { command, lastLines },
  });
}

/**
 * A polecat that asked a person, or put its work off, keeps its question; one whose runtime ran into a limit waits for it; every other
 * end without done is a failure or an interruption.
 */
function afterEnd(
  polecat: Polecat,
  { exit, failure }: EndedRun,
  change: { readonly at: Timestamp; readonly reason: string },
): Polecat {
  if (polecat.state === 'needs-you' || polecat.state === 'interrupted') return polecat;
  // Without a bead there was nothing to be done with.
  if (exit.end !== 'failed' || polecat.bead === undefined)
    return transitionPolecat(polecat, 'interrupted', change);
  return transitionPolecat(polecat, failure && passes(failure) ? 'rate-limited' : 'failed', change);
}

function sentence(
  context: Context,
  session: Session,
  { exit, failure }: EndedRun,
  bead: Polecat['bead'],
): string {
  const preset = findPreset(session.runtime, context.store.view.all('runtimes'));
  const label = preset?.label ?? session.runtime;
  const how = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code ?? 'unknown'}`;
  if (exit.end !== 'failed') return `${label} ${how}. gt session run ${session.agent} goes on.`;
  const when = bead === undefined ? 'while it waited for work' : 'without gt done';
  return `${label} ${how} ${when}.${failure ? ` ${describe(failure)}` : ''}`;
}

/** What it was, what shows it, when it is over, and what to do. */
function describe({ verdict, advice, evidence, resets }: SessionFailure): string {
  const what = verdict === undefined ? 'It said' : describeVerdict(verdict);
  const until = resets === undefined ? '' : `, resets ${displayText(resets, 60)}`;
  return `${what} (${evidence})${until}. ${advice}`;
}
