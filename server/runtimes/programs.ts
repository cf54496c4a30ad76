import type { RuntimePreset } from '../domain/runtime.ts';

/** Where the program of a runtime was looked for, in this order, and where it is. */
export interface FoundProgram {
  /** Absolute; absent: it is nowhere. */
  readonly program?: string;
  readonly from?: 'setting' | 'path' | 'place';
  /** What a person set, the word that was looked up on the PATH, the known places. */
  readonly tried: readonly string[];
}

export interface ProgramSearch {
  /** What a person set for the runtime, if anything. */
  readonly set: string | undefined;
  /** What `{self}` stands for: it is always there. */
  readonly self: string;
  /** On the PATH where it is a word, else where it says. */
  readonly find: (command: string) => string | undefined;
}

/**
 * The program of a preset on this machine, for whoever starts it or looks whether it could be. What a person set counts alone: where it
 * has gone, nothing else is started in its place.
 */
export function findRuntimeProgram(preset: RuntimePreset, { set, self, find }: ProgramSearch): FoundProgram {
  if (preset.command === '{self}') return { program: self, from: 'path', tried: [] };
  if (set !== undefined) return located('setting', find(set), [set]);
  const onPath = find(preset.command);
  if (onPath !== undefined) return located('path', onPath, [preset.command]);
  const places = preset.places ?? [];
  const tried = [preset.command, ...places];
  for (const place of places) {
    const found = find(place);
    if (found !== undefined) return located('place', found, tried);
  }
  return { tried };
}

function located(
  from: NonNullable<FoundProgram['from']>,
  program: string | undefined,
  tried: readonly string[],
): FoundProgram {
  return program === undefined ? { tried } : { program, from, tried };
}

/** What a person is told whose runtime is missing. */
export function missingSentence({ label, command }: RuntimePreset, set: string | undefined): string {
  return set === undefined
    ? `${label} is not installed: there is no "${command}" on the PATH.`
    : `${label} is not where the town's settings have it: there is no program ${set}.`;
}

/** What is known of a vendor's program from outside, by the name of its command. Presets of one's own that start it share it. */
export interface KnownProgram {
  /** Any of these set, or any of those files there (`~/` is the home folder): somebody has signed in. */
  readonly account: { readonly variables: readonly string[]; readonly files: readonly string[] };
  /** Variables that lead to another home of its settings, and so to the account. */
  readonly homes: readonly string[];
  /** Node must be at least this, where the program is a script of npm. */
  readonly node?: number;
  /** It runs its commands in login shells, which reset PATH, unless one of these words is among its arguments. */
  readonly loginShell?: { readonly unless: readonly string[]; readonly advice: string };
}

/** The known program that a preset starts, if it is one. */
export function knownProgram(command: string): KnownProgram | undefined {
  const name =
    command
      .replaceAll('\\', '/')
      .split('/')
      .at(-1)
      ?.replace(/\.(?:exe|cmd)$/i, '') ?? '';
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

const known: Readonly<Record<string, KnownProgram>> = {
  claude: {
    account: {
      variables: [
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_AUTH_TOKEN',
        'CLAUDE_CODE_OAUTH_TOKEN',
        'CLAUDE_CODE_USE_BEDROCK',
        'CLAUDE_CODE_USE_VERTEX',
      ],
      files: ['~/.claude/.credentials.json'],
    },
    homes: ['CLAUDE_CONFIG_DIR'],
    node: 18,
  },
  gemini: {
    account: {
      variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_APPLICATION_CREDENTIALS'],
      files: ['~/.gemini/oauth_creds.json'],
    },
    homes: ['GEMINI_CLI_HOME'],
    node: 20,
  },
  codex: {
    account: { variables: ['OPENAI_API_KEY', 'CODEX_API_KEY'], files: ['~/.codex/auth.json'] },
    homes: ['CODEX_HOME'],
    node: 16,
    loginShell: {
      unless: ['allow_login_shell=false'],
      advice: 'Put allow_login_shell = false into ~/.codex/config.toml.',
    },
  },
  'cursor-agent': {
    account: { variables: ['CURSOR_API_KEY'], files: [] },
    homes: [],
  },
  auggie: {
    account: { variables: ['AUGMENT_SESSION_AUTH', 'AUGMENT_API_TOKEN'], files: ['~/.augment/session.json'] },
    homes: [],
    node: 20,
    loginShell: {
      unless: ['--shell'],
      advice: 'Start it with --shell sh: add that to the arguments of its preset.',
    },
  },
  copilot: {
    account: {
      variables: ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN', 'COPILOT_PROVIDER_API_KEY'],
      files: ['~/.copilot/config.json'],
    },
    homes: ['COPILOT_HOME'],
    node: 22,
  },
  opencode: {
    account: {
      variables: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY'],
      files: ['~/.local/share/opencode/auth.json', '~/.config/opencode/opencode.json'],
    },
    homes: ['OPENCODE_CONFIG', 'OPENCODE_CONFIG_DIR'],
  },
  amp: {
    account: { variables: ['AMP_API_KEY'], files: ['~/.local/share/amp/secrets.json'] },
    homes: [],
  },
};
