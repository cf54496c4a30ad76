import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import { lifecycleOf } from '../../server/runtimes/lifecycle/lifecycle.ts';
import type { Lifecycle, LifecyclePlace } from '../../server/runtimes/lifecycle/parts.ts';
import { shellCommand } from '../../server/runtimes/lifecycle/shellCommand.ts';
import { temporaryFolder } from '../support/folder.ts';

const place: Omit<LifecyclePlace, 'tools'> = {
  gt: '/town/.gastown/bin/gt',
  privateFolder: '/town/.gastown/sessions/s-1.private',
  approval: 'ask',
  windows: false,
  hash: (text) => createHash('sha256').update(text).digest('hex'),
};

const tools = { allow: ['Bash(gt:*)'], deny: [] as string[] };

function made(
  lifecycleHooks: RuntimePreset['lifecycleHooks'],
  more: Partial<LifecyclePlace> = {},
): Lifecycle {
  return lifecycleOf({ lifecycleHooks, tools: more.tools ?? tools }, { ...place, ...more });
}

const parsed = (lifecycle: Lifecycle, at: number): unknown =>
  JSON.parse(lifecycle.files[at]?.content ?? assert.fail('no such file'));

const gt = (words: string): string => `'/town/.gastown/bin/gt' ${words}`;

test('Claude Code: a settings file of the session', () => {
  const lifecycle = made('claude');
  const hook = (words: string): unknown => [
    { hooks: [{ type: 'command', command: gt(words), timeout: 60 }] },
  ];
  assert.deepEqual(parsed(lifecycle, 0), {
    hooks: {
      SessionStart: hook('prime --hook claude'),
      UserPromptSubmit: hook('event prompt --hook claude'),
      PreCompact: hook('event compact --hook claude'),
      Stop: hook('event stop --hook claude'),
      SessionEnd: hook('event end --hook claude'),
    },
    permissions: { allow: ['Bash(gt:*)'] },
  });
  assert.deepEqual(
    lifecycle.files.map((file) => [file.place, file.path]),
    [['private', 'settings.json']],
  );
  assert.deepEqual(lifecycle.arguments, ['--settings', '/town/.gastown/sessions/s-1.private/settings.json']);
  assert.deepEqual(lifecycle.environment, {});
});

test('Claude Code: its dialog about skipping permissions is answered only where a person chose that', () => {
  const auto = made('claude', { approval: 'auto', tools: { allow: [], deny: ['WebFetch'] } });
  const settings = parsed(auto, 0) as Record<string, unknown>;
  assert.equal(settings['skipDangerousModePermissionPrompt'], true);
  assert.deepEqual(settings['permissions'], { allow: [], deny: ['WebFetch'] });
});

test('Gemini CLI: a settings file of the worktree, beside one that hides both from git', () => {
  const lifecycle = made('gemini');
  const hook = (name: string, words: string): unknown => [
    { hooks: [{ type: 'command', name: `gastown-${name}`, command: gt(words), timeout: 60_000 }] },
  ];
  assert.deepEqual(parsed(lifecycle, 1), {
    hooks: {
      SessionStart: hook('start', 'prime --hook gemini'),
      BeforeAgent: hook('prompt', 'event prompt --hook gemini'),
      AfterAgent: hook('stop', 'event stop --hook gemini'),
      SessionEnd: hook('end', 'event end --hook gemini'),
    },
  });
  assert.deepEqual(
    lifecycle.files.map((file) => [file.place, file.path]),
    [
      ['worktree', '.gemini/.gitignore'],
      ['worktree', '.gemini/settings.json'],
    ],
  );
  assert.deepEqual([lifecycle.arguments, lifecycle.environment], [[], {}]);
});

test('Codex: hooks on its command line, each trusted by its own hash, and no file', () => {
  const lifecycle = made('codex');
  assert.deepEqual([lifecycle.files, lifecycle.environment], [[], {}]);
  const settings = lifecycle.arguments.filter((word) => word !== '-c');
  assert.equal(settings.length * 2, lifecycle.arguments.length);
  assert.equal(
    settings[0],
    `hooks.SessionStart=[{hooks=[{type="command",command="'/town/.gastown/bin/gt' prime --hook codex",timeout=60}]}]`,
  );
  assert.deepEqual(
    settings.slice(0, -1).map((setting) => setting.split('=', 1)[0]),
    ['hooks.SessionStart', 'hooks.UserPromptSubmit', 'hooks.PreCompact', 'hooks.Stop'],
  );
  const trusted = settings.at(-1) ?? '';
  for (const key of ['session_start', 'user_prompt_submit', 'pre_compact', 'stop'])
    assert.match(trusted, new RegExp(`"/<session-flags>/config.toml:${key}:0:0"=\\{trusted_hash="sha256:`));
  assert.doesNotMatch(lifecycle.arguments.join(' '), /bypass|notify/);
});

test('Codex: the hash is the one that Codex 0.169 told of the very same hook', () => {
  // `hooks/list` of its app-server, with this command and time limit on its command line.
  const told = { command: "'/x y/gt' event stop --hook codex", timeout: 30 };
  const known = 'sha256:2b7155c662337f5a9d83f1c925afdb7c1e14d71c2557644aa449f4413cd26f5f';
  const hashed: string[] = [];
  made('codex', { gt: '/x y/gt', hash: (text) => (hashed.push(text), '') });
  const identity = hashed.find((text) => text.includes(told.command)) ?? assert.fail('not hashed');
  const asTold = identity.replace('"timeout":60', `"timeout":${told.timeout}`);
  assert.equal(`sha256:${place.hash(asTold)}`, known);
});

test('Copilot CLI: a plugin of the session', () => {
  const lifecycle = made('copilot');
  assert.deepEqual(lifecycle.arguments, ['--plugin-dir', '/town/.gastown/sessions/s-1.private/copilot']);
  assert.equal((parsed(lifecycle, 0) as { hooks: string }).hooks, 'hooks.json');
  const { version, hooks } = parsed(lifecycle, 1) as { version: number; hooks: Record<string, unknown> };
  assert.equal(version, 1);
  assert.deepEqual(Object.keys(hooks), ['sessionStart', 'userPromptSubmitted', 'agentStop', 'sessionEnd']);
  assert.deepEqual(hooks['sessionStart'], [
    {
      type: 'command',
      bash: gt('prime --hook copilot'),
      powershell: "& '/town/.gastown/bin/gt.cmd' prime --hook copilot",
      timeoutSec: 60,
    },
  ]);
  assert.ok(lifecycle.files.every((file) => file.place === 'private'));
});

test('opencode: a plugin that a configuration of the session names', () => {
  const hostile = '/a b/$(touch x)`y`\'"%#?';
  const lifecycle = made('opencode', { privateFolder: hostile, gt: `${hostile}/gt` });
  assert.deepEqual(lifecycle.environment, { OPENCODE_CONFIG: `${hostile}/opencode/opencode.json` });
  const { plugin } = parsed(lifecycle, 1) as { plugin: string[] };
  assert.equal(decodeURIComponent(new URL(plugin[0] ?? '').pathname), `${hostile}/opencode/gastown.js`);
  assert.ok(lifecycle.files[0]?.content.includes(`const gt = ${JSON.stringify(`${hostile}/gt`)};`));
  assert.deepEqual(made('opencode', { windows: true }).files, []);
});

test('Auggie and what has no hooks get nothing', () => {
  for (const kind of ['augment', 'none'] as const)
    assert.deepEqual(made(kind), { files: [], arguments: [], environment: {} });
});

describe('the path of gt is one word of the shell, whatever is in it:', () => {
  const names = [
    'plain',
    'with blanks  and more',
    "it's",
    '$HOME ${HOME} $GEMINI_PROJECT_DIR',
    '`touch pwned`$(touch pwned)',
    '"; touch pwned; "',
    'a\\b\\',
    '*?[x]~ & | > <',
    '日本 ümläut',
  ];
  for (const name of names) {
    test(name, (t) => {
      const folder = join(temporaryFolder(t), name);
      mkdirSync(folder);
      const program = join(folder, 'gt');
      writeFileSync(program, '#!/bin/sh\nprintf "%s|" "$@"\n');
      chmodSync(program, 0o755);
      const script = join(folder, 'hook.sh');
      writeFileSync(script, shellCommand('sh', program, ['prime', '--hook', 'claude']));
      assert.equal(
        execFileSync('/bin/sh', [script], { cwd: folder, encoding: 'utf8' }),
        'prime|--hook|claude|',
      );
      // Some runtimes put variables in before a shell sees the command.
      const replaced = shellCommand('sh', program, []).replaceAll(/\$(?:\w+|\{[^}]+\})/g, 'REPLACED');
      assert.doesNotMatch(replaced, /REPLACED/);
    });
  }

  test('and the words after it are ours', () => {
    assert.throws(() => shellCommand('sh', '/gt', ['prime; rm']), /is no fixed word/);
    assert.equal(shellCommand('powershell', "C:\\it's\\gt", ['prime']), "& 'C:\\it''s\\gt.cmd' prime");
    assert.equal(shellCommand('cmd', 'C:\\a b\\gt', ['prime']), '"C:\\a b\\gt.cmd" prime');
  });
});
