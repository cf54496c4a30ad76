import type { RuntimeName } from './ids.ts';

/**
 * How the first prompt reaches the program: as one argument (after `flag`, if there is one), as the path of a file (after `flag`),
 * printed on the terminal for a person to read, or not at all. It is never typed.
 */
export type PromptDelivery =
  | { readonly kind: 'argument'; readonly flag?: string }
  | { readonly kind: 'file'; readonly flag?: string }
  | { readonly kind: 'print' }
  | { readonly kind: 'none' };

/** How a system prompt is given. `{prompt}` in a config value stands for the text, `{file}` for a path. */
export type SystemPromptDelivery =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'config'; readonly arguments: readonly string[] }
  | { readonly kind: 'file'; readonly variable: string }
  | { readonly kind: 'none' };

/** How the runtime's own session id is learned: chosen by us through a flag, read from its output, or not at all. */
export type SessionIdSource =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'output'; readonly field: string }
  | { readonly kind: 'variable'; readonly variable: string }
  | { readonly kind: 'none' };

export interface FailurePattern {
  /** Text to look for in the last lines of output, case-insensitive, no regular expression. */
  readonly text: string;
  readonly advice: string;
}

/** What a runtime is, as data. Built-in presets and the user's own have this one shape. */
export interface RuntimePreset {
  readonly id: RuntimeName;
  /** As shown to people: `Claude Code`. */
  readonly label: string;
  readonly aliases: readonly string[];
  /** The program, looked up on PATH; `{self}` is this product's own launcher program, `{shell}` the user's shell. */
  readonly command: string;
  readonly arguments: readonly string[];
  readonly prompt: PromptDelivery;
  readonly systemPrompt: SystemPromptDelivery;
  readonly tools: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly needs: { readonly display: boolean; readonly account: boolean };
  /** Arguments for each approval profile; `ask` is the default. */
  readonly approval: { readonly ask: readonly string[]; readonly auto: readonly string[] };
  readonly sessionId: SessionIdSource;
  /** Arguments to resume, `{id}` for the runtime's own session id; absent: cannot. */
  readonly resume?: readonly string[];
  /** Arguments of the form that ends by itself, for the session host `process`; absent: refused there. */
  readonly oneShot?: readonly string[];
  readonly instructionFile?: string;
  readonly lifecycleHooks: 'none' | 'claude' | 'gemini' | 'codex' | 'copilot' | 'augment' | 'opencode';
  readonly environment: {
    readonly set: Readonly<Record<string, string>>;
    readonly strip: readonly string[];
  };
  /** Text that shows that the program is ready for input; absent: no sign is known. */
  readonly ready?: string;
  /** Where a message is typed into its terminal, which is the last resort: the key that sends it, and how long to wait before it. */
  readonly typing?: { readonly submit: string; readonly pauseMs: number };
  readonly capabilities: {
    readonly resume: boolean;
    readonly commitsInWorktree: boolean;
    readonly reportsUsage: boolean;
    readonly structuredOutput: boolean;
  };
  /** How the program is asked to end before it is made to. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  readonly failures: readonly FailurePattern[];
  readonly bestFor: string;
  readonly tradeOffs: string;
  /** A codicon name and a theme colour id, for terminals and rows. */
  readonly icon: string;
  readonly color: string;
  /** What the people of this project have seen work: `run` with the real program, or only `read` about. */
  readonly evidence: 'run' | 'read';
}
