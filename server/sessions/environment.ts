import type { LaunchSpec } from '../domain/session.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The launcher's own variables, without those that the spec strips, and with those that it sets. */
export function childEnvironment(
  base: Environment,
  { strip, environment }: Pick<LaunchSpec, 'strip' | 'environment'>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  // On Windows `Path` and `PATH` are one variable.
  const fold = platform === 'win32' ? (name: string) => name.toUpperCase() : (name: string) => name;
  const set = new Set(Object.keys(environment).map(fold));
  const isStripped = matcher(strip.map(fold));
  const kept = Object.entries(base).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !set.has(fold(entry[0])) && !isStripped(fold(entry[0])),
  );
  return { ...Object.fromEntries(kept), ...environment };
}

function matcher(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
