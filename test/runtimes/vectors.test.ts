import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentId, BeadId, RigName } from '../../server/domain/ids.ts';
import { launchSpec, type LaunchRequest } from '../../server/runtimes/launch.ts';
import { builtInPresets, findPreset } from '../../server/runtimes/presets.ts';
import { talkArguments } from '../../server/runtimes/talk.ts';

/** The start lines of the real programs, word for word: each is as it was seen to work, or says in its preset that it was not. */

const request: Omit<LaunchRequest, 'preset' | 'host'> = {
  role: 'polecat',
  agent: 'backend/nux' as AgentId,
  name: 'nux',
  rig: 'backend' as RigName,
  bead: 'be-auth' as BeadId,
  worktree: '/gt/w',
  town: '/gt',
  sessionFile: '/gt/s.json',
  promptText: 'PROMPT',
  promptFile: '/gt/s.txt',
  identity: { name: 'nux', email: 'nux@backend.gastown.invalid' },
  binDirectory: '/gt/bin',
  inheritedPath: '/usr/bin:/bin',
  self: { node: '/opt/node', launcher: '/opt/launcher.cjs' },
};

const chosen: Partial<LaunchRequest> = { runtimeSession: 'UUID' };
const goesOn: Partial<LaunchRequest> = { resume: 'ID' };
const auto: Partial<LaunchRequest> = { approval: 'auto' };
const root: Partial<LaunchRequest> = { approval: 'auto', root: true };
const prompted: Partial<LaunchRequest> = { systemPromptText: 'ROLE', systemPromptFile: '/gt/role.md' };
const linked: Partial<LaunchRequest> = {
  gitDirectory: '/g/worktrees/w',
  gitCommonDirectory: '/g',
  spool: '/sp',
};
const own: Partial<LaunchRequest> = { privateDirectory: '/gt/private', settingsFile: '/gt/hooks.json' };

type Host = LaunchRequest['host'];
type Row = readonly [runtime: string, host: Host, more: Partial<LaunchRequest>, line: string];

const claudeTools = '--allowedTools=Bash(gt:*),Bash(bd:*),Bash(git:*)';
const claudeRoot = '--permission-mode dontAsk --allowedTools=Bash,Edit,Write,NotebookEdit,WebFetch,WebSearch';
const claudePrint = 'claude --print --output-format stream-json --verbose';
const skip = '--settings {"skipDangerousModePermissionPrompt":true}';
const geminiTools = ['gt', 'bd', 'git'].map((tool) => `--allowed-tools=run_shell_command(${tool})`).join(' ');
const codexPath = '-c allow_login_shell=false';
const folders = '--add-dir /g --add-dir /g/worktrees/w --add-dir /sp';
const trusted = '-c projects={"/gt/w"={trust_level="trusted"}}';
const copilotTools = ['shell(gt:*)', 'shell(bd:*)', 'shell(git:*)', 'write']
  .map((tool) => `--allow-tool=${tool}`)
  .join(' ');

const table: readonly Row[] = [
  ['claude', 'editor', chosen, `claude --session-id UUID ${claudeTools} PROMPT`],
  ['claude', 'editor', prompted, `claude --append-system-prompt ROLE ${claudeTools} PROMPT`],
  ['claude', 'editor', own, `claude --settings /gt/hooks.json ${claudeTools} PROMPT`],
  ['claude', 'editor', auto, `claude ${skip} --dangerously-skip-permissions PROMPT`],
  ['claude', 'editor', root, `claude ${skip} ${claudeRoot} PROMPT`],
  ['claude', 'editor', goesOn, `claude --resume ID ${claudeTools} PROMPT`],
  [
    'claude',
    'process',
    chosen,
    `${claudePrint} --session-id UUID --permission-mode acceptEdits ${claudeTools} PROMPT`,
  ],
  [
    'claude',
    'process',
    goesOn,
    `${claudePrint} --resume ID --permission-mode acceptEdits ${claudeTools} PROMPT`,
  ],

  ['gemini', 'editor', chosen, `gemini --session-id UUID --approval-mode default ${geminiTools} -i PROMPT`],
  ['gemini', 'editor', auto, 'gemini --approval-mode yolo -i PROMPT'],
  ['gemini', 'editor', goesOn, `gemini --resume ID --approval-mode default ${geminiTools} -i PROMPT`],
  [
    'gemini',
    'process',
    chosen,
    `gemini -o stream-json --session-id UUID --approval-mode auto_edit ${geminiTools} -p PROMPT`,
  ],
  [
    'gemini',
    'process',
    { ...goesOn, ...auto },
    'gemini -o stream-json --resume ID --approval-mode yolo -p PROMPT',
  ],

  ['codex', 'editor', {}, `codex --no-daemon ${codexPath} --sandbox workspace-write PROMPT`],
  ['codex', 'editor', linked, `codex --no-daemon ${codexPath} --sandbox workspace-write ${folders} PROMPT`],
  [
    'codex',
    'editor',
    auto,
    `codex --no-daemon ${codexPath} --sandbox workspace-write -c approval_policy="never" ${trusted} PROMPT`,
  ],
  [
    'codex',
    'editor',
    { trusted: true },
    `codex --no-daemon ${codexPath} --sandbox workspace-write ${trusted} PROMPT`,
  ],
  [
    'codex',
    'editor',
    prompted,
    `codex --no-daemon ${codexPath} --sandbox workspace-write -c developer_instructions="ROLE" PROMPT`,
  ],
  ['codex', 'editor', goesOn, `codex resume ID --no-daemon ${codexPath} --sandbox workspace-write PROMPT`],
  ['codex', 'process', linked, `codex exec --json ${codexPath} --sandbox workspace-write ${folders} PROMPT`],
  [
    'codex',
    'process',
    auto,
    `codex exec --json ${codexPath} --sandbox workspace-write -c approval_policy="never" PROMPT`,
  ],
  [
    'codex',
    'process',
    { ...goesOn, ...linked },
    `codex exec --json ${codexPath} --sandbox workspace-write ${folders} resume ID PROMPT`,
  ],

  ['cursor', 'editor', {}, 'cursor-agent PROMPT'],
  ['cursor', 'process', auto, 'cursor-agent --print --output-format stream-json --force PROMPT'],

  ['augment', 'editor', prompted, 'auggie --shell sh --rules /gt/role.md --instruction PROMPT'],
  [
    'augment',
    'editor',
    auto,
    'auggie --shell sh --permission launch-process:allow --allow-indexing --instruction PROMPT',
  ],
  [
    'augment',
    'process',
    {},
    'auggie --print --output-format json --shell sh --permission launch-process:allow --instruction PROMPT',
  ],

  ['copilot', 'editor', chosen, `copilot --session-id UUID ${copilotTools} -i PROMPT`],
  ['copilot', 'editor', auto, 'copilot --allow-all --no-ask-user -i PROMPT'],
  ['copilot', 'editor', goesOn, `copilot --resume=ID ${copilotTools} -i PROMPT`],
  [
    'copilot',
    'process',
    { ...chosen, ...auto },
    'copilot --no-ask-user --output-format json --session-id UUID --allow-all -p PROMPT',
  ],

  ['opencode', 'editor', auto, 'opencode --auto --prompt PROMPT'],
  ['opencode', 'editor', goesOn, 'opencode --prompt PROMPT'],
  ['opencode', 'process', auto, 'opencode run --format json --auto PROMPT'],
  ['opencode', 'process', goesOn, 'opencode run --format json --session ID PROMPT'],

  ['amp', 'editor', {}, 'amp'],
  [
    'amp',
    'process',
    { ...auto, ...own },
    'amp --stream-json --settings-file /gt/private/amp-settings.json -x PROMPT',
  ],

  ['sim', 'editor', chosen, '/opt/node /opt/launcher.cjs sim'],
  ['sim', 'process', goesOn, '/opt/node /opt/launcher.cjs sim'],
  ['human', 'editor', chosen, '/opt/node /opt/launcher.cjs human'],
];

test('the table names every built-in preset', () => {
  const named = new Set(table.map(([runtime]) => findPreset(runtime, [])?.id));
  assert.deepEqual(
    [...named],
    builtInPresets.map(({ id }) => id),
  );
});

for (const [runtime, host, more, line] of table) {
  test(`${host} ${JSON.stringify(more)}: ${line}`, () => {
    const preset = findPreset(runtime, []) ?? assert.fail(runtime);
    const spec = launchSpec({ ...request, ...more, preset, host });
    assert.deepEqual([spec.command, ...spec.arguments], line.split(' '));
  });
}

const talks: readonly (readonly [string, string, string | undefined])[] = [
  [
    'claude',
    '--resume ID --fork-session --permission-mode plan',
    '--print --resume ID --fork-session --permission-mode plan WHY',
  ],
  ['gemini', '--resume ID --approval-mode plan', '--resume ID --approval-mode plan -p WHY'],
  ['codex', 'fork ID --no-daemon --sandbox read-only', 'exec --sandbox read-only fork ID WHY'],
  ['augment', '--resume ID --ask --shell sh', '--print --ask --resume ID --shell sh --instruction WHY'],
  ['copilot', '--resume=ID', '--no-ask-user --resume=ID -p WHY'],
  ['opencode', '--session ID --fork', 'run --session ID --fork WHY'],
];
for (const [runtime, terminal, oneShot] of talks) {
  test(`${runtime} is asked about a past session: ${terminal}; ${oneShot}`, () => {
    const preset = findPreset(runtime, []) ?? assert.fail(runtime);
    assert.deepEqual(talkArguments(preset, 'ID', undefined)?.join(' '), terminal);
    assert.deepEqual(talkArguments(preset, 'ID', 'WHY')?.join(' '), oneShot);
  });
}

test('the variables that answer for trust are set only where they are to answer', () => {
  const environment = (runtime: string, host: Host, more: Partial<LaunchRequest> = {}) =>
    launchSpec({ ...request, ...more, preset: findPreset(runtime, []) ?? assert.fail(), host }).environment;
  assert.equal(environment('gemini', 'editor')['GEMINI_CLI_TRUST_WORKSPACE'], undefined);
  assert.equal(environment('gemini', 'editor', auto)['GEMINI_CLI_TRUST_WORKSPACE'], 'true');
  assert.equal(environment('gemini', 'process')['GEMINI_CLI_TRUST_WORKSPACE'], 'true');
  assert.equal(environment('gemini', 'process', { trusted: false })['GEMINI_CLI_TRUST_WORKSPACE'], undefined);
  assert.equal(environment('copilot', 'process')['COPILOT_ALLOW_ALL'], undefined);
  assert.equal(environment('copilot', 'editor', auto)['COPILOT_ALLOW_ALL'], 'true');
});

test('a session under an id of ours goes on when it is started once more on its terminal', () => {
  const again = (runtime: string, more: Partial<LaunchRequest>, host: Host = 'editor') =>
    launchSpec({
      ...request,
      resumePromptText: 'GO-ON',
      ...more,
      preset: findPreset(runtime, []) ?? assert.fail(),
      host,
    }).again;
  assert.deepEqual(again('claude', chosen), ['--resume', 'UUID', claudeTools, 'GO-ON']);
  assert.deepEqual(again('copilot', { ...chosen, ...auto }), [
    '--resume=UUID',
    '--allow-all',
    '--no-ask-user',
    '-i',
    'GO-ON',
  ]);
  // It goes on already; its id is not known yet; it starts once only.
  assert.equal(again('claude', goesOn), undefined);
  assert.equal(again('codex', {}), undefined);
  assert.equal(again('claude', chosen, 'process'), undefined);
});
