import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** opencode 1.18. */
export const opencode: RuntimePreset = {
  id: 'opencode' as RuntimeName,
  label: 'opencode',
  aliases: ['open-code', 'opencode-ai'],
  command: 'opencode',
  places: ['~/.opencode/bin/opencode'],
  install: 'npm install -g opencode-ai',
  versionArguments: ['--version'],
  signIn: 'opencode auth login',
  arguments: [],
  prompt: { kind: 'argument', flag: '--prompt' },
  systemPrompt: { kind: 'none' },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: true },
  approval: { ask: [], auto: ['--auto'] },
  sessionId: { kind: 'output', field: 'sessionID' },
  // On a terminal it opens the session and does not send the prompt, so there a new session is begun.
  resumeOneShot: ['run', '--format', 'json', '--session', '{id}', '{options}', '{prompt}'],
  talk: {
    terminal: ['--session', '{id}', '--fork'],
    oneShot: ['run', '--session', '{id}', '--fork', '{prompt}'],
    copy: true,
  },
  oneShot: ['run', '--format', 'json', '{options}', '{prompt}'],
  output: 'lines',
  answers: [{ type: 'text' }, { type: 'tool_use' }, { type: 'step_finish' }],
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'opencode',
  environment: { set: {}, strip: [] },
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  // It does not listen to SIGTERM.
  stopSignal: 'SIGINT',
  failures: [
    {
      verdict: 'sign-in',
      event: { type: 'error', 'error.data.statusCode': '401' },
      advice: 'Sign in with: opencode auth login',
    },
    {
      verdict: 'rate-limit',
      event: { type: 'error', 'error.data.statusCode': '429' },
      advice: 'Its account is at its rate limit; go on later.',
    },
    {
      verdict: 'lost-session',
      text: 'session not found',
      advice: 'Its session is gone; the next start begins a new one.',
    },
  ],
  bestFor: 'Any model provider, local models, open source',
  tradeOffs: 'Slow to start; what it can do is what its model can',
  icon: 'bracket-dot',
  color: 'terminal.ansiBrightGreen',
  evidence: 'run',
};
