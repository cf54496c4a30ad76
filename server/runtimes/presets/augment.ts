import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Its usual shell is a login shell, which sets PATH anew. */
const shell = ['--shell', 'sh'];

/** Auggie 0.36. */
export const augment: RuntimePreset = {
  id: 'augment' as RuntimeName,
  label: 'Augment',
  aliases: ['auggie', 'augment-code'],
  command: 'auggie',
  install: 'npm install -g @augmentcode/auggie',
  versionArguments: ['--version'],
  signIn: 'auggie login',
  arguments: shell,
  prompt: { kind: 'argument', flag: '--instruction' },
  systemPrompt: { kind: 'file', flag: '--rules' },
  tools: {
    allow: ['launch-process'],
    deny: [],
    given: {
      // In a terminal the person is asked.
      allow: [{ when: 'process', words: ['--permission', '{tools}:allow'] }],
      deny: ['--permission', '{tools}:deny'],
      each: true,
    },
  },
  needs: { display: false, account: true },
  approval: { ask: [], auto: [{ unless: 'process', words: ['--permission', 'launch-process:allow'] }] },
  trust: {
    // Its question is whether the folder may be sent away to be indexed; without a terminal it does not ask.
    arguments: [{ unless: 'process', words: ['--allow-indexing'] }],
    hint: 'Without a terminal it indexes the folder without a question.',
  },
  sessionId: { kind: 'output', field: 'session_id' },
  resume: ['--resume', '{id}', ...shell],
  resumeOneShot: ['--print', '--output-format', 'json', '--resume', '{id}', ...shell],
  talk: {
    terminal: ['--resume', '{id}', '--ask', ...shell],
    oneShot: ['--print', '--ask', '--resume', '{id}', ...shell],
    copy: false,
  },
  oneShot: ['--print', '--output-format', 'json', ...shell],
  output: 'document',
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'augment',
  environment: { set: {}, strip: [] },
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: false, structuredOutput: true },
  stopSignal: 'SIGINT',
  failures: [{ verdict: 'sign-in', text: 'not logged in', advice: 'Sign in with: auggie login' }],
  bestFor: 'Enterprise codebases, legacy code understanding',
  tradeOffs: 'Specialized setup',
  icon: 'rocket',
  color: 'terminal.ansiMagenta',
  evidence: 'run',
};
