import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** The scripted agent of this product itself: real commits, no model. What it does is said by the bead's label `sim:NAME`. */
export const sim: RuntimePreset = {
  id: 'sim' as RuntimeName,
  label: 'Simulated agent',
  aliases: ['simulated'],
  command: '{self}',
  arguments: ['sim'],
  prompt: { kind: 'none' },
  systemPrompt: { kind: 'none' },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: false },
  approval: { ask: [], auto: [] },
  sessionId: { kind: 'none' },
  oneShot: ['sim'],
  lifecycleHooks: 'none',
  environment: { set: {}, strip: [] },
  capabilities: { resume: false, commitsInWorktree: true, reportsUsage: false, structuredOutput: false },
  stopSignal: 'SIGTERM',
  failures: [],
  bestFor: 'Trying the town without an account, demonstrations, tests',
  tradeOffs: 'Follows a script, understands nothing',
  icon: 'beaker',
  color: 'terminal.ansiBrightBlue',
  evidence: 'run',
};

/** A person in a shell. Interactive only: without a terminal nobody would be there. */
export const human: RuntimePreset = {
  id: 'human' as RuntimeName,
  label: 'Human',
  aliases: ['person', 'shell'],
  command: '{self}',
  arguments: ['human'],
  prompt: { kind: 'none' },
  systemPrompt: { kind: 'none' },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: false },
  approval: { ask: [], auto: [] },
  sessionId: { kind: 'none' },
  lifecycleHooks: 'none',
  environment: { set: {}, strip: [] },
  capabilities: { resume: false, commitsInWorktree: true, reportsUsage: false, structuredOutput: false },
  // An interactive shell ignores SIGTERM.
  stopSignal: 'SIGHUP',
  failures: [],
  bestFor: 'Judgement, secrets, anything that needs hands',
  tradeOffs: 'Sleeps',
  icon: 'person',
  color: 'terminal.ansiBrightYellow',
  evidence: 'run',
};
