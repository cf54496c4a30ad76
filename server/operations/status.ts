import { attentionOf } from '../domain/attention.ts';
import { isAwaited } from '../domain/landings.ts';
import { Refusal } from '../domain/refusal.ts';
import { parseTownSetting, type TownChange, withTownChange } from '../domain/settings.ts';
import { displayText } from '../domain/text.ts';
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
    attention: attentionOf(view, context.now()).length,
    editors: context.sessions.editors(),
  };
}

export async function configureTown(
  context: Context,
  params: Params<'town/configure'>,
  caller: Caller,
): Promise<Town> {
  const change = parseTownSetting(params.key, params.words);
  const known = knownRuntimes(context, change);
  const { result } = await context.store.transact(
    { verb: 'town/configure', by: caller.by, subject: params.key },
    (draft) => {
      const next = withTownChange(theTown(draft), { ...change, ...known });
      draft.put('town', next);
      return next;
    },
  );
  return result;
}

/** Runtimes that are named must be known; an alias becomes the preset's own name. */
function knownRuntimes(context: Context, { defaultRuntime, command, role }: TownChange): TownChange {
  const { view } = context.store;
  return {
    ...(defaultRuntime ? { defaultRuntime: findRuntime(view, defaultRuntime, 'defaultRuntime').id } : {}),
    ...(command ? { command: locatedCommand(context, command) } : {}),
    ...(role?.runtime ? { role: { ...role, runtime: findRuntime(view, role.runtime, 'words').id } } : {}),
  };
}

/** The runtime must be known and the program be there; an alias becomes the preset's own name. */
function locatedCommand(
  context: Context,
  { runtime, path }: NonNullable<TownChange['command']>,
): NonNullable<TownChange['command']> {
  const preset = findRuntime(context.store.view, runtime, 'key');
  if (preset.command.startsWith('{')) {
    throw new Refusal('invalid', `${preset.label} comes with this product: it has no program to look for.`, {
      field: 'key',
    });
  }
  if (path === undefined) return { runtime: preset.id };
  if (context.programs.find(path, '') === undefined) {
    throw new Refusal('missing-program', `${displayText(path, 200)} is no program that can be started.`, {
      field: 'words',
      next: `Give the absolute path of ${preset.command}.`,
    });
  }
  return { runtime: preset.id, path };
}
