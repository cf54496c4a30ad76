import { archiveParsers, type ArchiveSetting, archiveSettingKeys } from './archiveSettings.ts';
import type { LastingRole } from './agent.ts';
import type { RuntimeName } from './ids.ts';
import { invalid } from './beadFields.ts';
import { parseBranch } from './branchName.ts';
import { gateSettingKeys, isGateKey, parseGateSetting, withGate, type GateChange } from './gateSettings.ts';
import { radarParsers, radarSettingKeys } from './radarSettings.ts';
import { inState } from './rigResets.ts';
import type { Rig, RigSettings } from './rig.ts';
import {
  budgetSettingKeys,
  limit,
  parseRuntimeLimit,
  runtimeOfLimit,
  type SchedulerChange,
  schedulerParsers,
  schedulerSettingKeys,
  withScheduler,
} from './schedulerSettings.ts';
import { choice, count, one, program, yesOrNo } from './settingWords.ts';
import { displayText } from './text.ts';
import type { Town } from './town.ts';
import { witnessParsers, witnessSettingKeys } from './witnessSettings.ts';

export const townDefaults = {
  defaultRuntime: 'claude-code' as RuntimeName,
  maxSessions: 25,
} as const satisfies Partial<Town>;

/** What one `gt rig config` changes. */
export interface RigChange {
  /** A limit that is undefined is taken away. */
  readonly budget?: SchedulerChange['budget'];
  readonly runtime?: RuntimeName;
  readonly branch?: string;
  readonly state?: Rig['state'];
  readonly settings?: Partial<RigSettings>;
  readonly approvedSetup?: string;
  readonly gate?: GateChange;
}

export type TownChange = Partial<Pick<Town, 'name' | 'defaultRuntime' | 'maxSessions' | ArchiveSetting>> & {
  /** Where the program of a runtime is; without a path it is looked up again. */
  readonly command?: { readonly runtime: RuntimeName; readonly path?: string };
  readonly scheduler?: SchedulerChange;
  /** What crew or the mayor run; without a runtime it is the rig's, or the town's, again. */
  readonly role?: { readonly role: LastingRole; readonly runtime?: RuntimeName };
};

/** One key of a configuration, as people read about it. */
export interface SettingKey {
  readonly key: string;
  /** The legal values, in words. */
  readonly values: string;
  readonly about: string;
}

export const rigSettingKeys: readonly SettingKey[] = [
  {
    key: 'runtime',
    values: 'the name of a runtime',
    about: 'Who works in the rig; running sessions keep theirs.',
  },
  { key: 'branch', values: 'the name of a branch', about: 'The branch that work lands on.' },
  { key: 'state', values: 'active, parked or docked', about: 'Parked and docked rigs take no work.' },
  {
    key: 'merge',
    values: 'review, auto, none or pr',
    about: 'Who lands: a person, the town, nobody, a pull request.',
  },
  {
    key: 'push',
    values: 'true or false',
    about: 'Push the branch after landing (only for a rig over a local path).',
  },
  { key: 'check', values: 'a program and its arguments, or none', about: 'Must pass before anything lands.' },
  { key: 'session', values: 'auto, editor, tmux or process', about: 'Where sessions live.' },
  { key: 'ids', values: 'readable or hash', about: 'How new beads are named.' },
  { key: 'maxPolecats', values: '1 to 100', about: 'How many polecats may work at once.' },
  {
    key: 'approval',
    values: 'ask or auto',
    about: 'Whether the runtime asks before it acts; auto is confirmed by a person.',
  },
  {
    key: 'isolation',
    values: 'auto, worktree, clone or in-place',
    about: 'What polecats work in; in-place, your own checkout, a person confirms.',
  },
  {
    key: 'setup',
    values: 'a program and its arguments, or none',
    about: 'Runs once in each new workplace, before its first session.',
  },
  {
    key: 'include',
    values: 'on or off',
    about: 'Copy what .worktreeinclude names (only for a rig over a local path).',
  },
  ...gateSettingKeys,
  ...radarSettingKeys,
  ...budgetSettingKeys,
  ...witnessSettingKeys,
];

export const townSettingKeys: readonly SettingKey[] = [
  { key: 'name', values: '1 to 60 characters', about: 'The name of the town.' },
  { key: 'defaultRuntime', values: 'the name of a runtime', about: 'For rigs that name none.' },
  {
    key: 'crewRuntime',
    values: 'the name of a runtime, or none',
    about: "For new crew; none: their rig's.",
  },
  {
    key: 'mayorRuntime',
    values: 'the name of a runtime, or none',
    about: 'For the mayor; none: the default.',
  },
  { key: 'maxSessions', values: '1 to 1000', about: 'How many sessions may run at once.' },
  ...archiveSettingKeys,
  ...schedulerSettingKeys,
  {
    key: 'runtime.NAME.maxSessions',
    values: '1 to 1000, or none',
    about: 'How many sessions may run on the runtime NAME at once.',
  },
  {
    key: 'runtime.NAME.command',
    values: 'an absolute path, or none',
    about: 'Where the program of the runtime NAME is; none: it is looked up.',
  },
];

/** `words` as typed after the key. Refused with `invalid`, the field (`key`, or the key itself) and the legal values. */
export function parseRigSetting(key: string, words: readonly string[]): RigChange {
  if (isGateKey(key)) return { gate: parseGateSetting(key, words) };
  const parse = rigParsers[knownKey(key, rigSettingKeys)];
  if (!parse) throw unknownKey(key, rigSettingKeys);
  return parse(words);
}

export function parseTownSetting(key: string, words: readonly string[]): TownChange {
  const runtime = commandKey.exec(key)?.[1];
  if (runtime !== undefined) return { command: parseCommand(key, runtime, words) };
  const limited = runtimeOfLimit(key);
  if (limited !== undefined) {
    const scheduler = parseRuntimeLimit(limited, words);
    parseRuntimeName(limited, 'key');
    return { scheduler };
  }
  const parse = townParsers[knownKey(key, townSettingKeys)];
  if (!parse) throw unknownKey(key, townSettingKeys);
  return parse(words);
}

export function withRigChange(rig: Rig, { settings, budget, gate, ...change }: RigChange): Rig {
  const limits = budget ? withScheduler(rig.settings, { budget }) : {};
  const now = change.state === undefined ? rig : inState(rig, change.state);
  const next = { ...now, ...change, settings: { ...rig.settings, ...settings, ...limits } };
  return gate ? { ...next, settings: withGate(next.settings, gate) } : next;
}

/** The town with the change in it; a command or a role's runtime that is none is forgotten. */
export function withTownChange(before: Town, { command, role, scheduler, ...change }: TownChange): Town {
  const town = scheduler ? { ...before, scheduler: withScheduler(before.scheduler, scheduler) } : before;
  if (role) {
    const { [role.role]: _, ...others } = town.roleRuntimes ?? {};
    const roleRuntimes = role.runtime === undefined ? others : { ...others, [role.role]: role.runtime };
    return { ...town, ...change, roleRuntimes };
  }
  if (!command) return { ...town, ...change };
  const { [command.runtime]: _, ...others } = town.commands ?? {};
  const commands = command.path === undefined ? others : { ...others, [command.runtime]: command.path };
  return { ...town, ...change, commands };
}

/** Whether a key of the town is about where a runtime's program is. */
export const isCommandKey = (key: string): boolean => commandKey.test(key);

/** What the setting of that runtime's program would be; refused where it fits no setting. */
export function checkedCommand(runtime: string, value: unknown): string | undefined {
  const key = commandKeyOf(runtime);
  return parseTownSetting(key, typeof value === 'string' ? [value] : []).command?.path;
}

/** The key of the town that says where the program of a runtime is. */
export const commandKeyOf = (runtime: string): string => `runtime.${runtime}.command`;

const commandKey = /^runtime\.(.+)\.command$/u;
const absolute = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/u;

function parseCommand(
  key: string,
  runtime: string,
  words: readonly string[],
): { readonly runtime: RuntimeName; readonly path?: string } {
  const path = one(key, words);
  if (path !== 'none' && !(absolute.test(path) && path === displayText(path, 4096))) {
    throw invalid(key, `${displayText(key, 60)} is the absolute path of a program, or none.`);
  }
  const name = parseRuntimeName(runtime, 'key');
  return path === 'none' ? { runtime: name } : { runtime: name, path };
}

function parseRuntimeName(text: string, field = 'runtime'): RuntimeName {
  if (/^[a-z0-9][a-z0-9._-]{0,31}$/u.test(text)) return text as RuntimeName;
  throw invalid(
    field,
    'A runtime name has 1 to 32 lower-case letters, digits, hyphens, dots and underscores.',
    'gt runtime list',
  );
}

const rigParsers: Readonly<Record<string, (words: readonly string[]) => RigChange>> = {
  runtime: (words) => ({ runtime: parseRuntimeName(one('runtime', words)) }),
  branch: (words) => ({ branch: parseBranch(one('branch', words)) }),
  state: (words) => ({ state: choice('state', words, ['active', 'parked', 'docked']) }),
  merge: (words) => ({ settings: { merge: choice('merge', words, ['review', 'auto', 'none', 'pr']) } }),
  push: (words) => ({ settings: { push: yesOrNo('push', words) } }),
  check: (words) => ({ settings: { check: program('check', words) } }),
  session: (words) => ({
    settings: { session: choice('session', words, ['auto', 'editor', 'tmux', 'process']) },
  }),
  ids: (words) => ({ settings: { ids: choice('ids', words, ['readable', 'hash']) } }),
  maxPolecats: (words) => ({ settings: { maxPolecats: count('maxPolecats', words, 100) } }),
  approval: (words) => ({ settings: { approval: choice('approval', words, ['ask', 'auto']) } }),
  isolation: (words) => ({
    settings: { isolation: choice('isolation', words, ['auto', 'worktree', 'clone', 'in-place']) },
  }),
  setup: (words) => ({ settings: { setup: program('setup', words) } }),
  include: (words) => ({ settings: { include: yesOrNo('include', words) } }),
  batch: (words) => ({ settings: { batch: count('batch', words, 20) } }),
  ...radarParsers,
  budgetTurns: (words) => ({ budget: { turns: limit('budgetTurns', words) } }),
  budgetMinutes: (words) => ({ budget: { minutes: limit('budgetMinutes', words) } }),
  ...witnessParsers,
};

const townParsers: Readonly<Record<string, (words: readonly string[]) => TownChange>> = {
  name: (words) => ({ name: townName(words) }),
  defaultRuntime: (words) => ({
    defaultRuntime: parseRuntimeName(one('defaultRuntime', words), 'defaultRuntime'),
  }),
  crewRuntime: (words) => ({ role: roleRuntime('crew', words) }),
  mayorRuntime: (words) => ({ role: roleRuntime('mayor', words) }),
  maxSessions: (words) => ({ maxSessions: count('maxSessions', words, 1000) }),
  ...archiveParsers,
  ...schedulerParsers,
};

function roleRuntime(role: LastingRole, words: readonly string[]): NonNullable<TownChange['role']> {
  const key = `${role}Runtime`;
  const word = one(key, words);
  return word === 'none' ? { role } : { role, runtime: parseRuntimeName(word, key) };
}

/** `max-polecats` and `max_polecats` are `maxPolecats`. */
function knownKey(key: string, keys: readonly SettingKey[]): string {
  const plain = (text: string): string => text.replaceAll(/[-_]/gu, '').toLowerCase();
  return keys.find((known) => plain(known.key) === plain(key))?.key ?? '';
}

function unknownKey(key: string, keys: readonly SettingKey[]): Error {
  const all = keys.map((known) => known.key).join(', ');
  return invalid('key', `There is no key "${displayText(key, 40)}".`, `Keys: ${all}.`);
}

function townName(words: readonly string[]): string {
  const name = words.join(' ');
  if (name.trim() !== '' && name.length <= 60 && name === displayText(name, 60)) return name;
  throw invalid('name', "A town's name has 1 to 60 characters, and no control characters.");
}
