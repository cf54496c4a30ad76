import { isHeld } from '../domain/hooks.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { stoppedWithoutDone } from '../domain/polecats.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { Session, SessionFailure } from '../domain/session.ts';
import type { View } from '../domain/view.ts';
import { judge, type Evidence } from '../domain/witness.ts';
import type { AgentVerdict } from '../domain/episode.ts';
import { witnessSettings } from '../domain/witnessSettings.ts';
import { complaintOf, isOfTools } from '../runtimes/failures.ts';
import { findPreset } from '../runtimes/presets.ts';
import type { Context } from './context.ts';
import { shown } from './sessionEnd.ts';
import type { Look, WitnessMemory } from './witnessMemory.ts';
import { repositoryOf } from './workingFolder.ts';

/** By the records, and by what was found outside when somebody looked last. Undefined: there is nothing to judge. */
export function verdictOn(
  view: View,
  polecat: Polecat,
  memory: WitnessMemory,
  now: Timestamp,
): AgentVerdict | undefined {
  const session = ownSessionOf(view, polecat);
  if (!session || polecat.bead === undefined) return undefined;
  const kept = memory.looks.get(polecat.id);
  const look = kept?.session === session.id ? kept : undefined;
  const evidence = evidenceOf(view, { polecat, session, look }, memory.awakeSince);
  return judge(evidence, witnessSettings(view.get('rigs', polecat.rig)?.settings), now);
}

/** Its newest session. What came back from an archive has none of its own before a person begins one. */
export function ownSessionOf(view: View, { session, createdAt }: Polecat): Session | undefined {
  const newest = view.get('sessions', session ?? '');
  return newest && newest.createdAt >= createdAt ? newest : undefined;
}

interface Known {
  readonly polecat: Polecat;
  readonly session: Session;
  readonly look: Look | undefined;
}

function evidenceOf(view: View, { polecat, session, look }: Known, awakeSince: Timestamp): Evidence {
  const preset = findPreset(session.runtime, view.all('runtimes'));
  const { state, stateAt = polecat.updatedAt, reason, until } = polecat;
  const { createdAt, startedAt, exit, failure } = session;
  const seen = seenOf(polecat, session, look);
  return {
    state,
    stateAt,
    reason,
    until,
    session: { state: session.state, createdAt, startedAt, end: exit?.end, failure },
    isPerson: preset !== undefined && isPerson(preset),
    reports: preset === undefined || reports(preset, session),
    program: look?.program,
    launcher: look?.launcher,
    seen,
    complaint: complaintThatStands(look, seen, startedAt ?? createdAt),
    atRest: reason === stoppedWithoutDone,
    beadLeft: beadLeft(view, polecat),
    awakeSince: awakeSince > createdAt ? awakeSince : undefined,
  };
}

/** Tools that failed once, and work now, are no matter. */
function complaintThatStands(
  look: Look | undefined,
  { call, commit }: Evidence['seen'],
  began: Timestamp,
): Evidence['complaint'] {
  const complaint = look?.complaint;
  const works = [call, commit].some((time) => time !== undefined && time > began);
  return complaint && isOfTools(complaint.failure) && works ? undefined : complaint;
}

/** Only what this session did: the agent may have had another before. */
function seenOf(polecat: Polecat, { createdAt }: Session, look: Look | undefined): Evidence['seen'] {
  const { calledAt, lifecycleAt, progressAt } = polecat;
  const call = calledAt ?? (lifecycleAt === undefined ? progressAt : undefined);
  const times = {
    call,
    lifecycle: lifecycleAt,
    commit: look?.commit,
    file: look?.file,
    output: look?.output,
  };
  const own = Object.entries(times).filter(([, time]) => time !== undefined && time > createdAt);
  return Object.fromEntries(own);
}

const isPerson = ({ command, arguments: words }: RuntimePreset): boolean =>
  command === '{self}' && words[0] === 'human';

const reports = ({ lifecycleHooks, output }: RuntimePreset, { host }: Session): boolean =>
  lifecycleHooks !== 'none' || (host === 'process' && output === 'lines');

function beadLeft(view: View, { id, bead }: Polecat): Evidence['beadLeft'] {
  const record = view.get('beads', bead ?? '');
  if (!record || (isHeld(record) && record.assignee === id)) return undefined;
  const how =
    record.status === 'closed' ? `${record.id} is closed` : `${record.id} is not on its hook any more`;
  return { at: record.closedAt ?? record.updatedAt, how };
}

/**
 * Looks at a session that lives: is its process there, when did it print something and what, and, where the whole is wanted, when was
 * something committed or changed. It changes nothing. Times that have not come yet are nobody's.
 */
export async function lookAt(
  context: Context,
  polecat: Polecat,
  session: Session,
  whole: boolean,
): Promise<Look> {
  const at = context.now();
  const { pid } = session;
  const alive = pid !== undefined && context.sessions.isAlive(pid, session.startedAt ?? session.createdAt);
  const activity = whole ? await activityOf(context, polecat) : {};
  const { output, complaint } = outputOf(context, session, at);
  const past = (ms: number | undefined): Timestamp | undefined =>
    ms === undefined || ms > Date.parse(at) + 1000 ? undefined : (new Date(ms).toISOString() as Timestamp);
  const times = {
    commit: past(activity.committedAt),
    file: past(activity.changedAt),
    output: past(output),
  };
  return {
    session: session.id,
    at,
    ...(pid === undefined || session.state !== 'running' ? {} : { program: alive ? 'alive' : 'gone' }),
    launcher: context.launchers.has(session.id) ? 'connected' : 'gone',
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
    ...(complaint === undefined ? {} : { complaint }),
  };
}

/** A folder that cannot be looked at tells nothing; what else is known stands. */
async function activityOf(
  context: Context,
  polecat: Polecat,
): Promise<{ readonly committedAt?: number; readonly changedAt?: number }> {
  const rig = context.store.view.get('rigs', polecat.rig);
  if (!rig || !context.rigFolders.exists(polecat.worktree)) return {};
  try {
    return await context.git.activityIn(repositoryOf(context, rig, polecat), polecat);
  } catch (error) {
    context.log(`Looking at the work of ${polecat.id}: ${error instanceof Error ? error.message : ''}`);
    return {};
  }
}

function outputOf(
  context: Context,
  { log, runtime }: Session,
  at: Timestamp,
): { readonly output?: number; readonly complaint?: Evidence['complaint'] } {
  const output = log === undefined ? undefined : context.sessions.logTime(log);
  if (log === undefined || output === undefined) return {};
  const preset = findPreset(runtime, context.store.view.all('runtimes'));
  const found = preset && complaintOf(preset, context.sessions.outputLines(log));
  if (!found) return { output };
  const said = new Date(output).toISOString() as Timestamp;
  const failure: SessionFailure = shown(found.failure, said < at ? said : at);
  return { output, complaint: { failure, sure: found.sure } };
}

/** How one is now, with a look at its worktree and its log. */
export async function judgeNow(context: Context, polecat: Polecat): Promise<AgentVerdict | undefined> {
  const looks = new Map(context.witness.looks);
  const session = context.store.view.get('sessions', polecat.session ?? '');
  if (session && session.state !== 'ended')
    looks.set(polecat.id, await lookAt(context, polecat, session, true));
  const memory = { awakeSince: context.witness.awakeSince, looks };
  return verdictOn(context.store.view, polecat, memory, context.now());
}
