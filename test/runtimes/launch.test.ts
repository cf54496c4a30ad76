import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentId, BeadId, RigName } from '../../server/domain/ids.ts';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import type { HostKind } from '../../server/domain/session.ts';
import {
  launchSpec,
  type LaunchRequest,
  needsGitDirectories,
  sessionVariables,
} from '../../server/runtimes/launch.ts';
import { sim } from '../../server/runtimes/presets/builtIn.ts';
import { completePreset } from '../../server/protocol/preset.ts';
import { builtInPresets, findPreset } from '../../server/runtimes/presets.ts';
import { firstPrompt } from '../../server/runtimes/prompt.ts';

const hostile = '$(touch /tmp/pwn)`touch /tmp/pwn`;touch /tmp/pwn "\'&|%PATH%\n--force';

const request = {
  role: 'polecat',
  agent: 'backend/nux' as AgentId,
  name: 'nux',
  rig: 'backend' as RigName,
  bead: 'be-auth' as BeadId,
  worktree: '/gt/backend/polecats/nux-1',
  town: '/gt',
  sessionFile: '/gt/.gastown/sessions/s-1.json',
  promptText: 'PROMPT',
  promptFile: '/gt/.gastown/sessions/s-1.txt',
  identity: { name: 'nux', email: 'nux@backend.gastown.invalid' },
  binDirectory: '/gt/.gastown/bin',
  inheritedPath: '/usr/bin:/bin',
  self: { node: '/opt/node', launcher: '/opt/launcher.cjs' },
} satisfies Omit<LaunchRequest, 'preset' | 'host'>;

function preset(name: string): RuntimePreset {
  const found = findPreset(name, []);
  assert.ok(found, name);
  return found;
}

function argv(name: string, host: HostKind, more: Partial<LaunchRequest> = {}): string[] {
  const spec = launchSpec({ ...request, preset: preset(name), host, ...more });
  return [spec.command, ...spec.arguments];
}

test('a human gets a terminal, and has no form that ends by itself', () => {
  assert.deepEqual(argv('human', 'editor'), ['/opt/node', '/opt/launcher.cjs', 'human']);
  assert.equal(preset('human').oneShot, undefined);
});

test('the program as found, the approval profile and own arguments have their places', () => {
  const more = {
    program: '/home/me/bin/claude',
    approval: 'auto',
    extraArguments: ['--model', 'opus'],
  } as const;
  assert.deepEqual(argv('claude', 'editor', more), [
    '/home/me/bin/claude',
    '--settings',
    '{"skipDangerousModePermissionPrompt":true}',
    '--dangerously-skip-permissions',
    '--model',
    'opus',
    'PROMPT',
  ]);
});

test('approval is ask unless a person chose otherwise: nothing skips permissions', () => {
  for (const { id } of builtInPresets) {
    for (const host of ['editor', 'process'] as const) {
      assert.doesNotMatch(argv(id, host).join(' '), /yolo|bypass|dangerously|--force|skip-permissions/i);
    }
  }
});

test('prompts as a file, with a flag, at a place, printed, or not at all', () => {
  const own = (changes: Partial<RuntimePreset>): RuntimePreset => ({
    ...completePreset({ id: 'own', command: 'own', arguments: ['run'] }, sim),
    ...changes,
  });
  const spec = (changes: Partial<RuntimePreset>) =>
    launchSpec({ ...request, host: 'editor', preset: own(changes) });
  assert.deepEqual(spec({ prompt: { kind: 'file' } }).arguments, ['run', request.promptFile]);
  assert.deepEqual(spec({ prompt: { kind: 'file', flag: '--read' } }).arguments, [
    'run',
    '--read',
    request.promptFile,
  ]);
  assert.deepEqual(
    spec({ prompt: { kind: 'argument' }, arguments: ['a', '{prompt}', '{file}', 'z'] }).arguments,
    ['a', 'PROMPT', request.promptFile, 'z'],
  );
  assert.deepEqual(spec({ prompt: { kind: 'print' } }).arguments, ['run']);
  assert.equal(spec({ prompt: { kind: 'print' } }).print, 'PROMPT');
  assert.equal(spec({ prompt: { kind: 'none' } }).print, 'PROMPT');
  assert.equal(spec({ prompt: { kind: 'none' }, arguments: ['{prompt}'] }).print, undefined);
  assert.equal(spec({ prompt: { kind: 'none' }, command: '{self}' }).print, undefined);
});

test('a prompt that names a place is text: it is not replaced again', () => {
  const own = { ...sim, command: 'own', arguments: ['{prompt}'] };
  const spec = launchSpec({ ...request, host: 'editor', preset: own, promptText: '{file}' });
  assert.deepEqual(spec.arguments, ['{file}']);
});

test('the environment of a session', () => {
  const spec = launchSpec({ ...request, preset: preset('claude'), host: 'editor' });
  assert.deepEqual(spec.environment, {
    GT_TOWN: '/gt',
    GT_RIG: 'backend',
    GT_ROLE: 'polecat',
    GT_POLECAT: 'nux',
    GT_SESSION: '/gt/.gastown/sessions/s-1.json',
    GT_SESSION_VARIABLE: 'CLAUDE_CODE_SESSION_ID',
    BD_ACTOR: 'backend/nux',
    GIT_AUTHOR_NAME: 'nux',
    GIT_AUTHOR_EMAIL: 'nux@backend.gastown.invalid',
    GIT_COMMITTER_NAME: 'nux',
    GIT_COMMITTER_EMAIL: 'nux@backend.gastown.invalid',
    PATH: '/gt/.gastown/bin:/usr/bin:/bin',
  });
  assert.equal(spec.directory, request.worktree);
});

test('a preset cannot set what says who the session is', () => {
  const own = completePreset(
    { id: 'own', environment: { set: { GT_SESSION: 'other', MODEL: 'x', PATH: '/evil' } } },
    sim,
  );
  const { environment } = launchSpec({ ...request, preset: own, host: 'process' });
  assert.equal(environment['GT_SESSION'], request.sessionFile);
  assert.equal(environment['PATH'], '/gt/.gastown/bin:/usr/bin:/bin');
  assert.equal(environment['MODEL'], 'x');
});

test('what is stripped: always, in terminals, and what the preset says', () => {
  const always = [
    'ELECTRON_RUN_AS_NODE',
    'NODE_OPTIONS',
    'VSCODE_*',
    'GIT_DIR',
    'GIT_WORK_TREE',
    'GIT_INDEX_FILE',
    'TMUX',
    'TMUX_PANE',
    ...sessionVariables,
  ];
  const strip = (host: HostKind, name = 'sim') =>
    launchSpec({ ...request, preset: preset(name), host }).strip;
  assert.deepEqual(strip('process'), always);
  assert.deepEqual(strip('editor'), [...always, 'CI', 'CI_*', 'CONTINUOUS_INTEGRATION']);
  assert.deepEqual(strip('tmux'), strip('editor'));
  assert.ok(strip('process', 'claude').includes('CLAUDECODE'));
  assert.ok(strip('process', 'codex').includes('CODEX_THREAD_ID'));
});

test('only our own program is told that its runner may be Electron', () => {
  for (const { id } of builtInPresets) {
    const { environment } = launchSpec({ ...request, preset: preset(id), host: 'editor' });
    assert.equal('ELECTRON_RUN_AS_NODE' in environment, id === 'sim' || id === 'human', id);
  }
});

test('hostile ids, titles, branches reach no argument but the prompt, and there not as they are', () => {
  const promptText = firstPrompt({
    agent: request.agent,
    rig: request.rig,
    bead: hostile as BeadId,
    worktree: `/tmp/${hostile}`,
  });
  assert.doesNotMatch(promptText, /[`$\n]|touch/);
  for (const { id } of builtInPresets) {
    for (const host of ['editor', 'process'] as const) {
      const safe = argv(id, host, { promptText: 'PROMPT' });
      const spec = argv(id, host, {
        promptText: hostile,
        bead: hostile as BeadId,
        worktree: `/tmp/${hostile}`,
      });
      assert.deepEqual(
        spec.map((word) => (word === hostile ? 'PROMPT' : word)),
        safe,
        id,
      );
    }
  }
});

test('the folders of git are asked for wherever in a preset they are named, and for no other preset', () => {
  const words = [{ words: ['--add-dir', '{gitDirectory}'] }];
  const plain = completePreset({ id: 'mine', command: 'mine', arguments: [] }, sim);
  const places: Readonly<Record<string, Partial<RuntimePreset>>> = {
    arguments: { arguments: words },
    oneShot: { oneShot: [{ words: ['{gitCommonDirectory:json}'] }] },
    approval: { approval: { ask: [], auto: words } },
    resume: { resume: words },
    resumeOneShot: { resumeOneShot: words },
    trust: { trust: { arguments: words } },
    systemPrompt: { systemPrompt: { kind: 'config', arguments: words } },
    files: { files: [{ name: 'a.toml', text: 'writable = [{gitDirectory:json}]' }] },
    environment: { environment: { set: { WRITABLE: '{gitDirectory}' }, strip: [] } },
    circumstance: { arguments: [{ when: 'gitDirectory', words: ['--sandbox'] }] },
  };
  for (const [place, more] of Object.entries(places))
    assert.ok(needsGitDirectories({ ...plain, ...more }), place);
  assert.ok(!needsGitDirectories(plain));
  const built = builtInPresets.filter(needsGitDirectories).map(({ id }) => id);
  assert.deepEqual(built, ['codex']);
});
