import { delimiter } from 'node:path';
import type { Agent } from '../domain/agent.ts';
import { agentOf, directoryOf, putAgent } from '../domain/agents.ts';
import type { Bead } from '../domain/bead.ts';
import type { SessionId } from '../domain/ids.ts';
import { identityOf } from '../domain/polecatNames.ts';
import type { Rig } from '../domain/rig.ts';
import type { Session, SessionEnd } from '../domain/session.ts';
import { transitionSession } from '../domain/sessions.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { Caller } from '../protocol/caller.ts';
import { launchSpec, privateFiles, usesPrivateFolder } from '../runtimes/launch.ts';
import { firstWords, wordsAgain } from '../runtimes/seancePrompt.ts';
import { systemPromptText } from '../runtimes/systemPrompt.ts';
import { closePlace } from './closePlace.ts';
import type { Context } from './context.ts';
import { gitFoldersFor, ownSession } from './launchParts.ts';
import { prepareLifecycle } from './lifecycle.ts';
import type { SessionPlan } from './plan.ts';
import { stepsIn } from './setup.ts';

/** Of a launcher's log, where it ended at once. */
const shownLines = 20;

/** What a session is started with: the mayor's has no rig, and a hook may be empty. */
export interface StartPlan extends SessionPlan {
  readonly rig?: Rig | undefined;
  readonly bead?: Bead | undefined;
  /** The runtime's own session to go on with. */
  readonly resume?: string | undefined;
}

export interface StartedSession {
  readonly id: SessionId;
  readonly command: readonly string[];
  /** Ends it as if it had never been. */
  abandon(): Promise<void>;
}

/**
 * Starts one session of an agent and waits until its launcher reports the runtime's process. On failure the session is recorded as
 * not started and its file is gone.
 */
export async function startSession(
  context: Context,
  plan: StartPlan,
  agent: Agent,
  caller: Caller,
): Promise<StartedSession> {
  const session = await record(context, plan, agent, caller);
  const { icon, color } = plan.preset;
  const name = displayText(`${agent.name} · ${plan.bead?.id ?? agent.role}`, 60);
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

async function record(context: Context, plan: StartPlan, agent: Agent, caller: Caller): Promise<Session> {
  const id = `s-${context.randomText(10)}` as SessionId;
  try {
    const session = await describe(context, plan, agent, id);
    const verb = agent.session === undefined ? 'session/create' : 'session/run';
    await context.store.transact({ verb, by: caller.by, subject: agent.id }, (draft) => {
      draft.put('sessions', session);
      const now = agentOf(draft, agent.id) ?? agent;
      putAgent(draft, { ...now, session: id, runtime: plan.preset.id, updatedAt: session.createdAt });
    });
    return session;
  } catch (error) {
    context.sessions.removeSessionFile(id);
    throw error;
  }
}

/** The session as it will be recorded; its files are written. */
async function describe(context: Context, plan: StartPlan, agent: Agent, id: SessionId): Promise<Session> {
  const files = context.sessions.writeSessionFile({ id, agent: agent.id });
  const { rig, bead, preset, host } = plan;
  const request = {
    ...whoAndWhat(context, plan, agent),
    ...told(context, plan, agent, id),
    ...(await gitFoldersFor(context, plan, agent)),
    sessionFile: files.path,
    spool: files.spool,
    privateDirectory: context.sessions.privateFolder(id),
  };
  if (usesPrivateFolder(preset)) context.sessions.writePrivateFiles(id, []);
  for (const { name, text } of privateFiles(request)) context.sessions.writePrivate(id, name, text);
  const runtimeSession = request.resume ?? request.runtimeSession;
  return {
    id,
    agent: agent.id,
    ...(rig ? { rig: rig.id } : {}),
    ...(bead ? { bead: bead.id } : {}),
    runtime: preset.id,
    host,
    state: 'starting',
    launch: launchSpec(request),
    tokenHash: files.tokenHash,
    ...(host === 'process' ? { log: context.sessions.logFile(id) } : {}),
    ...(host === 'tmux' ? { tmuxSocket: context.sessions.tmuxSocket() } : {}),
    ...(runtimeSession === undefined ? {} : { runtimeSession }),
    createdAt: context.now(),
  };
}

type Request = Parameters<typeof launchSpec>[0];
type Told =
  | 'promptText'
  | 'promptFile'
  | 'resumePromptText'
  | 'systemPromptText'
  | 'systemPromptFile'
  | 'extraArguments'
  | 'extraEnvironment';

function whoAndWhat(
  context: Context,
  plan: StartPlan,
  agent: Agent,
): Omit<Request, Told | 'sessionFile' | 'spool' | 'privateDirectory'> {
  const { rig, bead, preset, program, host } = plan;
  const worktree = directoryOf(agent);
  return {
    preset,
    program,
    host,
    role: agent.role,
    agent: agent.id,
    name: agent.name,
    rig: rig?.id,
    bead: bead?.id,
    worktree,
    town: context.paths.town,
    // Crew and mayor work for a person, who pushes what they commit: it is that person's, as their git is configured.
    identity: agent.role === 'polecat' ? identityOf(agent.id) : undefined,
    binDirectory: context.paths.bin,
    inheritedPath: plan.path,
    pathDelimiter: delimiter,
    approval: approvalIn(plan),
    before: stepsIn(worktree, plan.before ?? []),
    self: { node: context.launcher.node, launcher: context.launcher.program },
    root: context.programs.asRoot,
    ...ownSession(context, plan),
  };
}

/** What it is told at its start, and what makes it call `gt`; their files are written. */
function told(context: Context, plan: StartPlan, agent: Agent, id: SessionId): Pick<Request, Told> {
  const { rig, bead, preset } = plan;
  const { role } = agent;
  const directory = directoryOf(agent);
  const lifecycle = prepareLifecycle(context, {
    id,
    preset,
    worktree: directory,
    approval: approvalIn(plan),
  });
  const who = { role, agent: agent.id, rig: rig?.id, bead: bead?.id, directory, primed: lifecycle.primed };
  const promptText = plan.resume === undefined ? firstWords(who) : wordsAgain(who);
  const systemPrompt = systemPromptText({ role, agent: agent.id, ...(rig ? { rig: rig.id } : {}) });
  return {
    promptText,
    promptFile: context.sessions.writePrompt(id, promptText),
    resumePromptText: wordsAgain(who),
    systemPromptText: systemPrompt,
    ...(preset.systemPrompt.kind === 'file'
      ? { systemPromptFile: context.sessions.writePrivate(id, 'system-prompt.md', systemPrompt) }
      : {}),
    extraArguments: lifecycle.arguments,
    extraEnvironment: lifecycle.environment,
  };
}

function approvalIn({ rig }: StartPlan): 'ask' | 'auto' {
  return rig?.settings.approval ?? 'ask';
}

async function abandon(context: Context, session: Session, end: SessionEnd): Promise<void> {
  if (context.launchers.askToStop(session.id, 'The sling was undone.', 0)) {
    await context.launchers.ended(session.id, 5000);
  }
  await closePlace(context, session);
  context.sessions.removeSessionFile(session.id);
  await context.store.transact({ verb: 'session/abandon', by: 'town', subject: session.agent }, (draft) => {
    const now = draft.get('sessions', session.id);
    if (!now || now.state === 'ended') return;
    draft.put('sessions', transitionSession(now, 'ended', { at: context.now(), exit: { end } }));
  });
}
