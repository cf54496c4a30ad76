import { needsPerson } from '../domain/polecats.ts';
import { isSettled } from '../domain/landings.ts';
import { parseTownSetting } from '../domain/settings.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Town } from '../domain/town.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Params } from '../protocol/messages.ts';
import type { TownStatus } from '../protocol/town.ts';
import { findPreset } from '../runtimes/presets.ts';
import type { Context } from './context.ts';
import { theTown } from './lookups.ts';

export function townStatus(context: Context): TownStatus {
  const view = context.store.view;
  const polecats = [...view.all('agents')];
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
    polecats: {
      working: polecats.filter((polecat) => polecat.state === 'working' || polecat.state === 'spawning')
        .length,
      needYou: polecats.filter((polecat) => needsPerson(view, polecat)).length,
      total: polecats.length,
    },
    mergeRequests: {
      waiting: [...view.all('mergeRequests')].filter((request) => !isSettled(request.state)).length,
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
  const preset =
    change.defaultRuntime && findPreset(change.defaultRuntime, context.store.view.all('runtimes'));
  if (change.defaultRuntime && !preset) {
    throw new Refusal('not-found', `There is no runtime “${change.defaultRuntime}”.`, {
      field: 'default-runtime',
      next: 'gt runtime list',
    });
  }
  const { result } = await context.store.transact(
    { verb: 'town/configure', by: caller.by, subject: params.key },
    (draft) => {
      const next: Town = { ...theTown(draft), ...change, ...(preset ? { defaultRuntime: preset.id } : {}) };
      draft.put('town', next);
      return next;
    },
  );
  return result;
}
