import type { RuntimePreset } from './runtime.ts';

/**
 * A whole preset as its owner would write it, to be added to another town: without what was seen of it, which is not for its owner to
 * say, and without texts that are empty because nobody gave them.
 */
export function givenOf(preset: RuntimePreset): Readonly<Record<string, unknown>> {
  const { evidence: _, ...given } = preset;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}
