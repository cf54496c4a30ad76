import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Gemini CLI 0.61. It starts itself a second time: a signal to the first process alone is not heard. */
export const gemini: RuntimePreset = {
  id: 'gemini' as RuntimeName,
  label: 'Gemini CLI',
  aliases: ['gemini-cli'],
  command: 'gemini',
  install: 'npm install -g @google/gemini-cli',
  versionArguments: ['--version'],
  signIn: 'Start gemini once and choose how to sign in, or set GEMINI_API_KEY.',
  arguments: [],
  prompt: { kind: 'argument', flag: '-i' },
  // What it has is a file that replaces its own prompt whole, which would take its skills away.
  systemPrompt: { kind: 'none' },
  tools: {
    allow: ['run_shell_command(gt)', 'run_shell_command(bd)', 'run_shell_command(git)'],
    deny: [],
    given: { allow: [{ unless: 'auto', words: ['--allowed-tools={tools}'] }], each: true },
  },
  needs: { display: false, account: true },
  approval: {
    ask: [
      { unless: 'process', words: ['--approval-mode', 'default'] },
      { when: 'process', words: ['--approval-mode', 'auto_edit'] },
    ],
    auto: ['--approval-mode', 'yolo'],
  },
  // In a folder that is not trusted it drops yolo without a word, and without a terminal it exits with 55.
  trust: { environment: { GEMINI_CLI_TRUST_WORKSPACE: 'true' }, oneShot: true },
  sessionId: { kind: 'flag', flag: '--session-id' },
  resume: ['--resume', '{id}'],
  resumeOneShot: ['-o', 'stream-json', '--resume', '{id}', '{options}', '-p', '{prompt}'],
  talk: {
    terminal: ['--resume', '{id}', '--approval-mode', 'plan'],
    oneShot: ['--resume', '{id}', '--approval-mode', 'plan', '-p', '{prompt}'],
    copy: false,
  },
  oneShot: ['-o', 'stream-json', '{options}', '-p', '{prompt}'],
  output: 'lines',
  answers: [
    { type: 'message', role: 'assistant' },
    { type: 'tool_result' },
    { type: 'result', status: 'success' },
  ],
  instructionFile: 'GEMINI.md',
  lifecycleHooks: 'gemini',
  environment: { set: {}, strip: ['GEMINI_CLI'] },
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    {
      verdict: 'sign-in',
      codes: [41],
      advice: 'Start gemini once by hand and choose how to sign in, or set GEMINI_API_KEY.',
    },
    {
      verdict: 'sign-in',
      codes: [145],
      advice: 'Its key or sign-in is refused: start gemini and use /auth.',
    },
    {
      verdict: 'dialog',
      codes: [55],
      advice: 'It does not trust the folder: start gemini in it once by hand and trust it.',
    },
    {
      verdict: 'sandbox',
      text: 'command injection detected',
      advice: 'It refuses backticks and command substitution; ask it for plain commands.',
    },
    {
      verdict: 'missing-tool',
      text: 'author identity unknown',
      advice: 'Its shell hides the git identity; the session sets one, so look for what unsets it.',
    },
    { verdict: 'quota', text: 'quota exceeded', advice: 'The quota of its account is used up.' },
    { verdict: 'quota', text: 'exhausted your', advice: 'The quota of its account is used up.' },
    {
      verdict: 'rate-limit',
      text: 'resource_exhausted',
      advice: 'Its account is at its rate limit; go on later.',
    },
    { verdict: 'rate-limit', text: 'status: 429', advice: 'Its account is at its rate limit; go on later.' },
    {
      verdict: 'lost-session',
      text: 'error resuming session',
      advice: 'Its session is gone; the next start begins a new one.',
    },
    { verdict: 'dialog', text: 'not trusted', advice: 'Trust the folder: start gemini in it once by hand.' },
  ],
  bestFor: 'GCP-native work, large context windows, broad knowledge',
  tradeOffs: 'Different tool ecosystem',
  icon: 'star-full',
  color: 'terminal.ansiBlue',
  evidence: 'run',
};
