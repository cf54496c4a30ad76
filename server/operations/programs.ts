import type { RuntimeName } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { Context } from './context.ts';
import { theTown } from './lookups.ts';

/** Where the program of a runtime was looked for, in this order, and where it is. */
export interface FoundProgram {
  /** Absolute; absent: it is nowhere. */
  readonly program?: string;
  readonly from?: 'setting' | 'path' | 'place';
  /** What a person set, the word that was looked up on the PATH, the known places. */
  readonly tried: readonly string[];
}

/**
 * The program of a preset on this machine. What a person set counts alone: where it has gone, nothing else is started in its place.
 * `{self}` is always there.
 */
export function locateProgram(context: Context, preset: RuntimePreset, path: string): FoundProgram {
  if (preset.command === '{self}') return { program: context.launcher.node, from: 'path', tried: [] };
  const set = setCommand(context, preset.id);
  if (set !== undefined) return located('setting', context.programs.find(set, path), [set]);
  const onPath = context.programs.find(preset.command, path);
  if (onPath !== undefined) return located('path', onPath, [preset.command]);
  const places = preset.places ?? [];
  const tried = [preset.command, ...places];
  for (const place of places) {
    const found = context.programs.find(place, path);
    if (found !== undefined) return located('place', found, tried);
  }
  return { tried };
}

/** Undefined where it is missing. */
export function programOf(context: Context, preset: RuntimePreset, path: string): string | undefined {
  return locateProgram(context, preset, path).program;
}

/** What a person is told whose runtime is missing. */
export function notInstalled(context: Context, { id, label, command, install }: RuntimePreset): string {
  const set = setCommand(context, id);
  if (set !== undefined)
    return `${label} is not where the town's settings have it: there is no program ${set}.`;
  const how = install === undefined ? '' : ` Install it: ${install}`;
  return `${label} is not installed: there is no "${command}" on the PATH.${how}`;
}

export function requireProgram(
  context: Context,
  preset: RuntimePreset,
  { path, next }: { readonly path: string; readonly next: string },
): string {
  const { program, tried } = locateProgram(context, preset, path);
  if (program !== undefined) return program;
  throw new Refusal('missing-program', notInstalled(context, preset), {
    field: 'runtime',
    next,
    facts: { command: preset.command, path, tried },
  });
}

function setCommand(context: Context, id: RuntimeName): string | undefined {
  const { commands = {} } = theTown(context.store.view);
  return Object.hasOwn(commands, id) ? commands[id] : undefined;
}

function located(
  from: NonNullable<FoundProgram['from']>,
  program: string | undefined,
  tried: readonly string[],
): FoundProgram {
  return program === undefined ? { tried } : { program, from, tried };
}
