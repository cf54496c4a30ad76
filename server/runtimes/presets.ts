import type { RuntimeName } from '../domain/ids.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { augment } from './presets/augment.ts';
import { human, sim } from './presets/builtIn.ts';
import { claudeCode } from './presets/claudeCode.ts';
import { codex } from './presets/codex.ts';
import { cursor } from './presets/cursor.ts';
import { gemini } from './presets/gemini.ts';

/** In the order in which they are offered. */
export const builtInPresets: readonly RuntimePreset[] = [
  claudeCode,
  gemini,
  codex,
  cursor,
  augment,
  sim,
  human,
];

/** By id or alias, in any case. A preset's own name goes before another's alias, a built-in alias before one of the user's. */
export function findPreset(name: string, own: Iterable<RuntimePreset>): RuntimePreset | undefined {
  const wanted = name.trim().toLowerCase();
  const all = [...builtInPresets, ...own];
  return all.find(({ id }) => id === wanted) ?? all.find(({ aliases }) => aliases.includes(wanted));
}

/** What a preset of one's own says, over the one it extends. Lists are replaced, groups of settings are merged key by key. */
export type PresetChanges = Partial<
  Omit<RuntimePreset, 'id' | 'tools' | 'needs' | 'approval' | 'environment' | 'capabilities'>
> & {
  readonly id: RuntimeName;
  readonly tools?: Partial<RuntimePreset['tools']>;
  readonly needs?: Partial<RuntimePreset['needs']>;
  readonly approval?: Partial<RuntimePreset['approval']>;
  readonly environment?: Partial<RuntimePreset['environment']>;
  readonly capabilities?: Partial<RuntimePreset['capabilities']>;
};

/** Name, aliases and evidence are never inherited: another preset's good run says nothing about this one. */
export function extendPreset(base: RuntimePreset, changes: PresetChanges): RuntimePreset {
  return {
    ...base,
    label: changes.id,
    aliases: [],
    evidence: 'read',
    ...changes,
    tools: { ...base.tools, ...changes.tools },
    needs: { ...base.needs, ...changes.needs },
    approval: { ...base.approval, ...changes.approval },
    environment: {
      set: { ...base.environment.set, ...changes.environment?.set },
      strip: changes.environment?.strip ?? base.environment.strip,
    },
    capabilities: { ...base.capabilities, ...changes.capabilities },
  };
}
