import { isGateKey } from '../domain/gateSettings.ts';
import { mostInBatch } from '../domain/mergeQueue.ts';
import { keepArchivesDays } from '../domain/archiveSettings.ts';
import { Refusal } from '../domain/refusal.ts';
import { radarMinutes } from '../domain/radarSettings.ts';
import type { Rig } from '../domain/rig.ts';
import { rigDefaults } from '../domain/rigs.ts';
import { schedulerDefaults } from '../domain/scheduler.ts';
import { runtimeOfLimit } from '../domain/schedulerSettings.ts';
import { isCommandKey, townDefaults, type SettingKey } from '../domain/settings.ts';
import { shellWord } from '../domain/text.ts';
import type { Town } from '../domain/town.ts';
import { witnessWords } from '../domain/witnessSettings.ts';
import { Usage } from './failure.ts';
import { gateDefault, queueSettings } from './gateSettings.ts';
import type { Look } from './output.ts';
import { table } from './table.ts';

/** The keys of a configuration with their values, as text. */
export type Settings = Readonly<Record<string, string>>;

/** What `gt rig config` and `gt config` are asked: all keys, one key, or a change of one (no words: back to its default). */
export interface Wish {
  readonly key?: string;
  readonly words?: readonly string[];
}

/** `[key [value...]]`, or with `show`, `get`, `set` or `unset` before it. `command` is for the complaint. */
export function wishOf(all: readonly string[], command: string): Wish {
  const [form = '', ...rest] = all;
  if (form === 'unset') return unsetWish(rest, command);
  const [key, ...words] = spelledForms.includes(form) ? rest : all;
  if (form === 'set' && words.length === 0) throw new Usage(`${command} set takes a key and a value.`);
  if (key === undefined) return {};
  return words.length === 0 ? { key } : { key, words };
}

/** The same with a rig's name before the key: no rig is called `show`, `get`, `set` or `unset`. */
export function rigWishOf(all: readonly string[]): Wish & { readonly name: string } {
  const spelled = spelledForms.includes(all[0] ?? '') ? all.slice(0, 1) : [];
  const [name, ...rest] = all.slice(spelled.length);
  if (name === undefined) throw new Usage('gt rig config needs the name of a rig. See gt rig config --help.');
  return { name, ...wishOf([...spelled, ...rest], 'gt rig config') };
}

export function rigSettings({ runtime, branch, state, settings }: Rig): Settings {
  return {
    runtime,
    branch,
    state,
    merge: settings.merge,
    push: String(settings.push),
    check: settings.check.map(shellWord).join(' ') || 'none',
    session: settings.session,
    ids: settings.ids,
    maxPolecats: String(settings.maxPolecats),
    approval: settings.approval ?? 'ask',
    isolation: settings.isolation ?? 'auto',
    setup: (settings.setup ?? []).map(shellWord).join(' ') || 'none',
    include: settings.include === false ? 'off' : 'on',
    radar: String(settings.radar ?? radarMinutes),
    holdCollisions: String(settings.holdCollisions === true),
    budgetTurns: String(settings.budget?.turns ?? 'none'),
    budgetMinutes: String(settings.budget?.minutes ?? 'none'),
    ...witnessWords(settings),
    ...queueSettings(settings),
  };
}

export function townSettings(town: Town): Settings {
  const { name, defaultRuntime, roleRuntimes = {}, maxSessions, commands = {} } = town;
  const places = Object.entries(commands).map(([runtime, path]) => [`runtime.${runtime}.command`, path]);
  return {
    name,
    defaultRuntime,
    crewRuntime: roleRuntimes.crew ?? 'none',
    mayorRuntime: roleRuntimes.mayor ?? 'none',
    maxSessions: String(maxSessions),
    keepArchives: String(town.keepArchives ?? keepArchivesDays),
    ...schedulerSettings(town.scheduler),
    ...Object.fromEntries(places),
  };
}

/** One key of the town. Where nobody said where a program is, the value is `none`. */
export function townSettingOf(town: Town, key: string): string {
  const settings = townSettings(town);
  const named = settings[withPlainLimit(key)];
  return isCommandKey(key) || runtimeOfLimit(key) !== undefined
    ? (named ?? 'none')
    : settingOf(settings, key);
}

/** What a rig's key goes back to. Its runtime goes back to the town's; its branch to nothing we know. */
export function rigDefault(key: string, town: Town): string {
  if (isGateKey(key)) return gateDefault(key);
  const { merge, push, session, ids, maxPolecats } = rigDefaults;
  const defaults = {
    runtime: town.defaultRuntime,
    state: 'active',
    check: 'none',
    merge,
    push,
    session,
    ids,
    maxPolecats,
    approval: 'ask',
    isolation: 'auto',
    setup: 'none',
    include: 'on',
    batch: mostInBatch({}),
    radar: String(radarMinutes),
    holdCollisions: 'false',
    budgetTurns: 'none',
    budgetMinutes: 'none',
    ...witnessWords(undefined),
  };
  return defaultOf(defaults, key);
}

/** `runtime.codex.max_sessions` as it stands among the settings. */
function withPlainLimit(key: string): string {
  const runtime = runtimeOfLimit(key);
  return runtime === undefined ? key : `runtime.${runtime}.maxSessions`;
}

function schedulerSettings(scheduler: Town['scheduler']): Settings {
  const { mode, maxPolecats, batchSize, spawnDelay, budget, runtimeSessions = {} } = scheduler ?? {};
  const limits = Object.entries(runtimeSessions).map(([runtime, most]) => [
    `runtime.${runtime}.maxSessions`,
    String(most),
  ]);
  return {
    scheduler: mode ?? schedulerDefaults.mode,
    'scheduler.maxPolecats': String(maxPolecats ?? 'none'),
    'scheduler.batchSize': String(batchSize ?? schedulerDefaults.batchSize),
    'scheduler.spawnDelay': String(spawnDelay ?? schedulerDefaults.spawnDelay),
    'scheduler.budgetTurns': String(budget?.turns ?? 'none'),
    'scheduler.budgetMinutes': String(budget?.minutes ?? 'none'),
    ...Object.fromEntries(limits),
  };
}

export function townDefault(key: string): string {
  const isNamed = isCommandKey(key) || runtimeOfLimit(key) !== undefined;
  const defaults = { ...townDefaults, keepArchives: keepArchivesDays, ...schedulerSettings(undefined) };
  return isNamed ? 'none' : defaultOf(defaults, key);
}

/** Refused with `not-found` and the keys that there are. */
export function settingOf(settings: Settings, key: string): string {
  const value = Object.entries(settings).find(([name]) => plain(name) === plain(key))?.[1];
  if (value !== undefined) return value;
  if (isGateKey(key)) return gateDefault(key);
  throw new Refusal('not-found', `There is no key ${key}.`, {
    next: `Keys: ${Object.keys(settings).join(', ')}.`,
  });
}

export function settingLines(settings: Settings, keys: readonly SettingKey[], look: Look): string[] {
  const rows = Object.entries(settings).map(([name, value]) => [
    name,
    value,
    keys.find(({ key }) => key === name)?.values ?? '',
  ]);
  return table(
    [{ title: 'KEY' }, { title: 'VALUE', shrinks: true }, { title: 'MAY BE', shrinks: true }],
    rows,
    look,
  );
}

/** For `--help`. */
export function keysHelp(keys: readonly SettingKey[]): string {
  const lines = keys.map(({ key, values, about }) => `  ${key.padEnd(15)} ${values}\n      ${about}`);
  return `\nKeys:\n${lines.join('\n')}`;
}

const spelledForms: readonly string[] = ['show', 'get', 'set', 'unset'];

function unsetWish([key, ...more]: readonly string[], command: string): Wish {
  if (key === undefined || more.length > 0) throw new Usage(`${command} unset takes a key and nothing else.`);
  return { key, words: [] };
}

function defaultOf(defaults: Readonly<Record<string, unknown>>, key: string): string {
  const found = Object.entries(defaults).find(([name]) => plain(name) === plain(key));
  if (found) return String(found[1]);
  throw new Refusal('invalid', `${key} has no default to go back to.`);
}

/** `max-polecats` and `max_polecats` are `maxPolecats`, as for the town. */
function plain(key: string): string {
  return key.replaceAll(/[-_]/gu, '').toLowerCase();
}
