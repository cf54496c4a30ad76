import type { RigName } from './ids.ts';
import { partsOfPluginId, type PluginId } from './plugin.ts';
import type { PluginRun } from './pluginRun.ts';
import { Refusal } from './refusal.ts';
import type { Draft, View } from './view.ts';

/** How many runs of a plugin are kept. */
const keptRuns = 50;

export function runsOf(view: View, plugin: PluginId): readonly PluginRun[] {
  return [...view.find('pluginRunsByPlugin', plugin)];
}

/** What a person is to look at; the attention list reads it. */
export function pluginTroubles(view: View): readonly PluginRun[] {
  return [...view.find('pluginTroubles', '')];
}

/** The newest run is what counts: an earlier one asks for nobody any more, and the oldest go. */
export function recordRun(draft: Draft, run: PluginRun): void {
  const earlier = runsOf(draft, run.plugin);
  for (const each of earlier) if (each.trouble && run.result !== 'skipped') settleTrouble(draft, each);
  for (const each of earlier.slice(0, Math.max(0, earlier.length + 1 - keptRuns)))
    draft.remove('pluginRuns', each.id);
  draft.put('pluginRuns', run);
}

/** Whether that has not been said of this content yet. */
export function isNewlyUnapproved(view: View, { plugin, hash }: Pick<PluginRun, 'plugin' | 'hash'>): boolean {
  const last = runsOf(view, plugin).at(-1);
  return last?.result !== 'unapproved' || last.hash !== hash;
}

/** Those of a folder that ask for a person though their plugin has gone, and nobody misses it. */
export function goneTroubles(
  view: View,
  rig: RigName | undefined,
  there: ReadonlySet<PluginId>,
): readonly PluginRun[] {
  return pluginTroubles(view).filter(
    ({ plugin }) =>
      partsOfPluginId(plugin).rig === rig && !there.has(plugin) && approvedHash(view, plugin) === undefined,
  );
}

export function settleTrouble(draft: Draft, run: PluginRun): void {
  const { trouble: _, ...settled } = draft.get('pluginRuns', run.id) ?? run;
  draft.put('pluginRuns', settled);
}

export function approvedHash(view: View, plugin: PluginId): string | undefined {
  const { rig, name } = partsOfPluginId(plugin);
  const approved = approvedIn(view, rig);
  return Object.hasOwn(approved, name) ? approved[name] : undefined;
}

/** Names and hashes of what was approved in a folder. */
export function approvedIn(view: View, rig: RigName | undefined): Readonly<Record<string, string>> {
  const holder = rig === undefined ? view.get('town', 'town') : view.get('rigs', rig);
  return holder?.approvedPlugins ?? {};
}

/** What is run from now on under this name, until a byte of it changes. */
export function approvePlugin(draft: Draft, run: PluginRun): void {
  const { rig, name } = partsOfPluginId(run.plugin);
  putApproved(draft, rig, { ...approvedIn(draft, rig), [name]: run.hash });
  recordRun(draft, { ...run, result: 'approved' });
}

/** Refused with `not-found` where it was not approved. */
export function revokePlugin(draft: Draft, plugin: PluginId): void {
  const { rig, name } = partsOfPluginId(plugin);
  if (approvedHash(draft, plugin) === undefined)
    throw new Refusal('not-found', `${name} is not approved.`, { next: 'gt plugin list' });
  const { [name]: _, ...others } = approvedIn(draft, rig);
  putApproved(draft, rig, others);
  for (const each of runsOf(draft, plugin)) if (each.trouble) settleTrouble(draft, each);
}

function putApproved(
  draft: Draft,
  rig: RigName | undefined,
  approvedPlugins: Readonly<Record<string, string>>,
): void {
  if (rig === undefined) {
    const town = draft.get('town', 'town');
    if (town) draft.put('town', { ...town, approvedPlugins });
    return;
  }
  const holder = draft.get('rigs', rig);
  if (!holder) throw new Refusal('not-found', `There is no rig ${rig}.`, { next: 'gt rig list' });
  draft.put('rigs', { ...holder, approvedPlugins });
}
