import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { boundedRuns } from '../../server/sessions/boundedRun.ts';
import { processEntry } from '../../server/sessions/processes.ts';
import { RunRecords } from '../../server/sessions/runRecords.ts';
import { tempFolder } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';

const path = (): Promise<string> => Promise.resolve(process.env['PATH'] ?? '');
const quiet = (): void => undefined;
const isRunning = (pid: number): boolean => processEntry(pid) !== undefined;

/** A town server as far as it runs a program, which has a child that will not be asked to end. */
function killable(t: TestContext, folder: string): ChildProcess {
  const inner = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
  const code = `
    const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit', detached: true });
    require('fs').writeFileSync('pids', process.pid + ' ' + child.pid);
    setInterval(() => {}, 1000)`;
  const sessions = join(import.meta.dirname, '../../server/sessions');
  const program = `
    import { boundedRuns } from ${JSON.stringify(join(sessions, 'boundedRun.ts'))};
    import { RunRecords } from ${JSON.stringify(join(sessions, 'runRecords.ts'))};
    const runs = boundedRuns([], async () => process.env.PATH, new RunRecords('runs'));
    await runs.run({ argv: [process.execPath, '-e', ${JSON.stringify(code)}], directory: '.', timeoutMs: 60000, what: 'the gate lint' });`;
  const file = join(folder, 'server.mjs');
  writeFileSync(file, program);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    cwd: folder,
    stdio: 'inherit',
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('what a killed process had run is found by the next, and ended with all that it started', async (t) => {
  const folder = tempFolder(t);
  const server = killable(t, folder);
  const read = (): readonly number[] =>
    existsSync(join(folder, 'pids')) ? readFileSync(join(folder, 'pids'), 'utf8').split(' ').map(Number) : [];
  await eventually('it runs', () => read().length === 2);
  server.kill('SIGKILL');
  await once(server, 'exit');
  const [root = 0, child = 0] = read();
  assert.deepEqual([root, child].map(isRunning), [true, true]);
  const said: string[] = [];
  const records = new RunRecords(join(folder, 'runs'));
  await records.endLeft((line) => void said.push(line));
  assert.deepEqual([root, child].map(isRunning), [false, false]);
  assert.deepEqual([readdirSync(join(folder, 'runs')), records.left()], [[], []]);
  assert.match(said.join('\n'), /^the gate lint was cut off with its town server/);
});

test('another process that has the id by now is let be; so is what was never started', async (t) => {
  const folder = tempFolder(t);
  mkdirSync(folder, { recursive: true });
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  t.after(() => other.kill('SIGKILL'));
  await once(other, 'spawn');
  const record = { marker: 'GT_RUN=1-1-1', what: 'a plugin', since: Date.now() - 60_000, pid: other.pid };
  writeFileSync(join(folder, '1-1-1.json'), JSON.stringify(record));
  writeFileSync(join(folder, '1-1-2.json'), '');
  writeFileSync(join(folder, '1-1-3.json'), JSON.stringify({ ...record, pid: undefined }));
  const records = new RunRecords(folder);
  await records.endLeft(quiet);
  assert.ok(other.pid !== undefined && isRunning(other.pid));
  assert.deepEqual([readdirSync(folder), records.left()], [[], []]);
});

test('nothing is run where it cannot be written down', async (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'runs');
  writeFileSync(file, '');
  const argv = [process.execPath, '-e', "require('fs').writeFileSync('ran', '')"];
  const runs = boundedRuns([], path, new RunRecords(file));
  await assert.rejects(runs.run({ argv, directory: folder, timeoutMs: 10_000 }), { code: 'failed' });
  assert.ok(!existsSync(join(folder, 'ran')));
});

test('a run that ends leaves no record', async (t) => {
  const folder = tempFolder(t);
  const runs = boundedRuns([], path, new RunRecords(join(folder, 'runs')));
  const argv = [process.execPath, '-e', "console.log(require('fs').readdirSync('runs').length)"];
  const { output } = await runs.run({ argv, directory: folder, timeoutMs: 10_000 });
  assert.deepEqual([output, readdirSync(join(folder, 'runs'))], [['1'], []]);
});
