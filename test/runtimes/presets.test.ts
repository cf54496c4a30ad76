import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sim } from '../../server/runtimes/presets/builtIn.ts';
import { completePreset } from '../../server/protocol/preset.ts';
import { checkPreset } from '../../server/protocol/schema.ts';
import { builtInPresets, findPreset } from '../../server/runtimes/presets.ts';

test('the documented names, three more, sim and human are built in', () => {
  assert.deepEqual(
    builtInPresets.map(({ id }) => id),
    ['claude-code', 'gemini', 'codex', 'cursor', 'augment', 'copilot', 'opencode', 'amp', 'sim', 'human'],
  );
});

test('labels, strengths and trade-offs are those of the documentation', () => {
  const table = builtInPresets
    .slice(0, 5)
    .map(({ label, bestFor, tradeOffs }) => [label, bestFor, tradeOffs]);
  assert.deepEqual(table, [
    [
      'Claude Code',
      'Complex refactoring, multi-file changes, architecture work',
      'Higher cost per token, deep reasoning',
    ],
    ['Gemini CLI', 'GCP-native work, large context windows, broad knowledge', 'Different tool ecosystem'],
    ['Codex', 'Python/data science, rapid iteration, OpenAI ecosystem', 'More focused scope'],
    ['Cursor', 'UI development, visual components, real-time preview', 'Requires display server'],
    ['Augment', 'Enterprise codebases, legacy code understanding', 'Specialized setup'],
  ]);
});

test('no two built-in presets share a name, an icon or a color', () => {
  const names = builtInPresets.flatMap(({ id, aliases }) => [id, ...aliases]);
  assert.deepEqual(names, [...new Set(names)]);
  for (const key of ['icon', 'color'] as const) {
    assert.equal(new Set(builtInPresets.map((preset) => preset[key])).size, builtInPresets.length, key);
  }
});

test('presets are found by id, alias and in any case', () => {
  assert.equal(findPreset('claude', [])?.id, 'claude-code');
  assert.equal(findPreset('Gemini-CLI', [])?.id, 'gemini');
  assert.equal(findPreset('cursor-agent', [])?.id, 'cursor');
  assert.equal(findPreset('auggie', [])?.id, 'augment');
  assert.equal(findPreset('augment-code', [])?.id, 'augment');
  assert.equal(findPreset('github-copilot', [])?.id, 'copilot');
  assert.equal(findPreset('ampcode', [])?.id, 'amp');
  assert.equal(findPreset('nothing', []), undefined);
});

test("a user's preset is found, and its id goes before a built-in alias", () => {
  const own = completePreset({ id: 'shell', label: 'Mine' }, sim);
  assert.equal(findPreset('shell', [own])?.label, 'Mine');
  assert.equal(findPreset('shell', [])?.id, 'human');
});

test('an extended preset keeps what it does not change, but not name, aliases and evidence', () => {
  const thorough = completePreset(
    {
      id: 'sim-thorough',
      arguments: ['sim', '--variant', 'thorough'],
      environment: { set: { A: '1' } },
      capabilities: { resume: true },
    },
    sim,
  );
  assert.equal(thorough.label, 'sim-thorough');
  assert.deepEqual(thorough.aliases, []);
  assert.equal(thorough.evidence, 'read');
  assert.equal(thorough.command, '{self}');
  assert.deepEqual(thorough.environment, { set: { A: '1' }, strip: [] });
  assert.deepEqual(thorough.capabilities, { ...sim.capabilities, resume: true });
});

test('what could not be tried says so, and why', () => {
  const untried = builtInPresets.filter(({ evidence }) => evidence === 'read');
  assert.deepEqual(
    untried.map(({ id }) => id),
    ['cursor', 'amp'],
  );
  for (const preset of builtInPresets)
    assert.equal(preset.untried !== undefined, preset.evidence === 'read', preset.id);
});

test('a built-in preset stands the check that those of users stand', () => {
  for (const preset of builtInPresets) {
    const { evidence: _, ...given } = preset;
    assert.deepEqual(
      checkPreset(given, () => undefined),
      { value: { ...preset, evidence: 'read' } },
      preset.id,
    );
  }
});

test('every program to install says how, and how to sign in where it needs an account', () => {
  for (const { id, command, install, signIn, needs } of builtInPresets) {
    assert.equal(install !== undefined, !command.startsWith('{'), id);
    assert.equal(signIn !== undefined, needs.account, id);
  }
});

test('where a session can go on, the preset says so, and how its id is learned', () => {
  for (const { id, capabilities, resume, resumeOneShot, sessionId } of builtInPresets) {
    const can = resume !== undefined || resumeOneShot !== undefined;
    assert.equal(can, capabilities.resume, id);
    if (can) assert.notEqual(sessionId.kind, 'none', id);
  }
});
