import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childEnvironment } from '../../server/sessions/environment.ts';

test('strips names and prefixes, then sets', () => {
  const base = {
    HOME: '/home/me',
    CI: '1',
    CI_JOB: '2',
    CIRCLE: 'stays',
    VSCODE_IPC_HOOK: 'x',
    NODE_OPTIONS: '--inspect',
    PATH: '/bin',
    GONE: undefined,
  };
  const spec = {
    strip: ['CI', 'CI_*', 'VSCODE_*', 'NODE_OPTIONS'],
    environment: { PATH: '/gt/bin:/bin', NODE_OPTIONS: 'mine' },
  };
  assert.deepEqual(childEnvironment(base, spec, 'linux'), {
    HOME: '/home/me',
    CIRCLE: 'stays',
    PATH: '/gt/bin:/bin',
    NODE_OPTIONS: 'mine',
  });
});

test('on Windows a name is the same in any case, and is there once', () => {
  const spec = { strip: ['vscode_*'], environment: { PATH: 'C:\\gt' } };
  assert.deepEqual(childEnvironment({ Path: 'C:\\x', VSCODE_PID: '1', A: 'b' }, spec, 'win32'), {
    A: 'b',
    PATH: 'C:\\gt',
  });
});
