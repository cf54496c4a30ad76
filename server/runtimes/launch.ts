import type { AgentId, BeadId, RigName } from '../domain/ids.ts';
import type { PromptDelivery, RuntimePreset } from '../domain/runtime.ts';
import type { HostKind, LaunchSpec } from '../domain/session.ts';

export interface LaunchRequest {
  readonly preset: RuntimePreset;
  /** The preset's program as found on this machine; absent: the preset's own word for it. */
  readonly program?: string;
  /** `process` takes the form that ends by itself. A preset without one must have been refused before. */
  readonly host: HostKind;
  readonly role: string;
  readonly agent: AgentId;
  /** The agent's name in its rig. */
  readonly name: string;
  /** Absent: the mayor's. */
  readonly rig?: RigName | undefined;
  readonly bead?: BeadId | undefined;
  readonly worktree: string;
  readonly town: string;
  /** What GT_SESSION points at. */
  readonly sessionFile: string;
  readonly promptText: string;
  /** A file with the same text. */
  readonly promptFile: string;
  /** Who commits. Absent: the user, as their own git is configured. */
  readonly identity?: { readonly name: string; readonly email: string } | undefined;
  /** The town's folder of shims, put before `inheritedPath`. */
  readonly binDirectory: string;
  readonly inheritedPath: string;
  /** Between folders of a PATH; `:` where absent. */
  readonly pathDelimiter?: string;
  /** This product's own launcher program, and what runs it. */
  readonly self: { readonly node: string; readonly launcher: string };
  /** `ask` where absent. */
  readonly approval?: 'ask' | 'auto';
  /** Of the user, before the prompt. */
  readonly extraArguments?: readonly string[];
}

/** What one session starts: an argument vector and the environment to set and strip. The same request gives the same spec. */
export function launchSpec(request: LaunchRequest): LaunchSpec {
  const { preset, self, program } = request;
  const ours = preset.command === '{self}';
  return {
    command: ours ? self.node : (program ?? preset.command),
    arguments: [...(ours ? [self.launcher] : []), ...presetArguments(request)],
    directory: request.worktree,
    environment: {
      ...preset.environment.set,
      // In a desktop editor `node` is Electron, which needs to be told; our own program takes the variable away first thing.
      ...(ours ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
      ...sessionEnvironment(request),
    },
    strip: stripped(request),
    ...(preset.prompt.kind === 'print' ? { print: request.promptText } : {}),
    stopSignal: preset.stopSignal,
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
  'BD_ACTOR',
] as const;

function stripped({ preset, host, identity }: LaunchRequest): readonly string[] {
  return [
    ...alwaysStripped,
    ...sessionVariables,
    ...(identity ? [] : strippedIdentity),
    ...(host === 'editor' ? strippedInTerminals : []),
    ...preset.environment.strip,
  ];
}

function sessionEnvironment(request: LaunchRequest): Record<string, string> {
  const { identity } = request;
  return {
    GT_TOWN: request.town,
    ...(request.rig === undefined ? {} : { GT_RIG: request.rig }),
    GT_ROLE: request.role,
    ...(request.role === 'polecat' ? { GT_POLECAT: request.name } : {}),
    ...(request.role === 'crew' ? { GT_CREW: request.name } : {}),
    GT_SESSION: request.sessionFile,
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

function presetArguments(request: LaunchRequest): readonly string[] {
  const { preset, host } = request;
  const form = host === 'process' ? (preset.oneShot ?? preset.arguments) : preset.arguments;
  const before = [...form, ...preset.approval[request.approval ?? 'ask'], ...(request.extraArguments ?? [])];
  // A form that says where the prompt goes gets it there and nowhere else.
  if (!before.some(isPlace)) return [...before, ...deliver(preset.prompt, request)];
  return before.map((word) =>
    word === '{prompt}' ? request.promptText : word === '{file}' ? request.promptFile : word,
  );
}

const isPlace = (word: string): boolean => word === '{prompt}' || word === '{file}';

function deliver(prompt: PromptDelivery, { promptText, promptFile }: LaunchRequest): readonly string[] {
  if (prompt.kind === 'print' || prompt.kind === 'none') return [];
  const text = prompt.kind === 'argument' ? promptText : promptFile;
  return prompt.flag === undefined ? [text] : [prompt.flag, text];
}
