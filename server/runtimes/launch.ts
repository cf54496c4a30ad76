import type { AgentId, BeadId, RigName } from '../domain/ids.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { LaunchSpec, LaunchStep } from '../domain/session.ts';
import { type ArgumentsRequest, argumentsOf, canResume, knownAt, presetEnvironment } from './arguments.ts';
import { applies, fillText } from './placeholders.ts';
import { startupOf } from './startup.ts';

export interface LaunchRequest extends ArgumentsRequest {
  /** The preset's program as found on this machine; absent: the preset's own word for it. */
  readonly program?: string;
  readonly role: string;
  readonly agent: AgentId;
  /** The agent's name in its rig. */
  readonly name: string;
  /** Absent: the mayor's. */
  readonly rig?: RigName | undefined;
  readonly bead?: BeadId | undefined;
  /** What GT_SESSION points at. */
  readonly sessionFile: string;
  /** What is said instead of `promptText` where the session goes on on its terminal; the same where absent. */
  readonly resumePromptText?: string;
  /** Who commits. Absent: the user, as their own git is configured. */
  readonly identity?: { readonly name: string; readonly email: string } | undefined;
  /** The town's folder of shims, put before `inheritedPath`. */
  readonly binDirectory: string;
  readonly inheritedPath: string;
  /** Between folders of a PATH; `:` where absent. */
  readonly pathDelimiter?: string;
  /** This product's own launcher program, and what runs it. */
  readonly self: { readonly node: string; readonly launcher: string };
  /** What runs before the program. */
  readonly before?: readonly LaunchStep[];
  /** What points the runtime at its lifecycle hooks. */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
}

/** What one session starts: an argument vector and the environment to set and strip. The same request gives the same spec. */
export function launchSpec(request: LaunchRequest): LaunchSpec {
  const { preset, self, program } = request;
  const ours = preset.command === '{self}';
  const known = knownAt(request);
  const vector = (words: readonly string[]): readonly string[] => [
    ...(ours ? [self.launcher] : []),
    ...words,
  ];
  const again = resumption(request);
  const words = argumentsOf(request, known);
  const isTold = words.includes(request.promptText) || words.includes(request.promptFile);
  return {
    command: ours ? self.node : (program ?? preset.command),
    arguments: vector(words),
    directory: request.worktree,
    environment: {
      ...presetEnvironment(request, known),
      ...request.extraEnvironment,
      // In a desktop editor `node` is Electron, which needs to be told; our own program takes the variable away first thing.
      ...(ours ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
      ...sessionEnvironment(request),
    },
    strip: stripped(request),
    ...(startupOf(preset).prompt === 'terminal' && request.host !== 'process' && !isTold
      ? { print: request.promptText }
      : {}),
    ...(request.before === undefined || request.before.length === 0 ? {} : { before: request.before }),
    ...(request.spool === undefined ? {} : { spool: request.spool }),
    stopSignal: preset.stopSignal,
    ...(again ? { again: vector(argumentsOf(again, knownAt(again))) } : {}),
  };
}

/** The private files of the session, to be written before it starts. */
export function privateFiles(
  request: ArgumentsRequest,
): readonly { readonly name: string; readonly text: string }[] {
  const known = knownAt(request);
  return (request.preset.files ?? []).flatMap((file) => {
    const text = applies(file, known) ? fillText(file.text, known) : undefined;
    return text === undefined ? [] : [{ name: file.name, text }];
  });
}

/** Whether anything in the preset names the session's private folder, which is made then. */
export function usesPrivateFolder(preset: RuntimePreset): boolean {
  return JSON.stringify(preset).includes('{private');
}

/** Whether anything in the preset, a placeholder or a circumstance, asks where git keeps what belongs to the worktree. */
export function needsGitDirectories(preset: RuntimePreset): boolean {
  return /git(?:Common)?Directory/.test(JSON.stringify(preset));
}

/**
 * A second start on the same terminal: a session whose id we chose is there by then, and many programs refuse to begin it once more.
 */
function resumption(request: LaunchRequest): LaunchRequest | undefined {
  const { runtimeSession, preset, host } = request;
  if (runtimeSession === undefined || host === 'process' || !canResume(preset, host)) return undefined;
  return {
    ...request,
    resume: runtimeSession,
    promptText: request.resumePromptText ?? request.promptText,
  };
}

/** From another program's session or from a git hook that called us; they would make a program work in the wrong place. */
export const alwaysStripped = [
  'ELECTRON_RUN_AS_NODE',
  'NODE_OPTIONS',
  'VSCODE_*',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  // A tmux around it is the person's, or the town's: what an agent called there would work on their windows.
  'TMUX',
  'TMUX_PANE',
] as const;

/** Where one of these is set, agent CLIs take themselves to be without a person (google-gemini/gemini-cli#2209). */
const strippedInTerminals = ['CI', 'CI_*', 'CONTINUOUS_INTEGRATION'] as const;

/** Of another agent, from whose session the town server may have been started. */
const strippedIdentity = ['GIT_AUTHOR_*', 'GIT_COMMITTER_*'] as const;

/** What says whose session it is; taken away wherever a variable of it is not set anew. */
export const sessionVariables = [
  'GT_RIG',
  'GT_ROLE',
  'GT_POLECAT',
  'GT_CREW',
  'GT_SESSION',
  'GT_SESSION_VARIABLE',
  'GT_SPOOL',
  'BD_ACTOR',
] as const;

function stripped({ preset, host, identity }: LaunchRequest): readonly string[] {
  return [
    ...alwaysStripped,
    ...sessionVariables,
    ...(identity ? [] : strippedIdentity),
    ...(host === 'process' ? [] : strippedInTerminals),
    ...preset.environment.strip,
  ];
}

function sessionEnvironment(request: LaunchRequest): Record<string, string> {
  const { identity } = request;
  const { sessionId } = request.preset;
  const named = sessionId.kind === 'none' ? undefined : sessionId.variable;
  return {
    ...(named === undefined ? {} : { GT_SESSION_VARIABLE: named }),
    GT_TOWN: request.town,
    ...(request.rig === undefined ? {} : { GT_RIG: request.rig }),
    GT_ROLE: request.role,
    ...(request.role === 'polecat' ? { GT_POLECAT: request.name } : {}),
    ...(request.role === 'crew' ? { GT_CREW: request.name } : {}),
    GT_SESSION: request.sessionFile,
    ...(request.spool === undefined ? {} : { GT_SPOOL: request.spool }),
    BD_ACTOR: request.agent,
    ...(identity
      ? {
          GIT_AUTHOR_NAME: identity.name,
          GIT_AUTHOR_EMAIL: identity.email,
          GIT_COMMITTER_NAME: identity.name,
          GIT_COMMITTER_EMAIL: identity.email,
        }
      : {}),
    PATH: [request.binDirectory, request.inheritedPath].join(request.pathDelimiter ?? ':'),
  };
}
