import type { LaunchSpec } from '../domain/session.ts';
import { foldedName, strippedNames } from '../domain/strippedNames.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The launcher's own variables, without those that the spec strips, and with those that it sets. */
export function childEnvironment(
  base: Environment,
  { strip, environment }: Pick<LaunchSpec, 'strip' | 'environment'>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const fold = (name: string): string => foldedName(name, platform);
  const set = new Set(Object.keys(environment).map(fold));
  const isStripped = strippedNames(strip, platform);
  const kept = Object.entries(base).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !set.has(fold(entry[0])) && !isStripped(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...environment };
}
