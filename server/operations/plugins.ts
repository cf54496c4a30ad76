import { stackOf } from '../domain/fault.ts';
import type { Gate } from '../domain/gate.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { PluginId, PluginStage } from '../domain/plugin.ts';
import { partsOfPluginId, pluginIdOf, whenOf } from '../domain/plugin.ts';
import {
  approvedHash,
  approvedIn,
  goneTroubles,
  isNewlyUnapproved,
  recordRun,
  settleTrouble,
} from '../domain/pluginRuns.ts';
import type { PluginRun, PluginRunId } from '../domain/pluginRun.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { FoundPlugin } from '../plugins/read.ts';
import type { Context } from './context.ts';
import { type HeldPlugin, lookAtPlugins, pluginsOfStage, type StagePlugins } from './pluginLook.ts';
import { type PluginEnd, retriesOf, runPlugin, type StageFacts } from './pluginRunner.ts';
import { refuseStopping } from './stopping.ts';

/** Not `pre-merge`: what comes before a merge are gates. */
type LifeStage = Exclude<PluginStage, 'pre-merge'>;

/**
 * Runs the approved plugins of a stage, in the order of their file names, until one says no; each is looked at again right before it
 * runs. Whatever is wrong with them is a warning for whoever waits, and recorded: it breaks nothing of what they belong to.
 */
export async function runStage(
  context: Context,
  rig: Rig,
  stage: LifeStage,
  facts: StageFacts,
): Promise<readonly string[]> {
  try {
    return await runEach(context, rig, stage, facts);
  } catch (error) {
    if (error instanceof Refusal) return [error.message];
    context.log(`The plugins of ${stage} in ${rig.id}: ${stackOf(error)}`);
    return [`The plugins of ${stage} could not be run; the town's log says why.`];
  }
}

async function runEach(
  context: Context,
  rig: Rig,
  stage: LifeStage,
  facts: StageFacts,
): Promise<readonly string[]> {
  const plugins = await pluginsOfStage(context, rig, stage);
  await noteUnapproved(context, rig, stage, plugins);
  const ofStage = ({ name }: HeldPlugin): boolean => name.startsWith(`${stage}/`);
  const warnings = plugins.held.filter(ofStage).map(heldSentence);
  for (const { plugin } of plugins.approved) {
    const found = await approvedNow(context, rig, stage, plugin.name);
    const end = await runOnce(context, rig, found, facts);
    if (end.passed) continue;
    const onFail = onFailOf(found);
    if (onFail !== 'notify') warnings.push(failedSentence(found, end));
    if (onFail === 'reject') break;
  }
  return warnings;
}

/** Refused with `unapproved` where it is not what was approved any more. */
async function approvedNow(
  context: Context,
  rig: Rig,
  stage: PluginStage,
  name: string,
): Promise<FoundPlugin> {
  const plugins = await pluginsOfStage(context, rig, stage);
  const found = plugins.approved.find(({ plugin }) => plugin.name === name);
  if (found) return found;
  await noteUnapproved(context, rig, stage, plugins);
  refuseHeld(plugins.held.filter((held) => held.name === name));
  throw new Refusal('unapproved', `The plugin ${name} is not approved any more.`, { next: 'gt plugin list' });
}

/** Gates of a landing that come from plugins, as they are now. Each is run by `runPluginGate`. Refused with `unapproved`, as above. */
export async function pluginGates(
  context: Context,
  rig: Rig,
  phase: Gate['phase'],
): Promise<readonly Gate[]> {
  const stage = phase === 'before' ? 'pre-merge' : 'post-merge';
  const plugins = await pluginsOfStage(context, rig, stage);
  await noteUnapproved(context, rig, stage, plugins);
  if (phase === 'before') refuseHeld(plugins.held);
  return plugins.approved.map((found) => ({
    name: found.plugin.name,
    command: found.plugin.kind === 'command' ? found.plugin.command : [found.plugin.file],
    phase,
    timeoutMs: found.plugin.timeoutMs,
    onFail: onFailOf(found),
    retries: retriesOf(found.plugin),
    from: 'plugin',
  }));
}

/** Runs one of them, in the folder of the facts. Refused with `unapproved` where it has changed since it was asked for. */
export async function runPluginGate(
  context: Context,
  rig: Rig,
  gate: Pick<Gate, 'name' | 'phase'>,
  facts: StageFacts,
): Promise<PluginEnd> {
  const stage = gate.phase === 'before' ? 'pre-merge' : 'post-merge';
  const found = await approvedNow(context, rig, stage, gate.name);
  const end = await runOnce(context, rig, found, facts);
  return end.passed ? end : { ...end, reason: failedSentence(found, end) };
}

async function runOnce(
  context: Context,
  rig: Rig,
  found: FoundPlugin,
  facts: StageFacts,
): Promise<PluginEnd> {
  const { plugin } = found;
  if (plugin.kind === 'periodic') throw new Error(`${plugin.id} is of no stage.`);
  const createdAt = context.now();
  const end = await runPlugin(context, found, rig, facts);
  if (!end.passed) refuseStopping(context);
  const asks = !end.passed && (plugin.stage !== 'pre-merge' || onFailOf(found) === 'notify');
  await keepRun(context, {
    ...newRun(context, plugin.id, plugin.hash, createdAt),
    rig: rig.id,
    stage: plugin.stage,
    result: end.passed ? 'success' : 'failure',
    ...(asks ? { trouble: true } : {}),
    ...endOf(end),
    ...(facts.bead === undefined ? {} : { bead: facts.bead }),
    ...(facts.branch === undefined ? {} : { branch: facts.branch }),
  });
  return end;
}

/** What of an end is kept. */
export function endOf({ code, timedOut, output, reason }: PluginEnd): Partial<PluginRun> {
  return {
    code,
    output,
    ...(timedOut ? { timedOut: true } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}

export function newRun(context: Context, plugin: PluginId, hash: string, createdAt: Timestamp) {
  // In the order of their beginning, also within a millisecond.
  const order = context.store.seq.toString(36).padStart(8, '0');
  const id = `pr-${order}-${context.randomText(4)}` as PluginRunId;
  return { id, plugin, hash, createdAt, endedAt: context.now(), output: [] as readonly string[] };
}

/** With `plugin/run` as its verb, and in the feed where it failed. */
export async function keepRun(context: Context, run: PluginRun): Promise<void> {
  const verb = run.result === 'failure' ? 'plugin/failed' : 'plugin/run';
  await context.store.transact({ verb, by: 'town', subject: partsOfPluginId(run.plugin).name }, (draft) => {
    recordRun(draft, run);
  });
}

function refuseHeld([held]: readonly HeldPlugin[]): void {
  if (!held) return;
  throw new Refusal('unapproved', heldSentence(held), {
    next: held.hash === '' ? `gt plugin revoke ${held.id}` : `gt plugin approve ${held.id}`,
    facts: { plugin: held.id, hash: held.hash },
  });
}

const heldSentence = ({ name, why }: HeldPlugin): string =>
  `The plugin ${name} ${why}, and is not run as it is.`;

function failedSentence({ plugin }: FoundPlugin, { reason = 'failed', output }: PluginEnd): string {
  const last = displayText(output.at(-1) ?? '', 200);
  return `The plugin ${plugin.name}, which runs ${whenOf(plugin)}, ${reason}${last === '' ? '.' : `: ${last}`}`;
}

function onFailOf({ plugin }: FoundPlugin): Gate['onFail'] {
  return plugin.kind === 'command' ? plugin.onFail : 'reject';
}

/** Once for each content, so that a person learns of it, and takes back what was said of plugins that have gone. */
async function noteUnapproved(
  context: Context,
  rig: Rig,
  stage: PluginStage,
  { held, unapproved, looked }: StagePlugins,
): Promise<void> {
  const { view } = context.store;
  const at = context.now();
  const asking = [
    ...unapproved.map(({ plugin }) => ({ id: plugin.id, hash: plugin.hash, why: 'Nobody has approved it.' })),
    ...held.map((each) => ({ id: each.id, hash: each.hash, why: `It ${each.why}.` })),
  ].filter(({ id, hash }) => isNewlyUnapproved(view, { plugin: id, hash }));
  const gone = looked.flatMap(({ place, found, bad }) =>
    goneTroubles(
      view,
      place.rig,
      new Set([...found.map(({ plugin }) => plugin.id), ...bad.map(({ id }) => id)]),
    ),
  );
  if (asking.length === 0 && gone.length === 0) return;
  await context.store.transact({ verb: 'plugin/unapproved', by: 'town', subject: rig.id }, (draft) => {
    for (const run of gone) settleTrouble(draft, run);
    for (const { id, hash, why } of asking)
      recordRun(draft, {
        ...newRun(context, id, hash, at),
        rig: rig.id,
        stage,
        result: 'unapproved',
        reason: why,
        trouble: true,
      });
  });
}

/** For `gt rig info`: what of its plugins is not run. */
export async function pluginWarnings(context: Context, rig: Rig): Promise<readonly string[]> {
  const { view } = context.store;
  const looked = [await lookAtPlugins(context, undefined), await lookAtPlugins(context, rig)];
  const names = looked.flatMap(({ place, found, bad }) => {
    const there = new Set<string>(found.map(({ plugin }) => plugin.id));
    const missing = Object.keys(approvedIn(view, place.rig)).filter(
      (name) => !there.has(pluginIdOf(place.rig, name)) && !bad.some((each) => each.name === name),
    );
    return [
      ...found.flatMap(({ plugin }) => (approvedHash(view, plugin.id) === plugin.hash ? [] : [plugin.name])),
      ...missing,
      ...bad.map(({ name }) => name),
    ];
  });
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return [`These plugins are not run as they are: ${shown}${more}. See gt plugin list.`];
}
