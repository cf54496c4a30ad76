import type { RuntimePreset } from '../../domain/runtime.ts';
import { augmentLifecycle } from './augment.ts';
import { claudeLifecycle } from './claude.ts';
import { codexLifecycle } from './codex.ts';
import { copilotLifecycle } from './copilot.ts';
import { geminiLifecycle } from './gemini.ts';
import { opencodeLifecycle } from './opencode.ts';
import { noLifecycle, type Lifecycle, type LifecyclePlace } from './parts.ts';

/**
 * The files, arguments and variables through which a runtime calls `gt` at the turns of a session's life. Commands in them are the
 * path of `gt` and fixed words, nothing else. The same place gives the same files.
 */
export function lifecycleOf(
  preset: Pick<RuntimePreset, 'lifecycleHooks' | 'tools'>,
  place: Omit<LifecyclePlace, 'tools'>,
): Lifecycle {
  return formats[preset.lifecycleHooks]({ ...place, tools: preset.tools });
}

const formats: Readonly<Record<RuntimePreset['lifecycleHooks'], (place: LifecyclePlace) => Lifecycle>> = {
  none: () => noLifecycle,
  claude: claudeLifecycle,
  gemini: geminiLifecycle,
  codex: codexLifecycle,
  copilot: copilotLifecycle,
  augment: augmentLifecycle,
  opencode: opencodeLifecycle,
};
