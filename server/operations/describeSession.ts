import { delimiter } from 'node:path';
import type { Agent } from '../domain/agent.ts';
import { directoryOf } from '../domain/agents.ts';
import type { SessionId } from '../domain/ids.ts';
import { identityOf } from '../domain/polecatNames.ts';
import type { Session } from '../domain/session.ts';
import { type LaunchRequest, launchSpec, privateFiles, usesPrivateFolder } from '../runtimes/launch.ts';
import { firstWords, resumeWords } from '../runtimes/seancePrompt.ts';
import { systemPromptText } from '../runtimes/systemPrompt.ts';
import type { Context } from './context.ts';
import { gitFoldersFor, ownSession } from './launchParts.ts';
import { prepareLifecycle } from './lifecycle.ts';
import type { StartPlan } from './plan.ts';
import { stepsIn } from './setup.ts';

/** The session as it will be recorded; its files are written. */
export async function describeSession(
  context: Context,
  plan: StartPlan,
  agent: Agent,
  id: SessionId,
): Promise<Session> {
  const { rig, bead, preset, host } = plan;
  const { path: sessionFile, tokenHash, spool } = context.sessions.writeSessionFile({ id, agent: agent.id });
  const own = ownSession(context, plan);
  const request: LaunchRequest = {
    ...placeOfLaunch(context, plan, agent),
    ...toldAndHooked(context, plan, agent, id),
    ...own,
    ...(await gitFoldersFor(context, plan, agent)),
    sessionFile,
    spool,
    root: context.programs.asRoot,
    privateDirectory: context.sessions.privateFolder(id),
  };
  for (const { name, text } of privateFiles(request)) context.sessions.writePrivate(id, name, text);
  // It may be named for what the runtime itself writes.
  if (usesPrivateFolder(preset)) context.sessions.writePrivateFiles(id, []);
  const runtimeSession = own.resume ?? own.runtimeSession;
  return {
    id,
    agent: agent.id,
    ...(rig ? { rig: rig.id } : {}),
    ...(bead ? { bead: bead.id } : {}),
    runtime: preset.id,
    host,
    state: 'starting',
    launch: launchSpec(request),
    tokenHash,
    ...(host === 'process' ? { log: context.sessions.logFile(id) } : {}),
    ...(host === 'tmux' ? { tmuxSocket: context.sessions.tmuxSocket() } : {}),
    ...(runtimeSession === undefined ? {} : { runtimeSession }),
    createdAt: context.now(),
  };
}

/** Whose it is, and where and as whom it works. */
function placeOfLaunch(
  context: Context,
  { rig, bead, preset, program, host, path, before = [] }: StartPlan,
  agent: Agent,
) {
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
    inheritedPath: path,
    pathDelimiter: delimiter,
    approval: approvalIn(rig),
    before: stepsIn(worktree, before),
    self: { node: context.launcher.node, launcher: context.launcher.program },
  };
}

/** What it is told, as text and in files, and the lifecycle hooks that tell it more. */
function toldAndHooked(
  context: Context,
  { rig, bead, preset, resume }: StartPlan,
  agent: Agent,
  id: SessionId,
) {
  const directory = directoryOf(agent);
  const lifecycle = prepareLifecycle(context, {
    id,
    preset,
    worktree: directory,
    isTheirs: agent.role === 'polecat' && agent.isolation === 'in-place',
    approval: approvalIn(rig),
  });
  const names = { role: agent.role, agent: agent.id, rig: rig?.id };
  const told = { ...names, bead: bead?.id, directory, primed: lifecycle.primed };
  const promptText = resume === undefined ? firstWords(told) : resumeWords(told);
  const systemPrompt = systemPromptText(names);
  return {
    promptText,
    promptFile: context.sessions.writePrompt(id, promptText),
    resumePromptText: resumeWords(told),
    systemPromptText: systemPrompt,
    ...(preset.systemPrompt.kind === 'file'
      ? { systemPromptFile: context.sessions.writePrivate(id, 'system-prompt.md', systemPrompt) }
      : {}),
    extraArguments: lifecycle.arguments,
    extraEnvironment: lifecycle.environment,
  };
}

const approvalIn = (rig: StartPlan['rig']): 'ask' | 'auto' => rig?.settings.approval ?? 'ask';
