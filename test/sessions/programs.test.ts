import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { aliasesOfShell, askLoginShell } from '../../server/sessions/loginShell.ts';
import { findProgram } from '../../server/sessions/programs.ts';
import { versionOf } from '../../server/sessions/programVersion.ts';
import { temporaryFolder } from '../support/folder.ts';

function put(path: string, text = '#!/bin/sh\n', mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test('the first executable file on the path is the program', (t) => {
  const folder = temporaryFolder(t);
  put(join(folder, 'a/agent'), 'not executable', 0o644);
  mkdirSync(join(folder, 'b/agent'), { recursive: true });
  const program = put(join(folder, 'c/agent'));
  put(join(folder, 'd/agent'));
  const path = ['a', 'b', 'c', 'd'].map((name) => join(folder, name)).join(':');
  assert.deepEqual(findProgram('agent', path), { path: program, command: program, before: [] });
  assert.equal(findProgram('other', path), undefined);
  assert.equal(findProgram('', path), undefined);
});

test('a path is taken as it is when it is absolute, and never relative to where one happens to be', (t) => {
  const program = put(join(temporaryFolder(t), 'agent'));
  assert.equal(findProgram(program, '')?.command, program);
  assert.equal(findProgram('./agent', dirname(program)), undefined);
  for (const path of ['', '.', ':', `.:bin`]) assert.equal(findProgram('agent', path), undefined, path);
});

test("npm's shims on Windows are resolved to the script or program behind them", (t) => {
  const folder = temporaryFolder(t);
  const script = put(join(folder, 'node_modules/claude/cli.js'));
  const native = put(join(folder, 'node_modules/codex/bin/codex.exe'));
  put(
    join(folder, 'claude.cmd'),
    '@ECHO off\r\nIF EXIST "%dp0%\\node.exe" (\r\n  SET "_prog=%dp0%\\node.exe"\r\n)\r\n' +
      'endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\claude\\cli.js" %*\r\n',
  );
  put(join(folder, 'codex.cmd'), '@"%~dp0\\node_modules\\codex\\bin\\codex.exe" %*\r\n');
  put(join(folder, 'strange.cmd'), '@echo hello\r\n');
  const lookup = { platform: 'win32', endings: '.EXE;.CMD', node: 'C:\\node.exe' } as const;
  assert.deepEqual(findProgram('claude', folder, lookup), {
    path: join(folder, 'claude.cmd'),
    command: 'C:\\node.exe',
    before: [script],
  });
  assert.equal(findProgram('codex', folder, lookup)?.command, native);
  assert.equal(findProgram('strange', folder, lookup), undefined, 'without a shell it cannot be started');
});

test('the path of the login shell is found between whatever start-up files print', async (t) => {
  const folder = temporaryFolder(t);
  const shell = put(
    join(folder, 'shell'),
    '#!/bin/sh\necho PATH=/wrong\nexport PATH="/from/profile:$PATH"\neval "$4"\n',
  );
  const path = await askLoginShell({ PATH: '/usr/bin:/bin', SHELL: shell }, 5000);
  assert.equal(path, '/from/profile:/usr/bin:/bin');
});

test('a login shell that fails, hangs or is missing leaves the path as it is', async (t) => {
  const folder = temporaryFolder(t);
  const own = { PATH: '/usr/bin:/bin' };
  const failing = put(join(folder, 'failing'), '#!/bin/sh\nexit 1\n');
  const hanging = put(join(folder, 'hanging'), '#!/bin/sh\nsleep 600\n');
  assert.equal(await askLoginShell({ ...own, SHELL: failing }, 5000), own.PATH);
  assert.equal(await askLoginShell({ ...own, SHELL: hanging }, 100), own.PATH);
  assert.equal(await askLoginShell({ ...own, SHELL: join(folder, 'missing') }, 5000), own.PATH);
});

test('an alias of the own shell is told, in the words of each shell, and of no other command', async (t) => {
  const folder = temporaryFolder(t);
  // Shells are asked with -l -i -c SCRIPT; this one has aliases of all their spellings.
  const lines = [
    "alias claude='~/.claude/local/claude'",
    "codex='codex --yolo'",
    'alias gemini npx gemini',
    "ll='ls -l'",
  ];
  const says = lines.map((line) => `echo "${line}"`).join('; ');
  const shell = put(
    join(folder, 'shell'),
    `#!/bin/sh\nalias() { ${says}; }\necho "claude=noise"\neval "$4"\n`,
  );
  const found = await aliasesOfShell({ PATH: '/usr/bin:/bin', SHELL: shell }, 5000, [
    'claude',
    'codex',
    'gemini',
    'auggie',
  ]);
  assert.deepEqual(Object.fromEntries(found), {
    claude: '~/.claude/local/claude',
    codex: 'codex --yolo',
    gemini: 'npx gemini',
  });
  const missing = { PATH: '', SHELL: join(folder, 'missing') };
  assert.equal((await aliasesOfShell(missing, 5000, ['claude'])).size, 0);
});

test('a shim that was found is started as the program behind it also by its whole path', (t) => {
  const folder = temporaryFolder(t);
  const script = put(join(folder, 'node_modules/claude/cli.js'));
  const shim = put(
    join(folder, 'claude.cmd'),
    '@ECHO off\r\n"%_prog%"  "%dp0%\\node_modules\\claude\\cli.js" %*\r\n',
  );
  const program = findProgram(shim, '', { platform: 'win32', node: '/node' });
  assert.deepEqual(program, { path: shim, command: '/node', before: [script] });
});

test('a version is asked once for each program, again when it has changed, and told without what stands around it', async (t) => {
  const folder = temporaryFolder(t);
  const count = join(folder, 'asked');
  const says = (words: string, code = 0): string =>
    put(join(folder, 'agent'), `#!/bin/sh\necho x >> ${count}\necho "$1 ${words}"\nexit ${code}\n`);
  const around = { path: '/usr/bin:/bin' };
  const program = says('agent-cli 2.1.330 (Agent)');
  const version = () => versionOf(program, ['--version'], around);
  assert.deepEqual(await Promise.all([version(), version()]), ['2.1.330', '2.1.330']);
  assert.equal(readFileSync(count, 'utf8'), 'x\n');

  says('v3.0.0-beta.1.');
  utimesSync(program, 1, 1);
  assert.equal(await version(), '3.0.0-beta.1');
  says('9.9', 1);
  utimesSync(program, 2, 2);
  assert.equal(await version(), undefined, 'one that fails says nothing');
  rmSync(program);
  assert.ok(!existsSync(program));
  assert.equal(await version(), undefined);
});
