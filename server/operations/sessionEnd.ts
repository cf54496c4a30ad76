import type { Polecat } from '../domain/polecat.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session, SessionExit } from '../domain/session.ts';
import { transitionSession } from '../domain/sessions.ts';
import { findPreset } from '../runtimes/presets.ts';
import type { Context } from './context.ts';
import { removeWhenEnded } from './remove.ts';

/** How many of the log's last lines an exit keeps. */
const keptLines = 20;

/** Records that a session ended, and what that makes of its polecat. Given the polecat as it then is. The first end stands. */
export async function recordEnd(
  context: Context,
  session: Session,
  exit: SessionExit,
  reason: string | undefined,
): Promise<Polecat | undefined> {
  const lastLines = exit.lastLines ?? (session.log ? context.sessions.lastLines(session.log, keptLines) : []);
  const complete: SessionExit = { ...exit, ...(lastLines.length > 0 ? { lastLines } : {}) };
  const at = context.now();
  const meta = { verb: 'session/ended', by: 'town', subject: session.agent };
  const { result } = await context.store.transact(meta, (draft) => {
    const now = draft.get('sessions', session.id) ?? session;
    const polecat = draft.get('agents', session.agent);
    if (now.state === 'ended') return polecat;
    const mine = polecat?.session === session.id ? polecat : undefined;
    const end = mine?.state === 'done' ? 'done' : exit.end;
    draft.put('sessions', transitionSession(now, 'ended', { at, exit: { ...complete, end } }));
    // A spawning polecat belongs to its sling, which is told and undoes it.
    if (!mine || mine.state === 'done' || mine.state === 'spawning') return polecat;
    const changed = afterEnd(mine, complete, reason ?? sentence(context, session, complete, mine.bead), at);
    draft.put('agents', changed);
    return changed;
  });
  context.launchers.remove(session.id);
  context.starts.failed(session.id, notStarted(session, complete, reason));
  const bead = result?.bead && context.store.view.get('beads', result.bead);
  if (result?.state === 'done' && bead && bead.status === 'closed') removeWhenEnded(context, result.id);
  return result;
}

/** What a sling that still waits for its start is told. */
function notStarted(
  session: Session,
  { end, lastLines = [] }: SessionExit,
  reason: string | undefined,
): Refusal {
  const { command } = session.launch;
  const said = lastLines.at(-1);
  const why = reason ?? `${command} ended before it was seen to run${said ? `: ${said}` : '.'}`;
  return new Refusal(end === 'not-started' ? 'missing-program' : 'failed', why, {
    facts: { command, lastLines },
  });
}

/** A polecat that asked a person, or put its work off, keeps its question; every other end without done is a failure or an interruption. */
function afterEnd(polecat: Polecat, exit: SessionExit, reason: string, at: Polecat['updatedAt']): Polecat {
  if (polecat.state === 'needs-you' || polecat.state === 'interrupted') return polecat;
  // Without a bead there was nothing to be done with.
  const failed = exit.end === 'failed' && polecat.bead !== undefined;
  return transitionPolecat(polecat, failed ? 'failed' : 'interrupted', { at, reason });
}

function sentence(context: Context, session: Session, exit: SessionExit, bead: Polecat['bead']): string {
  const preset = findPreset(session.runtime, context.store.view.all('runtimes'));
  const label = preset?.label ?? session.runtime;
  const how = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code ?? 'unknown'}`;
  if (exit.end !== 'failed') return `${label} ${how}. gt session run ${session.agent} goes on.`;
  const text = (exit.lastLines ?? []).join('\n').toLowerCase();
  const known = preset?.failures.find((failure) => text.includes(failure.text.toLowerCase()));
  const when = bead === undefined ? 'while it waited for work' : 'without gt done';
  return `${label} ${how} ${when}.${known ? ` ${known.advice}` : ''}`;
}
