/** What makes two names of variables one: on Windows `Path` and `PATH` are the same variable. */
export function foldedName(name: string, platform: string): string {
  return platform === 'win32' ? name.toUpperCase() : name;
}

/** Tells the names of variables that a launch spec strips: its `strip` has whole names, and prefixes that end in `*`. */
export function strippedNames(strip: readonly string[], platform: string): (name: string) => boolean {
  const names = strip.map((name) => foldedName(name, platform));
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => {
    const folded = foldedName(name, platform);
    return exact.has(folded) || prefixes.some((prefix) => folded.startsWith(prefix));
  };
}
