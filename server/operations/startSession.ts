import { delimiter } from 'node:path';
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
import { launchSpec, privateFiles, usesPrivateFolder } from '../runtimes/launch.ts';
import { firstPrompt, resumePrompt } from '../runtimes/prompt.ts';
import { systemPromptText } from '../runtimes/systemPrompt.ts';
import type { Context } from './context.ts';
import { gitFoldersFor, ownSession } from './launchParts.ts';
import type { SessionPlan } from './plan.ts';

/** Of a launcher's log, where it ended at once. */
const shownLines = 20;

/** What is to be started, and for what. */
export type StartPlan = SessionPlan & {
  readonly rig: Rig;
  readonly bead: Bead;
  /** The runtime's own id of a session that is to go on. */
  readonly resume?: string;
};

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
  plan: StartPlan,
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

async function record(context: Context, plan: StartPlan, polecat: Polecat, caller: Caller): Promise<Session> {
  const id = `s-${context.randomText(10)}` as SessionId;
  try {
    const session = await describe(context, plan, polecat, id);
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
async function describe(
  context: Context,
  plan: StartPlan,
  polecat: Polecat,
  id: SessionId,
): Promise<Session> {
  const { path: sessionFile, tokenHash } = context.sessions.writeSessionFile({ id, agent: polecat.id });
  const told = { agent: polecat.id, rig: plan.rig.id, bead: plan.bead.id, worktree: polecat.worktree };
  const promptText = plan.resume === undefined ? firstPrompt(told) : resumePrompt(told);
  const systemPrompt = systemPromptText({ role: 'polecat', ...told });
  const own = ownSession(context, plan);
  const request = {
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
    resumePromptText: resumePrompt(told),
    systemPromptText: systemPrompt,
    ...(plan.preset.systemPrompt.kind === 'file'
      ? { systemPromptFile: context.sessions.writePrivate(id, 'system-prompt.md', systemPrompt) }
      : {}),
    identity: identityOf(polecat.id),
    binDirectory: context.paths.bin,
    inheritedPath: plan.path,
    pathDelimiter: delimiter,
    self: { node: context.launcher.node, launcher: context.launcher.program },
    root: context.programs.asRoot,
    ...(usesPrivateFolder(plan.preset) ? { privateDirectory: context.sessions.privateFolder(id) } : {}),
    ...own,
    ...(await gitFoldersFor(context, plan, polecat)),
  };
  for (const { name, text } of privateFiles(request)) context.sessions.writePrivate(id, name, text);
  const runtimeSession = own.resume ?? own.runtimeSession;
  return {
    id,
    agent: polecat.id,
    rig: plan.rig.id,
    bead: plan.bead.id,
    runtime: plan.preset.id,
    host: plan.host,
    state: 'starting',
    launch: launchSpec(request),
    tokenHash,
    ...(plan.host === 'process' ? { log: context.sessions.logFile(id) } : {}),
    ...(runtimeSession === undefined ? {} : { runtimeSession }),
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
