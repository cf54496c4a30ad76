import { allAgents } from '../domain/agents.ts';
import type { RuntimeName } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { withTownChange } from '../domain/settings.ts';
import { displayText } from '../domain/text.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Result } from '../protocol/messages.ts';
import type { RuntimeSummary } from '../protocol/runtime.ts';
import { builtInPresets } from '../runtimes/presets.ts';
import type { Context } from './context.ts';
import { findRuntime, theTown } from './lookups.ts';
import { locateProgram } from './programs.ts';

export async function listRuntimes(context: Context): Promise<readonly RuntimeSummary[]> {
  const own = [...context.store.view.all('runtimes')];
  const names = new Set(own.map((preset) => preset.id));
  const presets = [...builtInPresets.filter((preset) => !names.has(preset.id)), ...own];
  return await Promise.all(presets.map((preset) => summary(context, preset)));
}

export async function getRuntime(context: Context, name: string): Promise<RuntimeSummary> {
  return await summary(context, findRuntime(context.store.view, name));
}

/** The preset has been checked field by field at the edge; here only its name can be wrong. */
export async function addRuntime(
  context: Context,
  preset: RuntimePreset,
  options: { readonly replace: boolean; readonly by: string },
): Promise<RuntimeSummary> {
  await context.store.transact({ verb: 'runtime/add', by: options.by, subject: preset.id }, (draft) => {
    const builtIn = builtInPresets.find((other) =>
      [other.id, ...other.aliases].some((name) => name === preset.id),
    );
    if (builtIn) {
      throw new Refusal('taken', `${preset.id} is a built-in runtime; give yours another name.`, {
        field: 'preset.id',
      });
    }
    if (draft.get('runtimes', preset.id) && !options.replace) {
      throw new Refusal('taken', `There is a runtime ${preset.id} already.`, {
        field: 'preset.id',
        next: 'Add --replace to change it.',
      });
    }
    draft.put('runtimes', preset);
  });
  return await summary(context, preset);
}

export async function removeRuntime(
  context: Context,
  name: string,
  caller: Caller,
): Promise<Result<'runtime/remove'>> {
  await context.store.transact({ verb: 'runtime/remove', by: caller.by, subject: name }, (draft) => {
    if (!draft.get('runtimes', name)) {
      const { id } = findRuntime(draft, name);
      throw isBuiltIn(id)
        ? new Refusal('forbidden', `${id} is built in and cannot be removed.`, { field: 'runtime' })
        : new Refusal('invalid', `${displayText(name, 60)} is another name of ${id}.`, {
            field: 'runtime',
            next: `gt runtime remove ${id}`,
          });
    }
    const rigs = [...draft.all('rigs')].filter((rig) => rig.runtime === name).map((rig) => rig.id);
    const agents = allAgents(draft)
      .filter((agent) => agent.runtime === name)
      .map((agent) => agent.id);
    const town = theTown(draft);
    const roles = Object.entries(town.roleRuntimes ?? {}).flatMap(([role, runtime]) =>
      runtime === name ? [`the town for ${role}`] : [],
    );
    const isDefault = town.defaultRuntime === name ? ['the town as its default'] : [];
    const users = [...isDefault, ...roles, ...rigs, ...agents];
    if (users.length > 0) {
      throw new Refusal('in-use', `${name} is used by ${users.join(', ')}.`, { field: 'runtime' });
    }
    draft.remove('runtimes', name);
    draft.put('town', withTownChange(town, { command: { runtime: name as RuntimeName } }));
  });
  return { runtime: name as RuntimeName };
}

async function summary(context: Context, preset: RuntimePreset): Promise<RuntimeSummary> {
  const path = await context.programs.path();
  const { program, from, tried } = locateProgram(context, preset, path);
  const version = program === undefined ? undefined : await versionOf(context, preset, { program, path });
  return {
    preset,
    builtIn: isBuiltIn(preset.id),
    ...(program === undefined ? {} : { program }),
    ...(from === undefined ? {} : { from }),
    ...(version === undefined ? {} : { version }),
    tried,
    searched: path,
    rigs: [...context.store.view.all('rigs')].filter((rig) => rig.runtime === preset.id).map((rig) => rig.id),
  };
}

/** What comes with this product has its version; any other program is asked only as its preset says. */
async function versionOf(
  context: Context,
  { command, versionArguments }: RuntimePreset,
  { program, path }: { readonly program: string; readonly path: string },
): Promise<string | undefined> {
  if (command.startsWith('{') || !versionArguments) return undefined;
  return await context.programs.version(program, versionArguments, path);
}

const isBuiltIn = (id: RuntimeName): boolean => builtInPresets.some((preset) => preset.id === id);
