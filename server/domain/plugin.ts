import type { Gate } from './gate.ts';
import type { Branded, RigName } from './ids.ts';

/** `WHERE:NAME`: `backend:pre-merge/10-lint.sh`, and `hq:` for the town's own. */
export type PluginId = Branded<'plugin'>;

/** The moments at which a rig's plugins are run. */
export const pluginStages = [
  'pre-merge',
  'post-merge',
  'on-spawn',
  'on-stall',
  'on-nuke',
  'on-cycle',
] as const;

export type PluginStage = (typeof pluginStages)[number];

/** Where a plugin lies: in the folder of a rig, or (no rig) of the town. */
export interface PluginPlace {
  readonly rig?: RigName;
  readonly folder: string;
}

interface PluginBase {
  readonly id: PluginId;
  /** Its path in the folder: `pre-merge/10-lint.sh`, `quality-gates/coverage.toml`; of a periodic one its folder's name. */
  readonly name: string;
  /** What it calls itself, where that is something else. */
  readonly title?: string;
  readonly description?: string;
  /** Absent: the town's own. */
  readonly rig?: RigName;
  /** The absolute path of the file that describes it. */
  readonly file: string;
  /** SHA-256 of every byte that is run or says what is run. */
  readonly hash: string;
}

interface Limits {
  readonly timeoutMs: number;
}

/** A script of a stage, found by its place. */
export type StagePlugin = PluginBase &
  Limits & {
    readonly kind: 'script';
    readonly stage: PluginStage;
    /** How often it is run again after it has failed. */
    readonly retries: number;
  };

/** A command that a TOML file names. */
export type CommandPlugin = PluginBase &
  Limits & {
    readonly kind: 'command';
    readonly stage: PluginStage;
    readonly command: readonly string[];
    readonly onFail: Gate['onFail'];
    readonly retries: number;
    /** The last number of what it prints must reach it. */
    readonly threshold?: number;
  };

/** What opens the way for a periodic plugin's next run. */
export type PluginGate =
  | { readonly type: 'cooldown'; readonly durationMs: number }
  | { readonly type: 'cron'; readonly schedule: string; readonly timezone?: string }
  | { readonly type: 'condition'; readonly check: readonly string[]; readonly durationMs: number }
  | { readonly type: 'event'; readonly on: readonly string[]; readonly durationMs: number }
  | { readonly type: 'manual' };

/** A `plugin.md`: run by the town when its gate opens, or by a person. */
export type PeriodicPlugin = PluginBase &
  Limits & {
    readonly kind: 'periodic';
    readonly gate: PluginGate;
    /** `script`: its `run.sh` is run. `agent`: a bead with its instructions is created. */
    readonly execution: 'script' | 'agent';
    readonly labels: readonly string[];
    readonly instructions: string;
    /** Whether a failure asks for a person. */
    readonly notify: boolean;
    readonly severity?: string;
  };

/** One that cannot be read as a plugin: it is listed, and never run. */
export interface BadPlugin {
  readonly kind: 'bad';
  readonly id: PluginId;
  readonly name: string;
  readonly rig?: RigName;
  readonly file: string;
  /** Of the file, where one is to blame. */
  readonly line?: number;
  readonly problem: string;
}

export type GoodPlugin = StagePlugin | CommandPlugin | PeriodicPlugin;

/** How long a plugin may run that does not say it. */
export const pluginTimeoutMs = 60_000;

/** How long after a run a periodic plugin that does not say it waits for its next. */
export const pluginCooldownMs = 60 * 60_000;

/** The name of a folder or file of a plugin: no way out of the folder, no option, nothing that a terminal or a shell would read. */
export const isPluginName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u.test(name);

export function pluginIdOf(rig: RigName | undefined, name: string): PluginId {
  return `${rig ?? 'hq'}:${name}` as PluginId;
}

/** Rig and name of an id; without a rig it is the town's. */
export function partsOfPluginId(id: PluginId): { readonly rig?: RigName; readonly name: string } {
  const at = id.indexOf(':');
  const [where, name] = [id.slice(0, at), id.slice(at + 1)];
  return where === 'hq' ? { name } : { rig: where as RigName, name };
}

/** When it is run, in words that follow "it runs". */
export function whenOf(plugin: GoodPlugin): string {
  if (plugin.kind !== 'periodic') return stageWords[plugin.stage];
  return gateWords[plugin.gate.type](plugin.gate as never);
}

const gateWords: {
  readonly [Type in PluginGate['type']]: (gate: Extract<PluginGate, { readonly type: Type }>) => string;
} = {
  manual: () => 'when a person runs it',
  cooldown: ({ durationMs }) => `every ${durationText(durationMs)}`,
  cron: ({ schedule, timezone }) => `at ${schedule}${timezone === undefined ? '' : ` (${timezone})`}`,
  condition: ({ check, durationMs }) =>
    `when this succeeds: ${check.join(' ')}, at most every ${durationText(durationMs)}`,
  event: ({ on, durationMs }) => `after ${on.join(', ')}, at most every ${durationText(durationMs)}`,
};

const stageWords: Readonly<Record<PluginStage, string>> = {
  'pre-merge': 'before a merge',
  'post-merge': 'after a merge',
  'on-spawn': 'when a polecat is made',
  'on-stall': 'when a polecat has stalled',
  'on-nuke': 'when a polecat was removed',
  'on-cycle': 'when an agent was handed off',
};

export function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const)
    if (ms >= size && ms % size === 0) return `${ms / size} ${unit}`;
  return `${ms / 1000} s`;
}
