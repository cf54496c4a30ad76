import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Auggie 0.36. */
export const augment: RuntimePreset = {
  id: 'augment' as RuntimeName,
  label: 'Augment',
  aliases: ['auggie', 'augment-code'],
  command: 'auggie',
  // Its usual shell is a login shell, which resets PATH.
  arguments: ['--shell', 'sh'],
  prompt: { kind: 'argument', flag: '--instruction' },
  systemPrompt: { kind: 'none' },
  tools: { allow: ['launch-process'], deny: [] },
  needs: { display: false, account: true },
  approval: { ask: [], auto: ['--permission', 'launch-process:allow'] },
  sessionId: { kind: 'none' },
  resume: ['--resume', '{id}'],
  oneShot: ['--print', '--shell', 'sh'],
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'augment',
  environment: { set: {}, strip: [] },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: false, structuredOutput: true },
  stopSignal: 'SIGINT',
  failures: [{ text: 'not logged in', advice: 'Log in with: auggie login' }],
  bestFor: 'Enterprise codebases, legacy code understanding',
  tradeOffs: 'Specialized setup',
  icon: 'rocket',
  color: 'terminal.ansiMagenta',
  evidence: 'run',
};
