import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { root, sources } from './architecture/tree.ts';
import { runNode } from './support/runNode.ts';

const folder = mkdtempSync(join(tmpdir(), 'gastown-scripts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe(
  'preflight',
  { skip: process.platform === 'win32' && 'the stand-in for git is a shell script' },
  () => {
    const preflight = (gitVersion: string) => {
      writeFileSync(join(folder, 'git'), `#!/bin/sh\necho 'git version ${gitVersion}'\n`);
      chmodSync(join(folder, 'git'), 0o755);
      const env = { PATH: folder + delimiter + process.env['PATH'] };
      return runNode(['scripts/preflight.mjs'], { cwd: root, env });
    };

    test('says in one line which Node and git there are', async () => {
      const { code, stderr } = await preflight('2.39.5 (Apple Git-154)');
      assert.equal(code, 0);
      assert.match(stderr, /^node 22\.\d+\.\d+ \(\/.+\), git 2\.39\.5\n$/);
    });

    test('refuses a git that is too old', async () => {
      const { code, stderr } = await preflight('2.33.8');
      assert.equal(code, 1);
      assert.match(stderr, /git 2\.34 or newer is needed/);
    });

    test('refuses a Node that is too old', async () => {
      const older = readFileSync(join(root, 'scripts/preflight.mjs'), 'utf8').replace('[22, 13]', '[99, 0]');
      writeFileSync(join(folder, 'preflight.mjs'), older);
      const { code, stderr } = await runNode([join(folder, 'preflight.mjs')], { cwd: root });
      assert.equal(code, 1);
      assert.match(stderr, /Node 99\.0 or newer is needed/);
    });
  },
);

describe('suite', () => {
  const suite = (...args: string[]) => runNode(['scripts/suite.mjs', ...args], { cwd: root });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `import test from 'node:test';\n${text}\n`);
    return path;
  };

  test('fails without the name of a suite', async () => {
    assert.equal((await suite()).code, 2);
    assert.equal((await suite('slow')).code, 2);
  });

  test('fails where no file matches', async () => {
    const { code, stderr } = await suite('fast', 'test/nothing');
    assert.equal(code, 1);
    assert.match(stderr, /no test file matches fast test\/nothing/);
  });

  test('prints the counts of what passes and nothing else', async () => {
    const { code, stdout } = await suite(
      'fast',
      file('pass.test.ts', "test('x', () => console.log('noise'));"),
    );
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /noise|✔/);
    assert.match(stdout, /^# pass 1$/m);
  });

  test('prints all there is about what fails, skips and hangs on', async () => {
    const failing = file(
      'fail.test.ts',
      [
        "console.log('what it printed');",
        "test('outer', async (t) => { await t.test('inner', () => { throw new Error('why'); }); });",
        "test('left out', { skip: 'a reason' }, () => {});",
      ].join('\n'),
    );
    const { code, stdout } = await suite('fast', failing);
    assert.equal(code, 1);
    assert.match(stdout, /✖ .*fail\.test\.ts:3 {2}outer › inner\n {2}Error: why\n {6}at /);
    assert.match(stdout, /--- output of .*fail\.test\.ts\nwhat it printed\n/);
    assert.match(stdout, /- skipped .*left out: a reason/);
    assert.match(stdout, /^# fail 2$/m);
  });

  test('fails for a file that cannot be loaded', async () => {
    const { code, stdout } = await suite('fast', file('broken.test.ts', "import './nowhere.ts';"));
    assert.equal(code, 1);
    assert.match(stdout, /Cannot find module .*nowhere\.ts/);
  });

  test('names a test that hangs', async () => {
    const hanging = file(
      'hang.test.ts',
      "test('for ever', () => new Promise((done) => setInterval(done, 1e6)));",
    );
    const { code, stdout } = await suite('fast', '--test-timeout=500', hanging);
    assert.equal(code, 1);
    assert.match(stdout, /timed out[^]*still running: for ever/);
  });
});

describe('the test files', () => {
  /** At least so many files in each folder, so that a lost pattern or a lost folder is seen. Raise them with the tree. */
  const expected: Record<string, number> = {
    '': 6,
    domain: 1,
    protocol: 1,
    rpc: 1,
    store: 1,
    git: 1,
    runtimes: 3,
    sessions: 1,
    operations: 1,
    cli: 1,
    client: 1,
    e2e: 1,
  };

  test('are all in a suite, and as many as there should be', async () => {
    const listed = await Promise.all(
      ['fast', 'e2e'].map((suite) => runNode(['scripts/suite.mjs', suite, '--list'], { cwd: root })),
    );
    const files = listed.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line !== '');
    const onDisk = sources('test/**/*.test.ts').map(({ path }) => path);
    assert.deepEqual(files.toSorted(), onDisk.filter((path) => !path.startsWith('test/host/')).toSorted());
    const tooFew = Object.entries(expected).flatMap(([name, least]) => {
      const count = files.filter((path) => folderOf(path) === name).length;
      return count < least ? [`test/${name}: ${count} test files, expected ${least}`] : [];
    });
    assert.deepEqual(tooFew, []);
  });

  test('hold tests, and none that keeps others from running', () => {
    for (const { path, text } of sources('test/**/*.test.ts')) {
      assert.match(text, /from 'node:test'/, path);
      assert.doesNotMatch(text, /^\s*(test|it|describe|suite)\.only\(|\bonly: true\b/m, path);
    }
  });
});

/** `store` for `test/store/journal.test.ts`. */
function folderOf(path: string): string {
  return path.split('/').slice(1, -1)[0] ?? '';
}
