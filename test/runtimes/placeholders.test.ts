import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applies, fill, fillText, type Known, names } from '../../server/runtimes/placeholders.ts';
import { systemPromptText } from '../../server/runtimes/systemPrompt.ts';
import { uuidOf } from '../../server/runtimes/uuid.ts';

const known: Known = {
  values: { worktree: '/w', prompt: '$(touch x) {worktree} "q"\n--force', spool: '/s' },
  so: new Set(['auto']),
};

test('values stand inside words, are never split, and are not looked at again', () => {
  assert.deepEqual(fill(['{prompt}', 'a={worktree}/x{worktree}', '{worktree}{spool}'], known), [
    '$(touch x) {worktree} "q"\n--force',
    'a=/w/x/w',
    '/w/s',
  ]);
});

test('a quoted value is one string of JSON and of TOML', () => {
  const told = { ...known, values: { systemPrompt: 'say "a\\b"\n\t\u007F\u0001end' } };
  const [word = ''] = fill(['key={systemPrompt:json}'], told);
  assert.equal(word, 'key="say \\"a\\\\b\\"\\n\\t\\u007f\\u0001end"');
  assert.equal(JSON.parse(word.slice(4)), told.values.systemPrompt);
});

test('a group goes whole where one of its values is not there, or its circumstance is not so', () => {
  const words = [
    'a',
    { words: ['--spool', '{spool}'] },
    { words: ['--settings', '{settings}', '--more'] },
    { when: 'auto', words: ['--yes'] },
    { unless: 'auto', words: ['--ask'] },
    { when: 'spool', words: ['--with-spool'] },
    { when: 'settings', words: ['--with-settings'] },
    { unless: 'root', words: ['--not-root'] },
    'z',
  ] as const;
  assert.deepEqual(fill(words, known), ['a', '--spool', '/s', '--yes', '--with-spool', '--not-root', 'z']);
  assert.ok(!applies({ when: 'auto', unless: 'spool' }, known));
});

test('what looks like a name and is none stays as it is', () => {
  assert.deepEqual(fill(['{"a":{"b":1}}', '{nothing}', '{}', '{constructor}'], known), [
    '{"a":{"b":1}}',
    '{nothing}',
    '{}',
    '{constructor}',
  ]);
  assert.equal(fillText('{worktree}/{settings}', known), undefined);
  assert.equal(fillText('{worktree}', known), '/w');
});

test('whether words name a value', () => {
  assert.ok(names(['-x', { words: ['{prompt}'] }], 'prompt', 'file'));
  assert.ok(!names(['{worktree}'], 'prompt', 'file'));
});

test('a UUID has its version and its variant', () => {
  assert.equal(uuidOf('0123456789abcdef0123456789abcdef'), '01234567-89ab-4def-8123-456789abcdef');
  assert.match(
    uuidOf('f'.repeat(64)),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('the system prompt says role and contract, in one line without what shells read', () => {
  for (const role of ['polecat', 'crew', 'mayor'] as const) {
    const text = systemPromptText({ role, agent: 'backend/nux' as never, rig: 'backend' as never });
    assert.ok(text.startsWith('You are backend/nux, a '), text);
    assert.match(text, /gt prime/);
    assert.doesNotMatch(text, /[`$\n]/);
    assert.equal(/gt done/.test(text), role === 'polecat');
    assert.equal(/bd close/.test(text), role === 'crew');
  }
  assert.match(systemPromptText({ role: 'mayor', agent: 'mayor' as never }), /a mayor of Gas Town\./);
});
