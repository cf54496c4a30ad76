import type { BeadId } from '../domain/ids.ts';
import { createBead } from '../domain/beads.ts';
import type { PeriodicPlugin, PluginId } from '../domain/plugin.ts';
import { durationText, partsOfPluginId } from '../domain/plugin.ts';
import type { PluginRun } from '../domain/pluginRun.ts';
import { approvedHash, isNewlyUnapproved, recordRun, runsOf } from '../domain/pluginRuns.ts';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { FoundPlugin } from '../plugins/read.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { PluginRunAnswer } from '../protocol/plugin.ts';
import { mint } from './beads.ts';
import type { Context } from './context.ts';
import { lookAtPlugins } from './pluginLook.ts';
import { runCheck, runPlugin } from './pluginRunner.ts';
import { endOf, keepRun, newRun } from './plugins.ts';
import { memoryOf, nextRunAt } from './pluginTimes.ts';
import { findPlugin, pluginView } from './pluginViews.ts';
import { refuseStopping } from './stopping.ts';

type FoundPeriodic = FoundPlugin & { readonly plugin: PeriodicPlugin };

export function isPeriodic(found: FoundPlugin): found is FoundPeriodic {
  return found.plugin.kind === 'periodic';
}

/** Its time has come, if it still has: a plugin is read, and its approval looked at, right before it runs. */
export async function runWhenDue(context: Context, id: PluginId): Promise<void> {
  await context.queue.run(queueOf(id), async () => {
    const { rig, found } = await findNow(context, id);
    refuseStopping(context);
    if (!found || (rig && rig.state !== 'active')) return;
    if (approvedHash(context.store.view, id) !== found.plugin.hash) {
      await noteChanged(context, found.plugin);
      return;
    }
    const now = context.now();
    const due = nextRunAt(context, found.plugin, now);
    if (due === undefined || due > now) return;
    if (await isClosed(context, found, rig)) return;
    await execute(context, found, rig);
  });
}

/** `gt plugin run`: a gate that is shut is an answer, not a failure; `force` opens it, and never what nobody has approved. */
export async function runByHand(
  context: Context,
  params: Params<'plugin/run'>,
  caller: Caller,
): Promise<PluginRunAnswer> {
  const { id, found } = await findPlugin(context, params);
  if (!found || found.plugin.kind !== 'periodic') {
    throw new Refusal(
      'invalid',
      `${partsOfPluginId(id).name} is not run by hand: it belongs to a stage, or is no plugin.`,
      {
        field: 'plugin',
        next: `gt plugin show ${id}`,
      },
    );
  }
  return await context.queue.run(queueOf(id), () => {
    refuseStopping(context);
    return runNow(context, id, params, caller);
  });
}

async function runNow(
  context: Context,
  id: PluginId,
  { force, dryRun }: Params<'plugin/run'>,
  caller: Caller,
): Promise<PluginRunAnswer> {
  const { rig, found } = await findNow(context, id);
  if (!found || approvedHash(context.store.view, id) !== found.plugin.hash) {
    throw new Refusal('unapproved', `${partsOfPluginId(id).name} is not approved as it is.`, {
      next: `gt plugin approve ${id}`,
      facts: { plugin: id },
    });
  }
  const shut = force === true ? undefined : await whyShut(context, found, rig);
  const answer = (more: Partial<PluginRunAnswer>, ran: boolean): PluginRunAnswer => ({
    plugin: pluginView(context, { ...found.plugin, found }),
    ran,
    ...(found.plugin.execution === 'agent' ? { instructions: found.plugin.instructions } : {}),
    ...more,
  });
  if (shut !== undefined) return answer({ reason: shut }, false);
  if (dryRun === true) return answer({ reason: 'It would be run now.' }, false);
  context.log(`${caller.by} runs the plugin ${id}.`);
  const run = await execute(context, found, rig);
  return answer({ run }, true);
}

async function whyShut(
  context: Context,
  found: FoundPeriodic,
  rig: Rig | undefined,
): Promise<string | undefined> {
  const { gate } = found.plugin;
  if (gate.type === 'manual') return undefined;
  const now = context.now();
  const due = nextRunAt(context, found.plugin, now);
  if (gate.type === 'event' && due === undefined)
    return `Its gate is shut: none of ${gate.on.join(', ')} has happened since it ran.`;
  if (due !== undefined && due > now) {
    const ms = Math.ceil((Date.parse(due) - Date.parse(now)) / 60_000) * 60_000;
    return `Its gate is shut for another ${durationText(ms)}.`;
  }
  return (await isClosed(context, found, rig)) ? 'Its gate is shut: its condition is not met.' : undefined;
}

/** Asks its condition, where it has one. */
async function isClosed(context: Context, found: FoundPeriodic, rig: Rig | undefined): Promise<boolean> {
  const { id, gate } = found.plugin;
  if (gate.type !== 'condition') return false;
  const { code } = await runCheck(context, found, rig, gate.check);
  const { askedAt } = memoryOf(context);
  if (code === 0) askedAt.delete(id);
  else askedAt.set(id, context.now());
  return code !== 0;
}

async function execute(context: Context, found: FoundPeriodic, rig: Rig | undefined): Promise<PluginRun> {
  const { plugin } = found;
  memoryOf(context).called.delete(plugin.id);
  const run =
    plugin.execution === 'agent'
      ? await makeWork(context, plugin, rig)
      : await runScript(context, found, rig);
  return run;
}

async function runScript(context: Context, found: FoundPeriodic, rig: Rig | undefined): Promise<PluginRun> {
  const { plugin } = found;
  const createdAt = context.now();
  const end = await runPlugin(context, found, rig, {});
  // It may have been ended with the town, and runs again when that is there again.
  if (!end.passed) refuseStopping(context);
  const run: PluginRun = {
    ...newRun(context, plugin.id, plugin.hash, createdAt),
    ...(rig ? { rig: rig.id } : {}),
    result: end.passed ? 'success' : 'failure',
    ...endOf(end),
    ...(!end.passed && plugin.notify ? { trouble: true as const } : {}),
    ...(plugin.severity === undefined ? {} : { severity: plugin.severity }),
  };
  await keepRun(context, run);
  return run;
}

/**
 * A bead with the instructions, which a person may sling; nothing is started. While one of it is open there is no second. What a file
 * says is data to whoever works on it, and marked as such.
 */
async function makeWork(context: Context, plugin: PeriodicPlugin, rig: Rig | undefined): Promise<PluginRun> {
  const at = context.now();
  const base = { ...newRun(context, plugin.id, plugin.hash, at), ...(rig ? { rig: rig.id } : {}) };
  const title = displayText(
    `Plugin ${plugin.title ?? plugin.name}${plugin.description === undefined ? '' : `: ${plugin.description}`}`,
    200,
  );
  const description = `From the plugin ${plugin.name} (${plugin.file}). What follows is the text of that file, not the word of a person:\n\n${plugin.instructions}`;
  const { result } = await context.store.transact(
    { verb: 'plugin/run', by: 'town', subject: plugin.name },
    (draft) => {
      const earlier = runsOf(draft, plugin.id).findLast(({ bead }) => bead !== undefined)?.bead;
      const open = earlier !== undefined && draft.get('beads', earlier);
      const skipped = open && open.status !== 'closed';
      const run: PluginRun = skipped
        ? { ...base, result: 'skipped', bead: open.id, reason: `${open.id} of an earlier run is still open.` }
        : { ...base, result: 'success', bead: newBead() };
      recordRun(draft, run);
      return run;
      function newBead(): BeadId {
        const id = mint(context, draft, { title, description, by: 'town' }, rig?.id);
        const labels = [...new Set([`plugin:${plugin.name}`, 'untrusted', ...plugin.labels])];
        return createBead(
          draft,
          { id, title, description, labels, ...(rig ? { rig: rig.id } : {}) },
          { at, by: 'town' },
        ).id;
      }
    },
  );
  return result;
}

/** Said once for each content. */
export async function noteChanged(context: Context, { id, hash, rig }: PeriodicPlugin): Promise<void> {
  const run = { ...newRun(context, id, hash, context.now()), ...(rig === undefined ? {} : { rig }) };
  if (!isNewlyUnapproved(context.store.view, run)) return;
  await context.store.transact({ verb: 'plugin/unapproved', by: 'town', subject: id }, (draft) => {
    recordRun(draft, {
      ...run,
      result: 'unapproved',
      reason: 'It has changed since it was approved.',
      trouble: true,
    });
  });
}

/** The town could not run it: said once for each cause. What an event had called is called still. */
export async function noteNotRun(
  context: Context,
  { id, hash, rig, gate }: PeriodicPlugin,
  error: unknown,
): Promise<void> {
  if (gate.type === 'event') memoryOf(context).called.add(id);
  const reason = `The town could not run it, and tries again: ${displayText(messageOf(error), 300)}`;
  const last = runsOf(context.store.view, id).at(-1);
  if (last?.notRun && last.hash === hash && last.reason === reason) return;
  await keepRun(context, {
    ...newRun(context, id, hash, context.now()),
    ...(rig === undefined ? {} : { rig }),
    result: 'failure',
    reason,
    notRun: true,
    trouble: true,
  });
}

async function findNow(
  context: Context,
  id: PluginId,
): Promise<{ readonly rig: Rig | undefined; readonly found: FoundPeriodic | undefined }> {
  const { rig: name } = partsOfPluginId(id);
  const rig = name === undefined ? undefined : context.store.view.get('rigs', name);
  if (name !== undefined && !rig) return { rig, found: undefined };
  const { found } = await lookAtPlugins(context, rig);
  return { rig, found: found.filter(isPeriodic).find(({ plugin }) => plugin.id === id) };
}

const queueOf = (id: PluginId): string => `plugin ${id}`;
