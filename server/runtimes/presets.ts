import type { RuntimePreset } from '../domain/runtime.ts';
import { amp } from './presets/amp.ts';
import { augment } from './presets/augment.ts';
import { human, sim } from './presets/builtIn.ts';
import { claudeCode } from './presets/claudeCode.ts';
import { codex } from './presets/codex.ts';
import { copilot } from './presets/copilot.ts';
import { cursor } from './presets/cursor.ts';
import { gemini } from './presets/gemini.ts';
import { opencode } from './presets/opencode.ts';

/** In the order in which they are offered. */
export const builtInPresets: readonly RuntimePreset[] = [
  claudeCode,
  gemini,
  codex,
  cursor,
  augment,
  copilot,
  opencode,
  amp,
  sim,
  human,
];

/** By id or alias, in any case. A preset's own name goes before another's alias, a built-in alias before one of the user's. */
export function findPreset(name: string, own: Iterable<RuntimePreset>): RuntimePreset | undefined {
  const wanted = name.trim().toLowerCase();
  const all = [...builtInPresets, ...own];
  return all.find(({ id }) => id === wanted) ?? all.find(({ aliases }) => aliases.includes(wanted));
}
