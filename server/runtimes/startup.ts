import type { RuntimePreset } from '../domain/runtime.ts';

/** How far the lifecycle hooks of a kind reach, as seen with the real programs. */
export interface HookReach {
  /** What the hook at the start prints reaches the model. */
  readonly start: boolean;
  /** What the hook at a prompt prints does. */
  readonly prompt: boolean;
  /** The context is given again after a compaction. */
  readonly compaction: boolean;
  /** The end of a turn: not seen, seen, or seen and answered with one more turn. */
  readonly stop: 'unseen' | 'seen' | 'answered';
}

export const hookReach: Readonly<Record<RuntimePreset['lifecycleHooks'], HookReach>> = {
  none: { start: false, prompt: false, compaction: false, stop: 'unseen' },
  claude: { start: true, prompt: true, compaction: true, stop: 'answered' },
  gemini: { start: true, prompt: true, compaction: false, stop: 'answered' },
  codex: { start: true, prompt: true, compaction: true, stop: 'answered' },
  copilot: { start: true, prompt: true, compaction: false, stop: 'answered' },
  augment: { start: false, prompt: false, compaction: false, stop: 'unseen' },
  opencode: { start: true, prompt: true, compaction: true, stop: 'seen' },
};

/** How a session of a runtime comes to its context and its first task. */
export interface Startup {
  /** `hook`: the lifecycle hook at the start gives the context. `prompt`: the first prompt says to run `gt prime`. */
  readonly context: 'hook' | 'prompt';
  /** `terminal`: printed there for whoever sits before it, since the runtime takes no prompt when it is started. */
  readonly prompt: 'argument' | 'file' | 'terminal' | 'none';
}

/**
 * | hooks reach the model | takes a prompt | context    | first task               |
 * | --------------------- | -------------- | ---------- | ------------------------ |
 * | yes                   | yes            | by hook    | in the prompt            |
 * | yes                   | no             | by hook    | printed in the terminal  |
 * | no                    | yes            | `gt prime` | in the prompt            |
 * | no                    | no             | `gt prime` | printed in the terminal  |
 *
 * Programs of our own know what to do and are told nothing.
 */
export function startupOf(preset: Pick<RuntimePreset, 'command' | 'lifecycleHooks' | 'prompt'>): Startup {
  const context = hookReach[preset.lifecycleHooks].start ? 'hook' : 'prompt';
  const { kind } = preset.prompt;
  if (kind === 'argument' || kind === 'file') return { context, prompt: kind };
  const knowsItself = preset.command === '{self}' && kind === 'none';
  return { context, prompt: knowsItself ? 'none' : 'terminal' };
}
