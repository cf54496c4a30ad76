import { messageOf } from '../domain/fault.ts';
import { hostChoice, type Rig } from '../domain/rig.ts';
import type { HostKind } from '../domain/session.ts';
import { isAwaited } from '../domain/landings.ts';
import type { Caller } from '../protocol/caller.ts';
import type { RigSummary } from '../protocol/rig.ts';
import { findPreset } from '../runtimes/presets.ts';
import { autoSentence } from './confirm.ts';
import type { Context } from './context.ts';
import { inPlaceSentence } from './inPlace.ts';
import { pluginWarnings } from './plugins.ts';
import { notInstalled, programOf } from './programs.ts';
import { isApproved, setupNow } from './setup.ts';
import { countPolecats, runtimeLabel } from './views.ts';

export async function rigSummary(context: Context, rig: Rig, caller: Caller): Promise<RigSummary> {
  const view = context.store.view;
  const polecats = [...view.find('agentsByRig', rig.id)];
  const host = await hostNow(context, rig, caller);
  return {
    rig,
    runtimeLabel: runtimeLabel(view, rig.runtime),
    sessionHost: host.kind,
    polecats: countPolecats(view, polecats),
    queue: [...view.find('mergeRequestsByRig', rig.id)].filter((request) => isAwaited(view, request)).length,
    openBeads: view.count('beadsOpen', rig.id),
    warnings: [
      ...host.warnings,
      ...(await missingProgram(context, rig)),
      ...(await freeHands(context, rig)),
      ...(await pluginWarnings(context, rig)),
    ],
  };
}

export async function listRigs(context: Context, caller: Caller): Promise<readonly RigSummary[]> {
  const rigs = [...context.store.view.all('rigs')].toSorted((a, b) => a.id.localeCompare(b.id));
  return await Promise.all(rigs.map((rig) => rigSummary(context, rig, caller)));
}

/** What acts there without being asked, or would, if it were approved. */
async function freeHands(context: Context, rig: Rig): Promise<string[]> {
  const { view } = context.store;
  const hands = [
    ...(rig.settings.approval === 'auto' ? [autoSentence(runtimeLabel(view, rig.runtime))] : []),
    ...(rig.settings.isolation === 'in-place' ? [inPlaceSentence(rig)] : []),
  ];
  if (!rig.settings.setup?.length) return hands;
  // A repository that cannot be read is told of where it is needed.
  const setup = await setupNow(context, rig).catch(() => undefined);
  if (!setup || isApproved(rig, setup)) return hands;
  return [...hands, `Its setup command is not approved as it is now: gt rig approve ${rig.id}`];
}

async function hostNow(
  context: Context,
  rig: Rig,
  caller: Caller,
): Promise<{ kind: HostKind | 'none'; warnings: string[] }> {
  try {
    const preset = findPreset(rig.runtime, context.store.view.all('runtimes'));
    const choice = hostChoice(undefined, rig.settings.session, preset?.session);
    const { kind } = await context.sessions.resolve(choice, caller);
    return { kind, warnings: [] };
  } catch (error) {
    return { kind: 'none', warnings: [messageOf(error)] };
  }
}

async function missingProgram(context: Context, rig: Rig): Promise<string[]> {
  const preset = findPreset(rig.runtime, context.store.view.all('runtimes'));
  if (!preset)
    return [`The runtime ${rig.runtime} is gone; choose another with gt rig config ${rig.id} runtime.`];
  const path = await context.programs.path();
  if (programOf(context, preset, path)) return [];
  return [notInstalled(context, preset)];
}
