import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './domain/refusal.ts';
import type { RuntimePreset } from './domain/runtime.ts';
import { checkedCommand } from './domain/settings.ts';
import { displayText } from './domain/text.ts';
import type { Git } from './git/git.ts';
import type { DoctorParams, DoctorResult, RuntimeHealth } from './protocol/runtimeDoctor.ts';
import { checkPreset } from './protocol/schema.ts';
import {
  diagnose,
  diagnoseMachine,
  isReady,
  type MachineFacts,
  type RigFacts,
  type RuntimeFacts,
} from './runtimes/doctor.ts';
import { builtInPresets, findPreset } from './runtimes/presets.ts';
import { findRuntimeProgram, knownProgram } from './runtimes/programs.ts';
import { askLoginShell, aliasesOfShell, loginShellPath } from './sessions/loginShell.ts';
import { programFacts, signOfAccount } from './sessions/programFacts.ts';
import { findCommand } from './sessions/programs.ts';
import { versionOf } from './sessions/programVersion.ts';
import { findTmux } from './sessions/tmux.ts';

export interface DoctorParts {
  readonly gitWith: (emptyHooksDirectory: string) => Git;
}

const waitMs = 10_000;
const shellMs = 10_000;
const dayMs = 24 * 60 * 60 * 1000;

/** Looks at the runtimes and at the machine. Nothing is changed, and nothing is started but what tells its version. */
export async function examine({ gitWith }: DoctorParts, params: DoctorParams): Promise<DoctorResult> {
  const presets = presetsOf(params);
  const rigs = params.rigs ?? [];
  const setCommands = new Map(Object.entries(params.commands ?? {}));
  const path = await loginShellPath();
  const commands = presets.map(({ command }) => command).filter((command) => !command.startsWith('{'));
  const aliases = await aliasesOfShell(process.env, shellMs, commands);
  const machine = await machineFacts(gitWith, path);
  const runtimes = await Promise.all(
    presets.map(async (preset): Promise<RuntimeHealth> => {
      const own = rigs.filter(({ runtime }) => runtime === preset.id);
      const set = setCommands.get(preset.id);
      const facts = { ...(await runtimeFacts(preset, { path, set, aliases })), rigs: own.map(rigFacts) };
      return health(facts, machine);
    }),
  );
  const shared = diagnoseMachine(machine, rigs.map(rigFacts));
  const wanted = runtimes.filter((each) => each.rigs.length > 0 || params.runtime !== undefined);
  return { runtimes, machine: shared, ready: isReady(shared) && wanted.every(({ ready }) => ready) };
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What came as JSON. Presets are checked one by one, where they are read. */
export function readDoctorParams(value: unknown): DoctorParams {
  const isRig = (each: unknown): boolean =>
    isObject(each) &&
    typeof each['name'] === 'string' &&
    typeof each['runtime'] === 'string' &&
    isObject(each['settings']);
  const { runtime, own = [], rigs = [], commands = {} } = isObject(value) ? value : { rigs: null };
  const fits =
    (runtime === undefined || typeof runtime === 'string') &&
    Array.isArray(own) &&
    Array.isArray(rigs) &&
    rigs.every(isRig);
  if (isObject(value) && fits && isObject(commands)) return { ...value, commands: readCommands(commands) };
  throw new Refusal('invalid', 'It must be an object with runtime, own, commands and rigs.', {
    field: 'params',
  });
}

/** Each is checked as the setting that it is. */
function readCommands(given: JsonObject): Readonly<Record<string, string>> {
  const set = Object.entries(given).map(([name, value]) => [name, checkedCommand(name, value)] as const);
  return Object.fromEntries(set.flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])));
}

function presetsOf({ runtime, own = [] }: DoctorParams): readonly RuntimePreset[] {
  const builtIn = (name: string): RuntimePreset | undefined => findPreset(name, []);
  const checked = own.map((given) => {
    const result = checkPreset(given, builtIn);
    if ('value' in result) return result.value;
    throw new Refusal('invalid', `preset.${result.field}: ${result.problem}`, { field: 'preset' });
  });
  if (runtime === undefined) return [...builtInPresets, ...checked];
  const found = findPreset(runtime, checked);
  if (found) return [found];
  throw new Refusal('not-found', `There is no runtime "${displayText(runtime, 60)}".`, {
    field: 'runtime',
    next: 'gt runtime list',
  });
}

interface Surroundings {
  /** Of the login shell. */
  readonly path: string;
  /** Where the town's settings have the program. */
  readonly set: string | undefined;
  readonly aliases: ReadonlyMap<string, string>;
}

async function runtimeFacts(
  preset: RuntimePreset,
  { path, set, aliases }: Surroundings,
): Promise<Omit<RuntimeFacts, 'rigs'>> {
  const { command, versionArguments } = preset;
  const known = knownProgram(command);
  const find = (each: string): string | undefined => findCommand(each, path);
  const found = findRuntimeProgram(preset, { set, self: process.execPath, find });
  const isOwn = command.startsWith('{') || found.program === undefined;
  const program = isOwn ? undefined : programFacts(found.program, path);
  const version =
    program && versionArguments
      ? await versionOf(program.path, versionArguments, { path, waitMs })
      : undefined;
  const account = known && signOfAccount(known.account);
  const alias = aliases.get(command);
  return {
    preset,
    ...(set === undefined ? {} : { set }),
    ...(program === undefined
      ? {}
      : {
          program: {
            path: program.path,
            isNodeScript: program.isNodeScript,
            ageDays: Math.max(0, Math.floor((Date.now() - program.changedAt.getTime()) / dayMs)),
          },
        }),
    ...(version === undefined ? {} : { version }),
    ...(account === undefined ? {} : { account }),
    ...(alias === undefined ? {} : { alias }),
  };
}

function rigFacts({ name, settings }: NonNullable<DoctorParams['rigs']>[number]): RigFacts {
  const text = (key: 'isolation' | 'approval' | 'session'): Partial<RigFacts> => {
    const value = settings[key];
    return typeof value === 'string' ? { [key]: value } : {};
  };
  return { name, ...text('isolation'), ...text('approval'), ...text('session') };
}

function health(facts: RuntimeFacts, machine: MachineFacts): RuntimeHealth {
  const { preset, program, version, rigs } = facts;
  const findings = diagnose(facts, machine);
  return {
    name: preset.id,
    label: preset.label,
    rigs: rigs.map(({ name }) => name),
    ready: isReady(findings),
    ...(program === undefined ? {} : { program: program.path, ageDays: program.ageDays }),
    ...(version === undefined ? {} : { version }),
    findings,
  };
}

/** Where a login shell that keeps PATH would have it. */
const marker = '/gastown-was-here';

async function machineFacts(gitWith: DoctorParts['gitWith'], path: string): Promise<MachineFacts> {
  const { env, platform } = process;
  const own = env['PATH'] ?? '';
  const kept = await askLoginShell({ ...env, PATH: `${marker}:${own}` }, shellMs);
  const desktop = platform === 'darwin' || platform === 'win32';
  const program = findCommand('node', path);
  const node = program === undefined ? undefined : await versionOf(program, ['--version'], { path, waitMs });
  return {
    isRoot: process.getuid?.() === 0,
    saysSandbox: env['IS_SANDBOX'] === '1',
    hasDisplay: desktop || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']),
    loginShellKeepsPath: platform === 'win32' || kept.split(':').includes(marker),
    ...(node === undefined ? {} : { node }),
    tmux: await tmuxFacts(path),
    ...(await gitFacts(gitWith)),
  };
}

/** As the session host would take it: also one that says no version. */
async function tmuxFacts(path: string): Promise<MachineFacts['tmux']> {
  try {
    const program = await findTmux(path);
    const version = await versionOf(program, ['-V'], { path, waitMs });
    return { version: version === undefined ? `${program}, of an unknown version` : `tmux ${version}` };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return problemOf(error);
  }
}

function problemOf({ message, details: { next } }: Refusal): {
  readonly problem: string;
  readonly next?: string;
} {
  return { problem: message, ...(next === undefined ? {} : { next }) };
}

async function gitFacts(gitWith: DoctorParts['gitWith']): Promise<Pick<MachineFacts, 'git' | 'identity'>> {
  const folder = mkdtempSync(join(tmpdir(), 'gastown-doctor-'));
  try {
    const git = gitWith(join(folder, 'empty'));
    return { git: { version: await git.version() }, identity: await git.userIdentity() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { git: problemOf(error), identity: {} };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
