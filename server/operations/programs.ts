import type { RuntimeName } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { findRuntimeProgram, missingSentence, type FoundProgram } from '../runtimes/programs.ts';
import type { Context } from './context.ts';
import { theTown } from './lookups.ts';

/** The program of a preset on this machine, as the town would start it. */
export function locateProgram(context: Context, preset: RuntimePreset, path: string): FoundProgram {
  return findRuntimeProgram(preset, {
    set: setCommand(context, preset.id),
    self: context.launcher.node,
    find: (command) => context.programs.find(command, path),
  });
}

/** Undefined where it is missing. */
export function programOf(context: Context, preset: RuntimePreset, path: string): string | undefined {
  return locateProgram(context, preset, path).program;
}

/** What a person is told whose runtime is missing. */
export function notInstalled(context: Context, preset: RuntimePreset): string {
  const set = setCommand(context, preset.id);
  const sentence = missingSentence(preset, set);
  return set !== undefined || preset.install === undefined
    ? sentence
    : `${sentence} Install it: ${preset.install}`;
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
