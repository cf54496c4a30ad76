import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Amp. Only its help was read. */
export const amp: RuntimePreset = {
  id: 'amp' as RuntimeName,
  label: 'Amp',
  aliases: ['ampcode', 'amp-code', 'sourcegraph-amp'],
  command: 'amp',
  install: 'npm install -g @sourcegraph/amp',
  versionArguments: ['--version'],
  signIn: 'Start amp once and sign in there, or set AMP_API_KEY.',
  arguments: [],
  // It takes a first message on its input only, which is the terminal.
  prompt: { kind: 'print' },
  systemPrompt: { kind: 'none' },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: true },
  // There is no flag for it, only a setting.
  approval: { ask: [], auto: ['--settings-file', '{private}/amp-settings.json'] },
  files: [{ name: 'amp-settings.json', when: 'auto', text: '{"amp.dangerouslyAllowAll":true}\n' }],
  sessionId: { kind: 'none' },
  oneShot: ['--stream-json', '{options}', '-x', '{prompt}'],
  output: 'lines',
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'none',
  environment: { set: {}, strip: [] },
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: false, commitsInWorktree: true, reportsUsage: false, structuredOutput: true },
  stopSignal: 'SIGINT',
  failures: [],
  bestFor: 'Threads that a team shares',
  tradeOffs: "Works with its vendor's server only",
  icon: 'zap',
  color: 'terminal.ansiBrightCyan',
  evidence: 'read',
  untried: "Its agent runs in its vendor's server, which could not be played: no flag here was seen to work.",
};
