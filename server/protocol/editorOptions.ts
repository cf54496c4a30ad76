/** What an editor says of itself in `initializationOptions`; every part may be absent. */
export interface EditorOptions {
  /** `vscode` offers to host terminals and has commands of its own. */
  readonly host: string | undefined;
  /** The folder of the town; else it is found as `gt` finds it, from the workspace's folder. */
  readonly town: string | undefined;
  /** The window's own name for itself. */
  readonly window: string;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lua, and so Neovim, writes an empty object as an empty list. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value)) return value.length === 0 ? {} : undefined;
  return isRecord(value) ? value : undefined;
}

/** `ownWindow`: what its window is called where it does not say. */
export function editorOptions(given: unknown, ownWindow: string): EditorOptions {
  const options = isRecord(given) ? given : {};
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return { host: text('host'), town: text('town'), window: text('window') ?? ownWindow };
}
