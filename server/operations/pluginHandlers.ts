import { approvePlugin, revokePlugin, runsOf } from '../domain/pluginRuns.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { retryAtOnce } from './refinery.ts';
import { newRun } from './plugins.ts';
import { runByHand } from './pluginPeriods.ts';
import { findPlugin, listPlugins, pluginDetail, pluginView } from './pluginViews.ts';

type PluginMethods = Extract<keyof Handlers, `plugin/${string}`>;

export function pluginHandlers(context: Context): Pick<Handlers, PluginMethods> {
  return {
    'plugin/list': async ({ rig }) =>
      (await listPlugins(context, rig)).map((each) => pluginView(context, each)),
    'plugin/get': async (params) => pluginDetail(context, await findPlugin(context, params)),
    'plugin/approve': (params, caller) => approve(context, params, caller),
    'plugin/revoke': (params, caller) => revoke(context, params, caller),
    'plugin/run': (params, caller) => runByHand(context, params, caller),
    'plugin/history': async (params) => {
      const listed = await findPlugin(context, params);
      const runs = runsOf(context.store.view, listed.id)
        .toReversed()
        .slice(0, params.limit ?? 10);
      return { plugin: pluginView(context, listed), runs };
    },
  };
}

async function approve(
  context: Context,
  params: Params<'plugin/approve'>,
  caller: Caller,
): Promise<Result<'plugin/approve'>> {
  const listed = await findPlugin(context, params);
  const { found, bad } = listed;
  if (!found) {
    const why = bad ? `cannot be a plugin: ${bad.problem}` : 'is not there';
    throw new Refusal('not-found', `${listed.name} ${why}.`, { next: 'gt plugin list' });
  }
  const { id, hash } = found.plugin;
  if (params.hash !== hash) {
    throw new Refusal('stale', `${listed.name} is not what you saw.`, {
      field: 'hash',
      next: `gt plugin approve ${id}`,
      facts: { plugin: id, hash },
    });
  }
  await context.store.transact({ verb: 'plugin/approve', by: caller.by, subject: id }, (draft) => {
    approvePlugin(draft, {
      ...newRun(context, id, hash, context.now()),
      ...(found.plugin.rig === undefined ? {} : { rig: found.plugin.rig }),
      result: 'approved',
      reason: `by ${caller.by}`,
    });
  });
  // Landings that it held up.
  await retryAtOnce(context, found.plugin.rig);
  return pluginView(context, listed);
}

async function revoke(
  context: Context,
  params: Params<'plugin/revoke'>,
  caller: Caller,
): Promise<Result<'plugin/revoke'>> {
  const listed = await findPlugin(context, params);
  await context.store.transact({ verb: 'plugin/revoke', by: caller.by, subject: listed.id }, (draft) => {
    revokePlugin(draft, listed.id);
  });
  await retryAtOnce(context, listed.rig);
  return pluginView(context, listed);
}
