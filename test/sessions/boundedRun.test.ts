import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { boundedRuns, type BoundedEnd, type BoundedRun } from '../../server/sessions/boundedRun.ts';
import { processEntry } from '../../server/sessions/processes.ts';
import { tempFolder } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';

const path = (): Promise<string> => Promise.resolve(process.env['PATH'] ?? '');
const runs = boundedRuns(['SECRET_*'], path);

function node(t: TestContext, code: string, more: Partial<BoundedRun> = {}): Promise<BoundedEnd> {
  const argv = [process.execPath, '-e', code];
  return runs.run({ argv, directory: tempFolder(t), timeoutMs: 30_000, ...more });
}

/** Starts a grandchild that ignores being asked to end, and writes its id down. */
const grandchild = (file: string, how: string): string => `
  const { spawn } = require('child_process');
  const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.stdout.write('up')";
  const child = spawn(process.execPath, ['-e', code], { ${how} });
  require('fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
`;

const isGone = (file: string): boolean => processEntry(Number(readFileSync(file, 'utf8'))) === undefined;

test('exit code, output and input; nothing that was set aside is inherited', async (t) => {
  process.env['SECRET_KEY'] = 'x';
  t.after(() => delete process.env['SECRET_KEY']);
  const { code, output, timedOut } = await node(
    t,
    `process.stdin.on('data', (text) => console.log(String(text)));
     console.error('\\u001b[31mred\\u001b[0m ' + process.env.SECRET_KEY + ' ' + process.env.GREETING);
     console.log('token ghp_' + 'a'.repeat(36)); process.exitCode = 4`,
    { input: 'what it is given', environment: { GREETING: 'hello' } },
  );
  assert.deepEqual([code, timedOut], [4, false]);
  assert.ok(output.includes('red undefined hello'));
  assert.ok(output.includes('token [redacted]'));
  assert.ok(output.includes('what it is given'));
});

test('a program that is not there is an outcome', async (t) => {
  const end = await runs.run({ argv: ['no-such-program'], directory: tempFolder(t), timeoutMs: 1000 });
  assert.deepEqual(
    [end.code, end.output],
    [127, ['There is no "no-such-program" on the PATH that can be run.']],
  );
});

test('when its time is over it is ended, with all that it started', async (t) => {
  const file = join(tempFolder(t), 'pid');
  const code = `${grandchild(file, "stdio: 'inherit'")} process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  const end = await node(t, code, { timeoutMs: 1500 });
  assert.equal(end.timedOut, true);
  assert.match(end.output.join(), /It was ended after 2 s/);
  assert.ok(isGone(file));
});

test('a service that it leaves behind is ended too, whether or not it holds the output open', async (t) => {
  for (const how of ["stdio: 'inherit', detached: true", "stdio: 'ignore', detached: true"]) {
    const file = join(tempFolder(t), 'pid');
    const end = await node(t, `${grandchild(file, how)} child.unref(); process.exit(0)`);
    assert.equal(end.code, 0);
    if (process.platform === 'linux') assert.ok(isGone(file), how);
  }
});

test('what still runs is ended with the town server, says nothing of itself, and nothing more is run', async (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'pid');
  const own = boundedRuns([], path);
  const argv = [process.execPath, '-e', grandchild(file, "stdio: 'inherit'")];
  const wish = { argv, directory: folder, timeoutMs: 60_000 };
  const running = own.run(wish);
  await eventually('the grandchild is there', () => existsSync(file));
  await Promise.all([own.end(), assert.rejects(running, { code: 'unavailable' })]);
  assert.ok(isGone(file));
  await assert.rejects(own.run(wish), { code: 'unavailable' });
});
