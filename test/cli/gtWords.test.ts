import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { gt, lines, type Answers } from './support.ts';
import { sampleRig } from './samples.ts';

test('a rig is made of a URL as it is, and of a path made absolute', async () => {
  const repository = async (...words: string[]): Promise<unknown> => {
    const said = await gt(['rig', ...words], { 'rig/create': sampleRig('x') });
    const params = said.asked[0]?.params as { repository?: unknown } | undefined;
    return params?.repository;
  };
  assert.equal(
    await repository('create', 'x', '--repo', 'git@github.com:org/x.git'),
    'git@github.com:org/x.git',
  );
  assert.equal(await repository('add', 'x', 'https://example.org/x.git'), 'https://example.org/x.git');
  assert.equal(await repository('create', 'x', '--repo', 'file:///src/x'), 'file:///src/x');
  assert.equal(await repository('create', 'x', '--repo', '../x'), '/x');
  assert.equal(await repository('add', 'x', './a:b'), '/work/a:b');
});

test('programs in the configuration are shown, and the hash to approve them with', async () => {
  const facts = { hash: 'abc123', keys: [{ key: 'core.fsmonitor', value: 'evil; x', scope: 'local' }] };
  const said = await gt(['rig', 'create', 'x', '--repo', '/x'], {
    'rig/create': () => {
      throw new Refusal('unapproved', 'The configuration of x names programs.', { facts });
    },
  });
  assert.equal(
    said.stderr,
    lines(`
      The repository's git configuration names programs that git would run:
        core.fsmonitor = evil; x  (local)
      gt: The configuration of x names programs.
      Next: the same command with --approve abc123, once you have read them
    `),
  );
  assert.equal(said.code, 1);
  const asks: Answers = {
    'rig/create': ({ approve }) => {
      if (approve === 'abc123') return sampleRig('x');
      throw new Refusal('unapproved', 'The configuration of x names programs.', { facts });
    },
  };
  const words = ['rig', 'create', 'x', '--repo', '/x'];
  const yes = await gt(words, asks, { agrees: true });
  assert.deepEqual([yes.code, yes.asked.length], [0, 2]);
  const no = await gt(words, asks, { agrees: false });
  assert.deepEqual([no.code, no.asked.length], [1, 1]);
  const program = await gt([...words, '--json'], asks, { agrees: true });
  assert.deepEqual([program.code, program.asked.length], [1, 1]);
  const approved = await gt(['rig', 'approve', 'x', '--hash', 'abc123'], {
    'rig/approve': { rig: sampleRig('x').rig, keys: facts.keys },
  });
  assert.deepEqual(approved.asked[0]?.params, { rig: 'x', hash: 'abc123' });
  assert.match(approved.stdout, /Approved for x, until one of them changes\.\n$/);
});

test('settings are changed in each of the ways that people know', async () => {
  const answers: Answers = {
    'rig/configure': sampleRig('backend', {}, { runtime: 'codex' as never }),
    'town/get': { defaultRuntime: 'claude-code' } as never,
    'town/configure': { name: 'gt', defaultRuntime: 'codex', maxSessions: 5 } as never,
  };
  const asked = async (...words: string[]): Promise<unknown> =>
    (await gt(words, answers)).asked.at(-1)?.params;
  const codex = { rig: 'backend', key: 'runtime', words: ['codex'] };
  assert.deepEqual(await asked('rig', 'config', 'backend', 'runtime', 'codex'), codex);
  assert.deepEqual(await asked('rig', 'config', 'set', 'backend', 'runtime', 'codex'), codex);
  assert.deepEqual(await asked('rig', 'config', 'backend', 'check', 'npm', 'run', '--silent', 'test'), {
    rig: 'backend',
    key: 'check',
    words: ['npm', 'run', '--silent', 'test'],
  });
  assert.deepEqual(await asked('rig', 'config', 'unset', 'backend', 'runtime'), {
    ...codex,
    words: ['claude-code'],
  });
  assert.deepEqual(await asked('rig', 'config', 'unset', 'backend', 'check'), {
    rig: 'backend',
    key: 'check',
    words: ['none'],
  });
  assert.deepEqual(await asked('config', 'defaultRuntime', 'codex'), {
    key: 'defaultRuntime',
    words: ['codex'],
  });
  assert.deepEqual(await asked('config', 'default-runtime', 'codex'), {
    key: 'default-runtime',
    words: ['codex'],
  });
  assert.deepEqual(await asked('config', 'unset', 'runtime.codex.command'), {
    key: 'runtime.codex.command',
    words: ['none'],
  });
  assert.deepEqual(await asked('config', 'unset', 'max-sessions'), { key: 'max-sessions', words: ['25'] });
});
