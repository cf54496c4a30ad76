import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Claude Code 2.1. */
export const claudeCode: RuntimePreset = {
  id: 'claude-code' as RuntimeName,
  label: 'Claude Code',
  aliases: ['claude'],
  command: 'claude',
  arguments: [],
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'flag', flag: '--append-system-prompt' },
  tools: { allow: ['Bash(gt:*)', 'Bash(bd:*)', 'Bash(git:*)'], deny: [] },
  needs: { display: false, account: true },
  approval: { ask: [], auto: ['--permission-mode', 'bypassPermissions'] },
  sessionId: { kind: 'flag', flag: '--session-id' },
  resume: ['--resume', '{id}'],
  // Nobody can be asked there: what the contract needs is allowed by name. One word, since the flag takes every word that follows it.
  oneShot: [
    '--print',
    '--permission-mode',
    'acceptEdits',
    '--allowedTools=Bash(gt:*),Bash(bd:*),Bash(git:*)',
  ],
  instructionFile: 'CLAUDE.md',
  lifecycleHooks: 'claude',
  environment: {
    set: {},
    strip: ['CLAUDECODE', 'CLAUDE_CODE_ENTRYPOINT', 'CLAUDE_CODE_SESSION_ID', 'CLAUDE_PID', 'AI_AGENT'],
  },
  ready: '❯',
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    {
      text: 'cannot be used with root',
      advice: 'Claude Code refuses to skip permissions as root; run it as another user.',
    },
    { text: 'invalid api key', advice: 'Log in with: claude /login' },
    { text: 'no conversation found', advice: 'Its conversation is gone; start a new session.' },
    {
      text: 'unable to connect to anthropic',
      advice: 'Start claude once by hand and finish its first-run questions.',
    },
  ],
  bestFor: 'Complex refactoring, multi-file changes, architecture work',
  tradeOffs: 'Higher cost per token, deep reasoning',
  icon: 'sparkle',
  color: 'terminal.ansiYellow',
  evidence: 'run',
};
