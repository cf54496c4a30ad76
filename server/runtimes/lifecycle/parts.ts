/** What the files of a session's lifecycle hooks are made of. */
export interface LifecyclePlace {
  /** Absolute path of the town's shim for `gt`. */
  readonly gt: string;
  /** The session's own folder, which only its owner enters. */
  readonly privateFolder: string;
  readonly approval: 'ask' | 'auto';
  readonly tools: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly windows: boolean;
  /** SHA-256, hexadecimal. */
  readonly hash: (text: string) => string;
}

export interface LifecycleFile {
  /** Below its place, with `/`. */
  readonly path: string;
  readonly content: string;
  readonly place: 'private' | 'worktree';
}

/** Written before the start; arguments and environment point the runtime at the private ones. */
export interface Lifecycle {
  readonly files: readonly LifecycleFile[];
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export const noLifecycle: Lifecycle = { files: [], arguments: [], environment: {} };

/** The forms in which a runtime takes what a hook has to say; `text` is for plugins of our own. */
export type HookForm = 'claude' | 'codex' | 'gemini' | 'copilot' | 'text';

/** What the hook at a start runs: the fixed words after `gt`. */
export function primeWords(form: HookForm): readonly string[] {
  return ['prime', '--hook', form];
}

export function eventWords(event: 'prompt' | 'compact' | 'stop' | 'end', form: HookForm): readonly string[] {
  return ['event', event, '--hook', form];
}

/** Longer than `gt` itself waits for the town: it must be the one to say that it cannot be reached. */
export const hookSeconds = 60;

export function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
