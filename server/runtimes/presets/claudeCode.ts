import type { RuntimeName } from '../../domain/ids.ts';
import type { Arguments, RuntimePreset } from '../../domain/runtime.ts';

/** Its warning before it skips permissions would wait for a person. A settings file with lifecycle hooks answers it itself. */
const settings: Arguments = [
  { words: ['--settings', '{settings}'] },
  { when: 'auto', unless: 'settings', words: ['--settings', '{"skipDangerousModePermissionPrompt":true}'] },
];

const printing = ['--print', '--output-format', 'stream-json', '--verbose'];

/** Claude Code 2.1. */
export const claudeCode: RuntimePreset = {
  id: 'claude-code' as RuntimeName,
  label: 'Claude Code',
  aliases: ['claude'],
  command: 'claude',
  places: ['~/.local/bin/claude', '~/.claude/local/claude'],
  install: 'npm install -g @anthropic-ai/claude-code',
  versionArguments: ['--version'],
  signIn: 'Start claude once and sign in there, or set ANTHROPIC_API_KEY.',
  arguments: settings,
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'flag', flag: '--append-system-prompt' },
  tools: {
    allow: ['Bash(gt:*)', 'Bash(bd:*)', 'Bash(git:*)'],
    deny: [],
    // One word, since the flag takes every word that follows it.
    given: {
      allow: [{ unless: 'auto', words: ['--allowedTools={tools}'] }],
      deny: ['--disallowedTools={tools}'],
    },
  },
  needs: { display: false, account: true },
  approval: {
    // Nobody can be asked about an edit where there is no terminal.
    ask: [{ when: 'process', words: ['--permission-mode', 'acceptEdits'] }],
    auto: [
      { unless: 'root', words: ['--dangerously-skip-permissions'] },
      {
        when: 'root',
        words: [
          '--permission-mode',
          'dontAsk',
          '--allowedTools=Bash,Edit,Write,NotebookEdit,WebFetch,WebSearch',
        ],
      },
    ],
  },
  asRoot:
    'As root it refuses to skip permissions; under auto it gets a list of allowed tools instead, and denies all others without asking.',
  trust: {
    hint: 'It asks once for each repository, in the terminal; the answer counts for all its worktrees.',
  },
  sessionId: { kind: 'flag', flag: '--session-id', variable: 'CLAUDE_CODE_SESSION_ID' },
  resume: ['--resume', '{id}', ...settings],
  resumeOneShot: [...printing, '--resume', '{id}', ...settings],
  talk: {
    terminal: ['--resume', '{id}', '--fork-session', '--permission-mode', 'plan'],
    oneShot: ['--print', '--resume', '{id}', '--fork-session', '--permission-mode', 'plan'],
    copy: true,
  },
  oneShot: [...printing, ...settings],
  output: 'lines',
  answers: [{ type: 'user' }, { type: 'result', is_error: 'false' }],
  instructionFile: 'CLAUDE.md',
  lifecycleHooks: 'claude',
  environment: {
    set: {},
    strip: ['CLAUDECODE', 'CLAUDE_CODE_ENTRYPOINT', 'CLAUDE_CODE_SESSION_ID', 'CLAUDE_PID', 'AI_AGENT'],
  },
  ready: '❯',
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    {
      verdict: 'refused',
      text: 'cannot be used with root',
      advice:
        'Claude Code refuses to skip permissions as root; run it as another user, or with a list of tools.',
    },
    {
      verdict: 'lost-session',
      text: 'no conversation found',
      advice: 'Its conversation is gone; the next start begins a new one.',
    },
    {
      verdict: 'lost-session',
      text: 'is already in use',
      advice: 'Its conversation is there already; the next start begins a new one.',
    },
    {
      verdict: 'dialog',
      text: 'unable to connect to anthropic',
      advice: 'Start claude once by hand and finish its first-run questions.',
    },
    {
      verdict: 'rate-limit',
      event: { type: 'system', subtype: 'api_retry', error_status: '429' },
      advice: 'Its account is at its rate limit; go on later.',
    },
    {
      verdict: 'rate-limit',
      event: { type: 'system', subtype: 'api_retry', error_status: '529' },
      advice: 'The service is overloaded; go on later.',
    },
    {
      verdict: 'sign-in',
      event: { type: 'system', subtype: 'api_retry', error_status: '401' },
      advice: 'Sign in: start claude and give it /login.',
    },
    { verdict: 'sign-in', text: 'invalid api key', advice: 'Sign in: start claude and give it /login.' },
    { verdict: 'sign-in', text: 'please run /login', advice: 'Sign in: start claude and give it /login.' },
    { verdict: 'quota', text: 'usage limit reached', advice: 'The plan is used up until its reset.' },
    { verdict: 'quota', text: "you've hit your", advice: 'The plan is used up until its reset.' },
    {
      verdict: 'context-limit',
      text: 'prompt is too long',
      advice: 'The conversation is full; hand off to a new session, which starts with an empty one.',
    },
  ],
  bestFor: 'Complex refactoring, multi-file changes, architecture work',
  tradeOffs: 'Higher cost per token, deep reasoning',
  icon: 'sparkle',
  color: 'terminal.ansiYellow',
  evidence: 'run',
};
