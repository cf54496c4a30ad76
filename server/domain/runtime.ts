import type { RuntimeName } from './ids.ts';
import type { HostKind } from './session.ts';
import type { Verdict } from './verdict.ts';

/**
 * What a launch knows, by the name that stands for it in braces. It is put in where it stands, also inside a word, once, and is never
 * split: `{prompt}` stays one argument whatever is in it. `{NAME:json}` is the same as a quoted string of JSON, which TOML reads too.
 */
export type Placeholder =
  | 'prompt' // the first prompt
  | 'file' // a file with the same text
  | 'systemPrompt'
  | 'systemPromptFile'
  | 'private' // a 0700 folder of this session
  | 'settings' // its private settings file, where lifecycle hooks were written to one
  | 'worktree'
  | 'town'
  | 'id' // the runtime's own id of the session: the one to go on with, or the one chosen for it
  | 'gitDirectory' // where git keeps HEAD and index of the worktree
  | 'gitCommonDirectory' // where git keeps what all worktrees of the repository share
  | 'spool' // the folder through which `gt` speaks from inside a sandbox
  | 'tools'; // in the words that give lists of tools: the names, with commas between

/** What holds at one launch and not at another. A placeholder: this launch has a value for it. */
export type Circumstance =
  | Placeholder
  | 'auto' // the approval profile
  | 'root' // it would run as the superuser
  | 'trusted' // the folder's trust is answered for the person
  | 'process'; // the form that ends by itself

/** Left out whole unless `when` is so, where `unless` is so, and where a value that one of its words names is not there. */
export interface ArgumentGroup {
  readonly when?: Circumstance;
  readonly unless?: Circumstance;
  readonly words: readonly string[];
}

/** The words of an argument vector, in order. */
export type Arguments = readonly (string | ArgumentGroup)[];

/**
 * How the first prompt reaches the program: as one argument (after `flag`, if there is one), as the path of a file (after `flag`),
 * or not at all; then, and where the preset says so, it is printed on the terminal for whoever sits there. It is never typed.
 */
export type PromptDelivery =
  | { readonly kind: 'argument'; readonly flag?: string }
  | { readonly kind: 'file'; readonly flag?: string }
  | { readonly kind: 'print' }
  | { readonly kind: 'none' };

/**
 * How a system prompt is given: as text after a flag, in the value of a config key, as the path of a file in a variable or after a flag.
 * `none`: what it says is in the first prompt and in `gt prime`.
 */
export type SystemPromptDelivery =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'config'; readonly arguments: Arguments }
  | { readonly kind: 'file'; readonly variable?: string; readonly flag?: string }
  | { readonly kind: 'none' };

/**
 * How the runtime's own session id is learned: chosen by us (a UUID) through a flag, read from its output (the field of a line of JSON,
 * dots between names), from a variable that it gives the programs it starts, or not at all.
 */
export type SessionIdSource =
  | { readonly kind: 'flag'; readonly flag: string; readonly variable?: string }
  | { readonly kind: 'output'; readonly field: string; readonly variable?: string }
  | { readonly kind: 'variable'; readonly variable: string }
  | { readonly kind: 'none' };

/** The runtime's own lists of what it may do unasked, and what never. `each`: the words come once for every tool. */
export interface Tools {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly given?: { readonly allow?: Arguments; readonly deny?: Arguments; readonly each?: boolean };
}

/** A file in the session's private folder, written before the start. */
export interface PrivateFile {
  readonly name: string;
  readonly when?: Circumstance;
  readonly unless?: Circumstance;
  readonly text: string;
}

/**
 * How the question whether its folder is to be trusted is answered without a person: by arguments, by variables. It is answered under
 * the profile `auto`, and where `oneShot` says so in the form that ends by itself, which cannot be asked. `hint`: what else to know.
 */
export interface TrustAnswer {
  readonly arguments?: Arguments;
  readonly environment?: Readonly<Record<string, string>>;
  readonly oneShot?: boolean;
  readonly hint?: string;
}

/** How to ask a past session something: as a copy of it, where the program can make one, so that the session itself stays as it was. */
export interface TalkForms {
  /** On a terminal, without a prompt. */
  readonly terminal: Arguments;
  /** With a question, ending by itself. */
  readonly oneShot?: Arguments;
  readonly copy: boolean;
}

/** What the form that ends by itself writes: one JSON value a line, one JSON value in all, or text. */
export type OutputForm = 'lines' | 'document' | 'text';

/** Fields of one line of JSON and their values, capitals or not, dots between names. */
export type EventPattern = Readonly<Record<string, string>>;

/** All that a pattern names must be so: one of the exit codes, the fields of one line of JSON, and the text. */
export interface FailurePattern {
  /** Absent: only the advice is known. */
  readonly verdict?: Verdict;
  /** Text to look for in the last lines of output, case-insensitive, no regular expression. */
  readonly text?: string;
  readonly codes?: readonly number[];
  readonly event?: EventPattern;
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
  /** Where else the program may lie, absolute or `~/…`; looked at where PATH has none. */
  readonly places?: readonly string[];
  /** How to get the program: one line. */
  readonly install?: string;
  /** What makes the program print its version. Absent: it is not asked. */
  readonly versionArguments?: readonly string[];
  /** How to sign in: one line. */
  readonly signIn?: string;
  /** The form for a terminal. In it and every other form the word `{options}` stands for all that follows otherwise, the prompt apart. */
  readonly arguments: Arguments;
  readonly prompt: PromptDelivery;
  readonly systemPrompt: SystemPromptDelivery;
  readonly tools: Tools;
  readonly needs: { readonly display: boolean; readonly account: boolean };
  /** Arguments for each approval profile; `ask` is the default. */
  readonly approval: { readonly ask: Arguments; readonly auto: Arguments };
  /** What is different where it would run as the superuser: one sentence. */
  readonly asRoot?: string;
  readonly trust?: TrustAnswer;
  readonly files?: readonly PrivateFile[];
  readonly sessionId: SessionIdSource;
  /** The form that goes on with the session `{id}` on a terminal, with a prompt; absent: cannot. */
  readonly resume?: Arguments;
  /** The same, ending by itself. */
  readonly resumeOneShot?: Arguments;
  readonly talk?: TalkForms;
  /** The form that ends by itself, for the session host `process`; absent: refused there. */
  readonly oneShot?: Arguments;
  /** Of the form that ends by itself; `text` where absent. */
  readonly output?: OutputForm;
  /** Lines of output that show that its model answered: what failed before them was overcome. */
  readonly answers?: readonly EventPattern[];
  readonly instructionFile?: string;
  readonly lifecycleHooks: 'none' | 'claude' | 'gemini' | 'codex' | 'copilot' | 'augment' | 'opencode';
  readonly environment: {
    /** A variable whose value names something that is not there is not set. */
    readonly set: Readonly<Record<string, string>>;
    readonly strip: readonly string[];
  };
  /** Its sessions share a background process unless told not to, and the arguments above tell it. */
  readonly sharesDaemon?: boolean;
  /** Where its sessions live in a rig that leaves it open; absent: an editor that offers, else a plain process. */
  readonly session?: HostKind;
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
  /** How the program is asked to end before it is made to. It goes to every process of its tree: some are two, and one alone is deaf. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  /** The first that fits counts. */
  readonly failures: readonly FailurePattern[];
  readonly bestFor: string;
  readonly tradeOffs: string;
  /** A codicon name and a theme colour id, for terminals and rows. */
  readonly icon: string;
  readonly color: string;
  /** What the people of this project have seen work: `run` with the real program, or only `read` about. */
  readonly evidence: 'run' | 'read';
  /** Why it could not be tried: one sentence. */
  readonly untried?: string;
}
