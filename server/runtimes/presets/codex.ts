import type { RuntimeName } from '../../domain/ids.ts';
import type { RuntimePreset } from '../../domain/runtime.ts';

/** Codex CLI 0.169. */
export const codex: RuntimePreset = {
  id: 'codex' as RuntimeName,
  label: 'Codex',
  aliases: ['codex-cli'],
  command: 'codex',
  // Without it a second session's commands run in the environment of the first.
  arguments: ['--no-daemon'],
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'config', arguments: ['-c', 'developer_instructions={prompt}'] },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: true },
  approval: {
    ask: ['--sandbox', 'workspace-write'],
    auto: ['--dangerously-bypass-approvals-and-sandbox'],
  },
  sessionId: { kind: 'output', field: 'thread_id' },
  resume: ['resume', '{id}'],
  oneShot: ['exec'],
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'codex',
  environment: {
    set: {},
    strip: ['CODEX_SESSION_ID', 'CODEX_THREAD_ID', 'CODEX_SANDBOX', 'CODEX_SANDBOX_NETWORK_DISABLED'],
  },
  ready: '›',
  // Its sandbox mounts the repository's .git read-only.
  capabilities: { resume: true, commitsInWorktree: false, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    { text: 'read-only file system', advice: 'Its sandbox keeps it from committing in a worktree.' },
    {
      text: 'gt: command not found',
      advice: 'Its login shell resets PATH; set allow_login_shell = false in its config.toml.',
    },
    { text: 'not logged in', advice: 'Log in with: codex login' },
  ],
  bestFor: 'Python/data science, rapid iteration, OpenAI ecosystem',
  tradeOffs: 'More focused scope',
  icon: 'code',
  color: 'terminal.ansiGreen',
  evidence: 'run',
};
