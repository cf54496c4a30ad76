import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { processEntry } from '../../server/sessions/processes.ts';
import { eventually } from '../support/wait.ts';
import { launch, SmallTown } from './smallTown.ts';

/** A town whose session has a setup command before its agent, which ends at once. */
async function townWith(t: TestContext, setup: string, timeoutMs = 60_000): Promise<SmallTown> {
  const town = new SmallTown(t, 'echo "agent in $(pwd)"; exit 5');
  const program = join(town.folder, 'setup');
  writeFileSync(program, `#!/bin/sh\n${setup}\n`, { mode: 0o755 });
  town.spec = { ...town.spec, before: [{ argv: [program, 'a b'], label: 'setup', timeoutMs }] };
  await town.start();
  return town;
}

test('what comes before the runtime runs in its folder and environment, is shown, and then it begins', async (t) => {
  const town = await townWith(t, 'echo "[$1] $(pwd) $GT_SESSION"; echo warning >&2');
  const launched = launch(t, town);
  assert.deepEqual(await town.end(), { end: 'failed', code: 5 });
  const { directory } = town.spec;
  await launched.ended;
  const said = launched.output().split('\n');
  assert.ok(said.includes(`[a b] ${directory} ${town.files.session}`), launched.output());
  assert.ok(said.includes('warning'));
  assert.ok(said.indexOf(`agent in ${directory}`) > said.findIndex((line) => line.startsWith('[a b]')));
  assert.match(launched.output(), /The setup of this workplace: .*setup a b/);
  assert.equal(town.started.length, 1);
});

test('where it fails the runtime is not started; code, reason and last lines are told', async (t) => {
  const town = await townWith(t, 'echo one; echo "\u001B[31mno network\u001B[0m" >&2; exit 3');
  const launched = launch(t, town);
  const { reason, ...end } = await town.end();
  assert.deepEqual(end, { end: 'failed', code: 3, lastLines: ['one', 'no network'] });
  assert.match(reason ?? '', /^The setup failed \(exit code 3\): .*setup a b$/);
  await launched.ended;
  assert.deepEqual([town.started, town.steps.map(({ before }) => before)], [[], ['setup']]);
  assert.doesNotMatch(launched.output(), /agent in/);
});

test('what takes too long is ended, with what it started', async (t) => {
  const town = await townWith(t, 'sleep 600 & echo $! > child; wait', 300);
  launch(t, town);
  const { reason, end } = await town.end();
  assert.equal(end, 'failed');
  assert.match(reason ?? '', /it took longer than 0 s/);
  const child = Number(readFileSync(join(town.spec.directory, 'child'), 'utf8'));
  await eventually('its child has gone', () => processEntry(child) === undefined);
  assert.deepEqual(town.started, []);
});

test('a program that is missing is told as not started', async (t) => {
  const town = await townWith(t, '');
  const before = [{ argv: ['/nowhere/setup'], label: 'setup', timeoutMs: 1000 }];
  town.spec = { ...town.spec, before };
  launch(t, town);
  const { end, reason } = await town.end();
  assert.equal(end, 'not-started');
  assert.match(reason ?? '', /no program "\/nowhere\/setup" to start\. Looked in PATH/);
});

test('a file that is no program is told as what it is', async (t) => {
  const town = await townWith(t, '');
  chmodSync(join(town.folder, 'setup'), 0o644);
  launch(t, town);
  assert.match((await town.end()).reason ?? '', /The file is there, and lacks the mode of a program\./);
});

test('a person can stop it', async (t) => {
  const town = await townWith(t, 'while :; do sleep 0.05; done');
  launch(t, town);
  const { pid } = await eventually('it runs', () => town.steps[0]);
  town.askToStop(1000);
  const { end, reason } = await town.end();
  assert.deepEqual([end, reason], ['stopped', 'Stopped by overseer.']);
  await eventually('it has gone', () => processEntry(pid) === undefined);
  assert.deepEqual(town.started, []);
});
