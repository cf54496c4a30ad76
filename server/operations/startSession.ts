import type { Bead } from '../domain/bead.ts';
import type { SessionId } from '../domain/ids.ts';
import type { Polecat } from '../domain/polecat.ts';
import { identityOf } from '../domain/polecatNames.ts';
import type { Rig } from '../domain/rig.ts';
import type { Session, SessionEnd } from '../domain/session.ts';
import { transitionSession } from '../domain/sessions.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { Caller } from '../protocol/caller.ts';
import { launchSpec } from '../runtimes/launch.ts';
import { firstPrompt } from '../runtimes/prompt.ts';
import type { GitDirectories } from '../git/gitDirectories.ts';
import type { Context } from './context.ts';
import type { SessionPlan } from './plan.ts';
import { stepsIn } from './setup.ts';
import { repositoryOf } from './workplace.ts';

/** Of a launcher's log, where it ended at once. */
const shownLines = 20;

export interface StartedSession {
  readonly id: SessionId;
  readonly command: readonly string[];
  /** Ends it as if it had never been. */
  abandon(): Promise<void>;
}

/**
 * Starts one session of a polecat and waits until its launcher reports the runtime's process. On failure the session is recorded as
 * not started and its file is gone.
 */
export async function startSession(
  context: Context,
  plan: SessionPlan & { readonly rig: Rig; readonly bead: Bead },
  polecat: Polecat,
  caller: Caller,
): Promise<StartedSession> {
  const session = await record(context, plan, polecat, caller);
  const { icon, color } = plan.preset;
  const name = displayText(`${polecat.name} · ${plan.bead.id}`, 60);
  try {
    await context.checkpoint('session:created');
    const started = context.starts.expect(session.id, context.waits.startMs);
    await Promise.all([started, open(context, session, { name, icon, color }, caller)]);
  } catch (error) {
    context.starts.failed(session.id, error instanceof Error ? error : new Error(String(error)));
    await abandon(context, session, 'not-started');
    throw error;
  }
  return {
    id: session.id,
    command: [session.launch.command, ...session.launch.arguments],
    abandon: () => abandon(context, session, 'stopped'),
  };
}

async function open(
  context: Context,
  session: Session,
  look: { readonly name: string; readonly icon: string; readonly color: string },
  caller: Caller,
): Promise<void> {
  const place = await context.sessions.open(session, look, caller);
  void place.ended?.then((how) => {
    const lastLines = session.log ? context.sessions.lastLines(session.log, shownLines) : [];
    const said = lastLines.at(-1);
    const sentence = `The launcher of ${look.name} ${how} before anything ran${said ? `: ${said}` : '.'}`;
    context.starts.failed(session.id, new Refusal('failed', sentence, { facts: { lastLines } }));
  });
}

async function record(
  context: Context,
  plan: SessionPlan & { readonly rig: Rig; readonly bead: Bead },
  polecat: Polecat,
  caller: Caller,
): Promise<Session> {
  const id = `s-${context.randomText(10)}` as SessionId;
  const repository = repositoryOf(context, plan.rig, polecat);
  const gitDirectories = await context.git.gitDirectoriesOf(repository, polecat.worktree);
  try {
    const session = describe(context, plan, polecat, { id, gitDirectories });
    const verb = polecat.session === undefined ? 'session/create' : 'session/run';
    await context.store.transact({ verb, by: caller.by, subject: polecat.id }, (draft) => {
      draft.put('sessions', session);
      const now = draft.get('agents', polecat.id) ?? polecat;
      draft.put('agents', { ...now, session: id, runtime: plan.preset.id, updatedAt: session.createdAt });
    });
    return session;
  } catch (error) {
    context.sessions.removeSessionFile(id);
    throw error;
  }
}

/** The session as it will be recorded; its files are written. */
function describe(
  context: Context,
  plan: SessionPlan & { readonly rig: Rig; readonly bead: Bead },
  polecat: Polecat,
  { id, gitDirectories }: { readonly id: SessionId; readonly gitDirectories: GitDirectories },
): Session {
  const {
    path: sessionFile,
    tokenHash,
    spool,
  } = context.sessions.writeSessionFile({ id, agent: polecat.id });
  const promptText = firstPrompt({
    agent: polecat.id,
    rig: plan.rig.id,
    bead: plan.bead.id,
    worktree: polecat.worktree,
  });
  const launch = launchSpec({
    preset: plan.preset,
    program: plan.program,
    host: plan.host,
    role: 'polecat',
    agent: polecat.id,
    name: polecat.name,
    rig: plan.rig.id,
    bead: plan.bead.id,
    worktree: polecat.worktree,
    town: context.paths.town,
    sessionFile,
    promptText,
    promptFile: context.sessions.writePrompt(id, promptText),
    identity: identityOf(polecat.id),
    binDirectory: context.paths.bin,
    inheritedPath: plan.path,
    approval: plan.rig.settings.approval ?? 'ask',
    gitDirectories,
    spool,
    before: stepsIn(polecat.worktree, plan.before ?? []),
    self: { node: context.launcher.node, launcher: context.launcher.program },
  });
  return {
    id,
    agent: polecat.id,
    rig: plan.rig.id,
    bead: plan.bead.id,
    runtime: plan.preset.id,
    host: plan.host,
    state: 'starting',
    launch,
    tokenHash,
    ...(plan.host === 'process' ? { log: context.sessions.logFile(id) } : {}),
    createdAt: context.now(),
  };
}

async function abandon(context: Context, session: Session, end: SessionEnd): Promise<void> {
  if (context.launchers.askToStop(session.id, 'The sling was undone.', 0)) {
    await context.launchers.ended(session.id, 5000);
  }
  context.sessions.removeSessionFile(session.id);
  await context.store.transact({ verb: 'session/abandon', by: 'town', subject: session.agent }, (draft) => {
    const now = draft.get('sessions', session.id);
    if (!now || now.state === 'ended') return;
    draft.put('sessions', transitionSession(now, 'ended', { at: context.now(), exit: { end } }));
  });
}
