import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import { builtInPresets } from '../../server/runtimes/presets.ts';
import { hookReach, startupOf } from '../../server/runtimes/startup.ts';

type Asked = Parameters<typeof startupOf>[0];

const preset = (fields: Partial<Asked>): Asked => ({
  command: 'some-agent',
  lifecycleHooks: 'none',
  prompt: { kind: 'argument' },
  ...fields,
});

test('the matrix: hooks that reach the model or not, a prompt when it is started or not', () => {
  const rows: [Partial<Asked>, ReturnType<typeof startupOf>][] = [
    [{ lifecycleHooks: 'claude' }, { context: 'hook', prompt: 'argument' }],
    [
      { lifecycleHooks: 'gemini', prompt: { kind: 'file', flag: '-f' } },
      { context: 'hook', prompt: 'file' },
    ],
    [
      { lifecycleHooks: 'opencode', prompt: { kind: 'none' } },
      { context: 'hook', prompt: 'terminal' },
    ],
    [{}, { context: 'prompt', prompt: 'argument' }],
    [{ prompt: { kind: 'none' } }, { context: 'prompt', prompt: 'terminal' }],
    [{ prompt: { kind: 'print' } }, { context: 'prompt', prompt: 'terminal' }],
    // Its hooks run, where they do, without a word of theirs reaching the model.
    [{ lifecycleHooks: 'augment' }, { context: 'prompt', prompt: 'argument' }],
  ];
  for (const [fields, expected] of rows) assert.deepEqual(startupOf(preset(fields)), expected);
});

test('programs of our own are told nothing; every other built-in runtime is told somehow', () => {
  for (const each of builtInPresets) {
    const { prompt } = startupOf(each);
    assert.equal(prompt === 'none', each.command === '{self}', each.id);
  }
});

test('what reaches nobody at the start reaches nobody at a prompt', () => {
  for (const [kind, reach] of Object.entries(hookReach) as [RuntimePreset['lifecycleHooks'], never][]) {
    const { start, prompt, compaction } = reach as (typeof hookReach)['none'];
    assert.ok(start || (!prompt && !compaction), kind);
  }
});
