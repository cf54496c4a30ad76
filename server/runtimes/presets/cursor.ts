import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Cursor's agent in the terminal. Only read about: it could not be had to try. */
export const cursor: RuntimePreset = {
  id: 'cursor' as RuntimeName,
  label: 'Cursor',
  aliases: ['cursor-agent'],
  command: 'cursor-agent',
  arguments: [],
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'none' },
  tools: { allow: [], deny: [] },
  needs: { display: true, account: true },
  approval: { ask: [], auto: ['--force'] },
  sessionId: { kind: 'none' },
  resume: ['--resume', '{id}'],
  oneShot: ['--print'],
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'none',
  environment: { set: {}, strip: ['CURSOR_AGENT'] },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: false, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [{ text: 'not logged in', advice: 'Log in with: cursor-agent login' }],
  bestFor: 'UI development, visual components, real-time preview',
  tradeOffs: 'Requires display server',
  icon: 'inspect',
  color: 'terminal.ansiCyan',
  evidence: 'read',
};
