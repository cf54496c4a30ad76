import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Gemini CLI 0.61. */
export const gemini: RuntimePreset = {
  id: 'gemini' as RuntimeName,
  label: 'Gemini CLI',
  aliases: ['gemini-cli'],
  command: 'gemini',
  arguments: [],
  prompt: { kind: 'argument', flag: '-i' },
  systemPrompt: { kind: 'none' },
  tools: { allow: ['run_shell_command(gt)', 'run_shell_command(bd)', 'run_shell_command(git)'], deny: [] },
  needs: { display: false, account: true },
  approval: { ask: ['--approval-mode', 'default'], auto: ['--approval-mode', 'yolo'] },
  sessionId: { kind: 'flag', flag: '--session-id' },
  resume: ['--resume', '{id}'],
  oneShot: ['-p', '{prompt}'],
  instructionFile: 'GEMINI.md',
  lifecycleHooks: 'gemini',
  environment: { set: {}, strip: ['GEMINI_CLI'] },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    { text: 'invalid auth method', advice: 'Start gemini once by hand and choose how to log in.' },
    {
      text: 'author identity unknown',
      advice: 'Its shell hides the git identity; the session sets one, so check what unsets it.',
    },
    {
      text: 'command injection detected',
      advice: 'It refuses backticks and command substitution; ask it for plain commands.',
    },
    { text: 'not trusted', advice: 'Trust the folder by starting gemini in it once by hand.' },
  ],
  bestFor: 'GCP-native work, large context windows, broad knowledge',
  tradeOffs: 'Different tool ecosystem',
  icon: 'star-full',
  color: 'terminal.ansiBlue',
  evidence: 'run',
};
