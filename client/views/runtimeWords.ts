import { displayText } from '../../server/domain/text.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import { joined } from './row.ts';

/** `Claude Code 2.1.0`. */
export function versionedLabel({ preset, version }: RuntimeSummary): string {
  const label = displayText(preset.label, 40);
  return version === undefined ? label : `${label} ${displayText(version, 40)}`;
}

/** `2.1.0 · found`, `not installed`, `part of Gas Town`: whether it can be started. */
export function readinessWords({ preset, program, version }: RuntimeSummary): string {
  if (program === undefined) return 'not installed';
  if (preset.command === '{self}') return 'part of Gas Town';
  return joined(version && displayText(version, 40), 'found');
}

/** What installs it, as it can be pasted into a terminal. */
export function installCommand(runtime: RuntimeSummary): string | undefined {
  const line = installLine(runtime);
  return line === undefined || /^https?:/u.test(line) ? undefined : line;
}

/** What installs it, or the page that says so. */
export function installLine({ preset: { install } }: RuntimeSummary): string | undefined {
  return install === undefined || install.trim() === '' ? undefined : displayText(install, 300);
}

/** Why nothing can be started with it, and what to do. */
export function missingWords(runtime: RuntimeSummary): string {
  const { label, command } = runtime.preset;
  const install = installLine(runtime);
  const sentence = `${displayText(label, 40)} is not installed: there is no "${displayText(command, 100)}" on your PATH.`;
  return install === undefined ? sentence : `${sentence} To install it: ${install}`;
}

/** Paragraphs for a tooltip: what it is, whether it is ready, and how that is known. */
export function runtimeTooltip(runtime: RuntimeSummary): readonly (string | undefined)[] {
  const { preset, program, builtIn } = runtime;
  if (program === undefined) return [missingWords(runtime)];
  const where = preset.command === '{self}' ? readinessWords(runtime) : displayText(program, 300);
  return [
    `${versionedLabel(runtime)}, ready: ${where}`,
    preset.bestFor && `Best for: ${displayText(preset.bestFor)}`,
    preset.tradeOffs && `Trade-offs: ${displayText(preset.tradeOffs)}`,
    preset.signIn && `Account: ${displayText(preset.signIn)}`,
    builtIn && preset.evidence === 'read' ? 'Known from its documentation only.' : undefined,
  ];
}
