import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** GitHub Copilot CLI 1.0. */
export const copilot: RuntimePreset = {
  id: 'copilot' as RuntimeName,
  label: 'GitHub Copilot',
  aliases: ['github-copilot', 'copilot-cli'],
  command: 'copilot',
  install: 'npm install -g @github/copilot',
  versionArguments: ['--version'],
  signIn: 'copilot login',
  arguments: [],
  prompt: { kind: 'argument', flag: '-i' },
  systemPrompt: { kind: 'none' },
  tools: {
    allow: ['shell(gt:*)', 'shell(bd:*)', 'shell(git:*)', 'write'],
    deny: [],
    given: {
      allow: [{ unless: 'auto', words: ['--allow-tool={tools}'] }],
      deny: ['--deny-tool={tools}'],
      each: true,
    },
  },
  needs: { display: false, account: true },
  approval: { ask: [], auto: ['--allow-all', { unless: 'process', words: ['--no-ask-user'] }] },
  // Allowing all is not enough for its question about the folder; the variable is. Without a terminal it asks nothing.
  trust: { environment: { COPILOT_ALLOW_ALL: 'true' } },
  sessionId: { kind: 'flag', flag: '--session-id', variable: 'COPILOT_AGENT_SESSION_ID' },
  resume: ['--resume={id}'],
  resumeOneShot: ['--no-ask-user', '--output-format', 'json', '--resume={id}', '{options}', '-p', '{prompt}'],
  talk: {
    terminal: ['--resume={id}'],
    oneShot: ['--no-ask-user', '--resume={id}', '-p', '{prompt}'],
    copy: false,
  },
  oneShot: ['--no-ask-user', '--output-format', 'json', '{options}', '-p', '{prompt}'],
  output: 'lines',
  answers: [{ type: 'assistant.message' }, { type: 'tool.execution_complete' }],
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'copilot',
  environment: { set: {}, strip: ['COPILOT_AGENT_SESSION_ID'] },
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    {
      verdict: 'rate-limit',
      event: { type: 'model.call_final_result', 'data.result': 'http_429' },
      advice: 'Its account is at its rate limit; go on later.',
    },
    {
      verdict: 'rate-limit',
      event: { type: 'model.call_failure', 'data.statusCode': '429' },
      advice: 'Its account is at its rate limit; go on later.',
    },
    {
      verdict: 'rate-limit',
      event: { type: 'model.call_failure', 'data.statusCode': '529' },
      advice: 'The service is overloaded; go on later.',
    },
    {
      verdict: 'sign-in',
      event: { type: 'session.error', 'data.errorType': 'authentication' },
      advice: 'Sign in with: copilot login',
    },
    {
      verdict: 'lost-session',
      text: 'no session, task, or name matched',
      advice: 'Its session is gone; the next start begins a new one.',
    },
  ],
  bestFor: 'Work around GitHub, teams that have Copilot already',
  tradeOffs: 'Needs a Copilot plan, or a model provider of your own',
  icon: 'github',
  color: 'terminal.ansiBrightMagenta',
  evidence: 'run',
};
