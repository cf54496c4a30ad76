import { join } from 'node:path';
import type { AgentId, BeadId, Sha } from '../domain/ids.ts';
import { mayPassNext } from '../domain/gate.ts';
import type { GoodPlugin, PluginStage } from '../domain/plugin.ts';
import { lastNumber } from '../domain/pluginWords.ts';
import type { Rig } from '../domain/rig.ts';
import type { PluginFile } from '../plugins/content.ts';
import type { FoundPlugin } from '../plugins/read.ts';
import type { BoundedEnd } from '../sessions/boundedRun.ts';
import type { Context } from './context.ts';
import { isStopping } from './stopping.ts';

/** What a stage is about. */
export interface StageFacts {
  /** Where its plugins run; absent: in the rig's folder. */
  readonly directory?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly commit?: Sha;
  readonly bead?: BeadId;
  readonly agent?: AgentId;
  readonly runtime?: string;
}

/** How a plugin's run ended. */
export interface PluginEnd extends BoundedEnd {
  readonly passed: boolean;
  /** How often it was run. */
  readonly tries: number;
  /** Why it has not passed, in words that follow its name. */
  readonly reason?: string;
}

/** Lines of its output that are kept with a run. */
const keptLines = 40;

/** Runs what was read, and nothing that has taken its place since: the very bytes that were hashed, in a folder of their own. */
export async function runPlugin(
  context: Context,
  found: FoundPlugin,
  rig: Rig | undefined,
  facts: StageFacts,
): Promise<PluginEnd> {
  const copy = await context.plugins.copy(found.files);
  try {
    const argv = argvOf(context, found, facts, copy.fileOf);
    const run = {
      argv,
      directory: facts.directory ?? folderOf(context, rig),
      environment: { ...environmentOf(context, found.plugin, rig, facts), PLUGIN_DIR: copy.directory },
      before: [context.paths.bin],
      timeoutMs: found.plugin.timeoutMs,
      what: runWords(found.plugin),
    };
    const most = 1 + retriesOf(found.plugin);
    for (let tries = 1; ; tries += 1) {
      const end = judged(found.plugin, await context.programs.runBounded(run));
      if (end.passed || tries >= most || !mayPassNext(end) || isStopping(context))
        return { ...end, tries, output: end.output.slice(-keptLines) };
    }
  } finally {
    await copy.remove();
  }
}

export const retriesOf = (plugin: GoodPlugin): number => (plugin.kind === 'periodic' ? 0 : plugin.retries);

/** What its run is called. */
export const runWords = ({ id }: Pick<GoodPlugin, 'id'>): string => `the plugin ${id}`;

/** A command of a plugin that is not its whole work: what a gate's condition asks. */
export async function runCheck(
  context: Context,
  found: FoundPlugin,
  rig: Rig | undefined,
  argv: readonly string[],
): Promise<BoundedEnd> {
  const copy = await context.plugins.copy(found.files);
  try {
    return await context.programs.runBounded({
      argv,
      directory: copy.directory,
      environment: { ...environmentOf(context, found.plugin, rig, {}), PLUGIN_DIR: copy.directory },
      before: [context.paths.bin],
      timeoutMs: found.plugin.timeoutMs,
      what: `the condition of the plugin ${found.plugin.name}`,
    });
  } finally {
    await copy.remove();
  }
}

function argvOf(
  context: Context,
  { plugin, files }: FoundPlugin,
  facts: StageFacts,
  fileOf: (path: string) => string,
): readonly string[] {
  if (plugin.kind === 'command') return plugin.command;
  const path = plugin.kind === 'script' ? plugin.name : 'run.sh';
  const script = files.find((file: PluginFile) => file.path === path);
  const before = script ? context.plugins.interpreter(script) : [];
  return [...before, fileOf(path), ...(plugin.kind === 'script' ? argumentsOf(plugin.stage, facts) : [])];
}

/** Data, each an argument of its own; what is not known is empty. */
function argumentsOf(stage: PluginStage, facts: StageFacts): readonly string[] {
  return argumentNames[stage].map((name) => facts[name] ?? '');
}

const ofAgent = ['agent', 'bead'] as const;

const argumentNames: Readonly<Record<PluginStage, readonly (keyof StageFacts)[]>> = {
  'pre-merge': ['branch', 'target'],
  'post-merge': ['branch', 'commit'],
  'on-cycle': ['agent', 'runtime'],
  'on-spawn': ofAgent,
  'on-stall': ofAgent,
  'on-nuke': ofAgent,
};

function environmentOf(
  context: Context,
  plugin: GoodPlugin,
  rig: Rig | undefined,
  facts: StageFacts,
): Readonly<Record<string, string>> {
  const ofStage = plugin.kind === 'periodic' ? {} : { PLUGIN_STAGE: plugin.stage };
  return {
    GT_TOWN: context.paths.town,
    PLUGIN_NAME: plugin.name,
    RIG_NAME: rig?.id ?? '',
    RIG_PATH: folderOf(context, rig),
    ...Object.fromEntries(variables.map(([name, fact]) => [name, facts[fact] ?? ''])),
    ...ofStage,
    ...thresholdOf(plugin),
  };
}

const variables = [
  ['BRANCH_NAME', 'branch'],
  ['TARGET_BRANCH', 'target'],
  ['BEAD_ID', 'bead'],
  ['AGENT_ID', 'agent'],
  ['COMMIT_SHA', 'commit'],
] as const;

function thresholdOf(plugin: GoodPlugin): Readonly<Record<string, string>> {
  return plugin.kind === 'command' && plugin.threshold !== undefined
    ? { THRESHOLD: String(plugin.threshold) }
    : {};
}

function folderOf({ paths }: Context, rig: Rig | undefined): string {
  return rig === undefined ? paths.town : join(paths.town, rig.id);
}

type Judged = Omit<PluginEnd, 'tries'>;

function judged(plugin: GoodPlugin, end: BoundedEnd): Judged {
  if (end.timedOut) return { ...end, passed: false, reason: `took longer than ${plugin.timeoutMs / 1000} s` };
  if (end.code !== 0) return { ...end, passed: false, reason: `failed with exit code ${end.code}` };
  if (plugin.kind !== 'command' || plugin.threshold === undefined) return { ...end, passed: true };
  return reaches(plugin.threshold, end);
}

function reaches(threshold: number, end: BoundedEnd): Judged {
  const number = lastNumber(end.output);
  if (number !== undefined && number >= threshold) return { ...end, passed: true };
  const got = number === undefined ? 'printed no number' : `reached ${number}`;
  return { ...end, passed: false, reason: `${got}; at least ${threshold} is asked for` };
}
