import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { acquireLock } from '../../server/store/lock.ts';
import type { LockWays } from '../../server/store/lock.ts';
import { temporaryFolder } from '../support/folder.ts';

const program = fileURLToPath(new URL('lockHolder.ts', import.meta.url));
const flock = '/usr/bin/flock';

test(
  'one of many processes gets the lock, twenty times, and kill -9 frees it',
  { timeout: 120_000 },
  async (context) => {
    const folder = temporaryFolder(context);
    const racers = Array.from({ length: 5 }, () => startHolder(context));
    await Promise.all(racers.map((racer) => racer.answer()));
    for (let race = 0; race < 20; race++) {
      const path = join(folder, `lock-${race}`);
      const answers = await Promise.all(racers.map((racer) => racer.ask(path)));
      assert.equal(
        answers.filter((answer) => answer === 'owner').length,
        1,
        `race ${race}: ${answers.join(' ')}`,
      );
      assert.equal(acquireLock(path), undefined, `race ${race}: the owner still lives`);
    }
    const ends = racers.map(({ child }) => once(child, 'exit'));
    for (const racer of racers) racer.child.kill('SIGKILL');
    await Promise.all(ends);
    for (let race = 0; race < 20; race++) {
      const lock = acquireLock(join(folder, `lock-${race}`));
      assert.ok(lock, `race ${race}: the owner is dead`);
      lock.release();
    }
  },
);

test('within one process too there is one owner, and releasing lets the next one in', (context) => {
  const path = join(temporaryFolder(context), 'lock');
  const first = acquireLock(path);
  assert.ok(first);
  assert.equal(acquireLock(path), undefined);
  first.release();
  first.release();
  const second = acquireLock(path);
  assert.ok(second);
  second.release();
});

test('taking the lock says nothing on stderr, and later warnings are heard', (context) => {
  const path = join(temporaryFolder(context), 'lock');
  const script = `import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, '../../server/store/lock.ts'))};
    acquireLock(${JSON.stringify(path)}); process.emitWarning('heard');`;
  const ran = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(ran.status, 0, ran.stderr);
  assert.doesNotMatch(ran.stderr, /SQLite/u);
  assert.match(ran.stderr, /Warning: heard/u);
});

test('a path that cannot be locked is a refusal that names it', (context) => {
  const folder = temporaryFolder(context);
  const paths = [join(folder, 'missing', 'lock'), join(folder, 'folder'), join(folder, 'text')];
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'text'), 'a process id of another age, and much more of the like: no database');
  for (const path of paths)
    assert.throws(
      () => acquireLock(path),
      (error) => error instanceof Refusal && error.message.includes(path),
      path,
    );
});

test('without node:sqlite, Linux locks an inherited descriptor', { skip: !existsSync(flock) }, (context) => {
  const path = join(temporaryFolder(context), 'lock');
  const ways: LockWays = { platform: 'linux', flock: runFlock };
  const first = acquireLock(path, ways);
  assert.ok(first);
  assert.equal(acquireLock(path, ways), undefined);
  first.release();
  acquireLock(path, ways)?.release();
});

test('without node:sqlite, macOS and Windows open the file exclusively', (context) => {
  const path = join(temporaryFolder(context), 'lock');
  const platform = process.platform === 'win32' ? 'win32' : 'darwin';
  const first = acquireLock(path, { platform });
  assert.ok(first);
  // Linux does not know these flags, so only the others can tell a second owner from the first.
  if (process.platform !== 'linux') assert.equal(acquireLock(path, { platform }), undefined);
  first.release();
});

test('where nothing works it says so', (context) => {
  const path = join(temporaryFolder(context), 'lock');
  assert.throws(() => acquireLock(path, { platform: 'linux' }), /no way to lock a town/u);
});

function runFlock(descriptor: number): boolean {
  return (
    spawnSync(flock, ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] }).status === 0
  );
}

interface Holder {
  readonly child: ChildProcess;
  answer(): Promise<string>;
  ask(path: string): Promise<string>;
}

function startHolder(context: TestContext): Holder {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  context.after(() => child.kill('SIGKILL'));
  const answer = async (): Promise<string> => String((await once(child, 'message'))[0]);
  const ask = (path: string): Promise<string> => {
    const answered = answer();
    child.send(path);
    return answered;
  };
  return { child, answer, ask };
}
