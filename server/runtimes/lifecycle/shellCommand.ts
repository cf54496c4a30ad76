/** What runs the commands of a runtime's hooks. */
export type HookShell = 'sh' | 'powershell' | 'cmd';

/**
 * The one command that a hook file holds: a program by its path, and fixed words. The path is one word of the shell whatever is in
 * it, and is not taken for a variable by the runtimes that replace `$NAME` in their settings before any shell sees it.
 */
export function shellCommand(shell: HookShell, program: string, words: readonly string[]): string {
  for (const word of words) {
    // They are ours; one that a shell would read otherwise is a mistake in this code.
    if (!/^[a-z-]+$/.test(word)) throw new Error(`"${word}" is no fixed word of a hook.`);
  }
  return [quoted[shell](program), ...words].join(' ');
}

const quoted: Readonly<Record<HookShell, (path: string) => string>> = {
  // Between two quotes a `$` has no name behind it.
  sh: (path) => `'${path.replaceAll("'", () => `'\\''`).replaceAll('$', () => `$''`)}'`,
  // These two are of Windows, where the shims that they can start have this ending, and no path holds a double quote.
  powershell: (path) => `& '${path.replaceAll("'", "''")}.cmd'`,
  cmd: (path) => `"${path}.cmd"`,
};
