import type { RuntimeName } from '../../domain/ids.ts';
import type { Arguments, RuntimePreset } from '../../domain/runtime.ts';

/** A login shell would set PATH anew, and `gt` would not be on it. */
const keepPath = ['-c', 'allow_login_shell=false'];
/** Without it a second session's commands run in the environment of the first. `exec` has no such process. */
const alone = '--no-daemon';

/**
 * Its sandbox lets it write in its folder, and nowhere else. A commit in a linked worktree needs both folders of git: either alone
 * ends in a read-only index. And it lets nothing connect: `gt` speaks through its spool.
 */
const sandbox: Arguments = [
  '--sandbox',
  'workspace-write',
  { words: ['--add-dir', '{gitCommonDirectory}'] },
  { words: ['--add-dir', '{gitDirectory}'] },
  { words: ['--add-dir', '{spool}'] },
];

/** Codex CLI 0.169. */
export const codex: RuntimePreset = {
  id: 'codex' as RuntimeName,
  label: 'Codex',
  aliases: ['codex-cli', 'openai-codex'],
  command: 'codex',
  install: 'npm install -g @openai/codex',
  versionArguments: ['--version'],
  signIn: 'codex login',
  arguments: [alone, ...keepPath],
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'config', arguments: ['-c', 'developer_instructions={systemPrompt:json}'] },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: true },
  approval: { ask: sandbox, auto: [...sandbox, '-c', 'approval_policy="never"'] },
  trust: {
    // `exec` asks nothing.
    arguments: [{ unless: 'process', words: ['-c', 'projects={{worktree:json}={trust_level="trusted"}}'] }],
  },
  sessionId: { kind: 'output', field: 'thread_id', variable: 'CODEX_THREAD_ID' },
  resume: ['resume', '{id}', alone, ...keepPath],
  // Its options belong to `exec`: `exec resume` does not know them.
  resumeOneShot: ['exec', '--json', ...keepPath, '{options}', 'resume', '{id}'],
  talk: {
    terminal: ['fork', '{id}', alone, '--sandbox', 'read-only'],
    oneShot: ['exec', '--sandbox', 'read-only', 'fork', '{id}'],
    copy: true,
  },
  oneShot: ['exec', '--json', ...keepPath],
  output: 'lines',
  answers: [
    { type: 'turn.completed' },
    { type: 'item.completed', 'item.type': 'agent_message' },
    { type: 'item.completed', 'item.type': 'command_execution' },
  ],
  instructionFile: 'AGENTS.md',
  lifecycleHooks: 'codex',
  environment: {
    set: {},
    strip: ['CODEX_SESSION_ID', 'CODEX_THREAD_ID', 'CODEX_SANDBOX', 'CODEX_SANDBOX_NETWORK_DISABLED'],
  },
  sharesDaemon: true,
  ready: '›',
  typing: { submit: 'Enter', pauseMs: 500 },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGTERM',
  failures: [
    { verdict: 'quota', text: 'usage limit', advice: 'The plan is used up until its reset.' },
    { verdict: 'quota', text: 'quota exceeded', advice: 'The account has no more credit.' },
    {
      verdict: 'rate-limit',
      text: '429 too many requests',
      advice: 'Its account is at its rate limit; go on later.',
    },
    { verdict: 'sign-in', text: '401 unauthorized', advice: 'Sign in with: codex login' },
    { verdict: 'sign-in', text: 'not logged in', advice: 'Sign in with: codex login' },
    {
      verdict: 'context-limit',
      text: 'ran out of room',
      advice: 'The conversation is full; hand off to a new session, which starts with an empty one.',
    },
    {
      verdict: 'sandbox',
      text: 'index.lock: read-only file system',
      advice: 'Its sandbox keeps it from committing: both folders of git must be added to it with --add-dir.',
    },
    {
      verdict: 'lost-session',
      text: 'no rollout found',
      advice: 'Its session is gone; the next start begins a new one.',
    },
  ],
  bestFor: 'Python/data science, rapid iteration, OpenAI ecosystem',
  tradeOffs: 'More focused scope',
  icon: 'code',
  color: 'terminal.ansiGreen',
  evidence: 'run',
};
