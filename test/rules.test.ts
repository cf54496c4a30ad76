import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { offences } from './architecture/rules.ts';
import { sentence } from './architecture/syntax.ts';
import { textOffences } from './architecture/texts.ts';
import { repositoryTexts, sources } from './architecture/tree.ts';

test('the code keeps the rules', () => {
  const files = sources('{client,server,test}/**/*.ts', '{scripts,test}/**/*.mjs', '*.mjs');
  assert.deepEqual(offences(files).map(sentence), []);
});

test('every text of the repository keeps the rules', () => {
  const texts = repositoryTexts();
  assert.ok(texts.some(({ path }) => path === 'package-lock.json'));
  assert.deepEqual(textOffences(texts).map(sentence), []);
});

type Plant = { kind: string; path?: string; text: string };

const plants: Record<string, Plant> = {
  'shell: true': { kind: 'shell', text: "spawn('git', [], { shell: true });" },
  'sh -c as arguments': { kind: 'shell', text: "spawn('/bin/bash', ['-c', title]);" },
  'sh -c as an argv': { kind: 'shell', text: "const argv = ['sh', '-c', title];" },
  'sh -c in a text': { kind: 'shell', text: 'const line = `sh -c ${title}`;' },
  'cmd /c': { kind: 'shell', text: "spawn('cmd.exe', ['/c', title]);" },
  'exec of child_process': { kind: 'shell', text: "import { exec } from 'node:child_process';" },
  'typing data into a terminal': {
    kind: 'keystrokes',
    path: 'client/terminals.ts',
    text: 'terminal.sendText(prompt);',
  },
  'typing composed data into a terminal': {
    kind: 'keystrokes',
    path: 'client/terminals.ts',
    text: 'terminal.sendText(`bd show ${id}`);',
  },
  'listening on a number': { kind: 'tcp', text: 'server.listen(0);' },
  'listening on a port': { kind: 'tcp', text: "server.listen({ port, host: '::1' });" },
  'listening on a named port': { kind: 'tcp', text: 'server.listen(debugPort, callback);' },
  'connecting to a port': { kind: 'tcp', text: 'connect(4711);' },
  'console in the server': { kind: 'console', text: "console.error('oops');" },
  'console in the client': { kind: 'console', path: 'client/extension.ts', text: "console.log('hello');" },
  'setTimeout in a test': {
    kind: 'wait',
    path: 'test/rpc/reach.test.ts',
    text: 'await new Promise((done) => setTimeout(done, 500));',
  },
  'setTimeout made a promise in a test': {
    kind: 'wait',
    path: 'test/rpc/reach.test.ts',
    text: 'const wait = promisify(setTimeout);',
  },
  'timers/promises in a test': {
    kind: 'wait',
    path: 'test/rpc/reach.test.ts',
    text: "import { setInterval } from 'node:timers/promises';",
  },
  'a sleep in a test': { kind: 'wait', path: 'test/rpc/reach.test.ts', text: 'await sleep(500);' },
  'an unfinished remark': { kind: 'unfinished', text: '// TODO: the rest' },
  'an unfinished remark in a block': { kind: 'unfinished', path: 'scripts/x.mjs', text: '/* FIXME later */' },
};

describe('a planted offence is reported:', () => {
  for (const [name, { kind, path = 'server/sessions/process.ts', text }] of Object.entries(plants)) {
    test(name, () => {
      assert.deepEqual(
        offences([{ path, text }]).map((found) => [found.kind, found.path, found.line]),
        [[kind, path, 1]],
      );
    });
  }

  // Put together here, or this file would be an offender itself.
  const host = ['registry', 'npmjs', 'org'].join('.');
  const remark = ['#', 'TODO', 'the rest'].join(' ');
  const texts = {
    'a registry in a document': `\nsee https://${host}/gastown`,
    'a registry in a lock file': ['{', '"resolved":', '"https://mirror.example/x.tgz"']
      .join('\n')
      .replace(':\n', ': '),
    'an unfinished remark in a script': `set -e\n${remark}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () =>
      assert.deepEqual(
        textOffences([{ path: 'a', text }]).map(({ line }) => line),
        [2],
      ),
    );
  }
});

test('what is allowed is not reported', () => {
  const allowed = {
    'server/git/git.ts': "run('git', ['-c', 'core.fsmonitor=false', 'status'], { shell: false });",
    'server/runtimes/human.ts': "export const human = { shell: 'bash', argv: ['bash', '-l'] };",
    'server/rpc/socket.ts': 'server.listen(path); connection.listen(); connect({ path });',
    'server/cli/output.ts': 'console.log(line);',
    'client/terminals.ts': "terminal.sendText('q');",
    'client/typing.ts': 'terminal.sendText(text, false);',
    'test/support/wait.ts': 'const later = (ms: number) => new Promise((done) => setTimeout(done, ms));',
    'test/rpc/socket.test.ts': 'socket.setTimeout(100); const todo = 1;',
  };
  const files = Object.entries(allowed).map(([path, text]) => ({ path, text }));
  assert.deepEqual(offences(files), []);
});
