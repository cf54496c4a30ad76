import { isAwaited } from '../domain/landings.ts';
import { parseTownSetting } from '../domain/settings.ts';
import type { Town } from '../domain/town.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { TownStatus } from '../protocol/town.ts';
import type { Context } from './context.ts';
import { findRuntime, theTown } from './lookups.ts';
import { countPolecats } from './views.ts';

export function townStatus(context: Context): TownStatus {
  const view = context.store.view;
  return {
    townId: context.townId,
    name: theTown(view).name,
    path: context.paths.town,
    version: context.version,
    protocol: context.protocol,
    pid: process.pid,
    startedAt: context.startedAt,
    seq: context.store.seq,
    ...(context.store.readOnly === undefined ? {} : { readOnly: context.store.readOnly }),
    rigs: [...view.all('rigs')].length,
    beads: {
      open: view.count('beadsOpen', ''),
      ready: view.count('beadsReady', ''),
      blocked: view.count('beadsBlocked', ''),
    },
    convoys: { open: [...view.all('convoys')].filter((convoy) => convoy.state === 'open').length },
    polecats: countPolecats(view, [...view.all('agents')]),
    mergeRequests: {
      waiting: [...view.all('mergeRequests')].filter((request) => isAwaited(view, request)).length,
    },
    sessions: view.count('sessionsByState', 'running') + view.count('sessionsByState', 'starting'),
    editors: context.sessions.editors(),
  };
}

export async function configureTown(
  context: Context,
  params: Params<'town/configure'>,
  caller: Caller,
): Promise<Town> {
  const change = parseTownSetting(params.key, params.words);
  const named =
    change.defaultRuntime && findRuntime(context.store.view, change.defaultRuntime, 'defaultRuntime');
  const { result } = await context.store.transact(
    { verb: 'town/configure', by: caller.by, subject: params.key },
    (draft) => {
      const next: Town = { ...theTown(draft), ...change, ...(named ? { defaultRuntime: named.id } : {}) };
      draft.put('town', next);
      return next;
    },
  );
  return result;
}
