import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { processEntry } from '../../server/sessions/processes.ts';
import { findProgram } from '../../server/sessions/programs.ts';
import { eventually } from '../support/wait.ts';
import { launchInTerminal, SmallTown, type Launched } from './smallTown.ts';

// util-linux's `script` gives a real terminal; elsewhere it takes other arguments.
const hasScript =
  process.platform === 'linux' && findProgram('script', process.env['PATH'] ?? '') !== undefined;
const options = { skip: hasScript ? false : 'needs the script program of util-linux' };

const busy = 'while :; do sleep 0.05; done';

const shows = (launched: Launched, text: string): Promise<true> =>
  eventually(`the terminal shows ${text}`, () => launched.output().includes(text));

/** Typed until it has its effect: keys that come right at the end of the runtime are taken for its own. */
async function type(launched: Launched, key: string, effect: () => boolean): Promise<void> {
  await eventually(`${JSON.stringify(key)} has its effect`, async () => {
    if (effect()) return true;
    launched.child.stdin?.write(key);
    return await within(100, effect);
  });
}

/** Looks for a moment: a key that was taken has its effect at once. */
async function within(milliseconds: number, effect: () => boolean): Promise<boolean> {
  return await eventually('it has its effect', effect, milliseconds).catch(() => false);
}

async function closed(launched: Launched): Promise<void> {
  let isClosed = false;
  void launched.ended.then(() => (isClosed = true));
  await type(launched, 'q', () => isClosed);
}

test('the runtime has the terminal, and what it prints is seen', options, async (t) => {
  const town = new SmallTown(t, 'test -t 0 && test -t 1 && echo "on a terminal"; exit 0');
  town.done = true;
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'on a terminal');
  await shows(launched, 'The work was handed over. q closes this terminal.');
  assert.deepEqual(await town.end(), { end: 'failed', code: 0 });
  await eventually('it holds no connection while a person reads', () => town.connections === 0);
  await closed(launched);
});

test('after an exit without done Enter starts the same again, q closes', options, async (t) => {
  const town = new SmallTown(t, 'echo "run: $1"; exit 3');
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'It exited with code 3, without gt done.');
  await shows(launched, 'Bead and worktree are kept. Enter resumes, q closes.');
  assert.ok(!existsSync(town.files.end));
  await type(launched, '\r', () => town.started.length === 2);
  await town.end(2);
  assert.equal(town.takes.length, 1, 'the launch spec is handed out once');
  await closed(launched);
  assert.equal(town.started.length, 2);
});

test('Enter tries again what failed before the runtime, and not what was done', options, async (t) => {
  const town = new SmallTown(t, 'exit 5');
  const setup = join(town.folder, 'setup');
  writeFileSync(setup, '#!/bin/sh\necho x >> tries; [ "$(wc -l < tries)" -ge 2 ]\n', { mode: 0o755 });
  town.spec = { ...town.spec, before: [{ argv: [setup], label: 'setup', timeoutMs: 60_000 }] };
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'Enter tries again');
  assert.deepEqual(town.started, []);
  await type(launched, '\r', () => town.started.length > 0);
  await shows(launched, 'Enter resumes');
  const before = town.started.length;
  await type(launched, '\r', () => town.started.length > before);
  assert.equal(readFileSync(join(town.spec.directory, 'tries'), 'utf8'), 'x\nx\n');
  await closed(launched);
});

test("Enter goes on with the runtime's own session, where the spec says how", options, async (t) => {
  const town = new SmallTown(t, 'echo "run: $*"; exit 3');
  town.spec = { ...town.spec, again: ['--resume', 'ID'] };
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'run: PROMPT');
  await type(launched, '\r', () => town.started.length === 2);
  await shows(launched, 'run: --resume ID');
  await town.end(2);
  // It could not go on, and said so at once: there is nothing to go on with.
  await type(launched, '\r', () => town.started.length === 3);
  await town.end(3);
  assert.equal(launched.output().split('run: PROMPT').length, 3);
  await closed(launched);
});

test(
  'Enter in a terminal whose bead has gone to somebody else starts nothing that stays',
  options,
  async (t) => {
    const town = new SmallTown(t, `[ -e again ] || { touch again; exit 1; }; echo $$ > pid; ${busy}`);
    await town.start();
    const launched = launchInTerminal(t, town);
    await shows(launched, 'Enter resumes');
    town.refusesStart = true;
    const file = join(town.spec.directory, 'pid');
    await type(launched, '\r', () => existsSync(file) || launched.output().includes('Not resumed'));
    await shows(launched, 'Not resumed: be-auth has gone to somebody else.');
    if (existsSync(file)) assert.equal(processEntry(Number(readFileSync(file, 'utf8'))), undefined);
    await closed(launched);
  },
);

test('a closed terminal is an interruption, and nothing of it stays', options, async (t) => {
  const town = new SmallTown(t, `trap '' HUP; echo $$ > pid; echo ready; ${busy}`);
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'ready');
  const pid = Number(readFileSync(join(town.spec.directory, 'pid'), 'utf8'));
  await eventually('the town knows', () => town.started[0] === pid);
  // Ends the terminal's other side, as an editor does that closes it.
  launched.child.kill('SIGKILL');
  const end = await town.end();
  assert.deepEqual(end, { end: 'interrupted', reason: 'Its terminal was closed.' });
  await eventually('all has ended', () => processEntry(pid) === undefined);
  const [launcher = 0] = town.takes;
  await eventually('the launcher has ended', () => processEntry(launcher) === undefined);
  assert.equal(town.ended.length, 1);
});

test('Ctrl-C reaches the runtime, and not the launcher', options, async (t) => {
  const town = new SmallTown(t, `trap 'echo "caught it"; exit 130' INT; echo ready; ${busy}`);
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'ready');
  await type(launched, '\u0003', () => launched.output().includes('caught it'));
  assert.deepEqual(await town.end(), { end: 'failed', code: 130 });
  await shows(launched, 'Enter resumes');
  await closed(launched);
});

test('a revived terminal starts nothing, says so, and waits to be closed', options, async (t) => {
  const town = new SmallTown(t, 'echo "ran"; exit 0');
  await town.start();
  town.takes.push(1);
  const launched = launchInTerminal(t, town);
  await shows(launched, 'Nothing was started. It was started already.');
  await shows(launched, 'Next: gt session run backend/nux');
  await closed(launched);
  assert.ok(!launched.output().includes('ran'));
  assert.deepEqual([town.started, town.ended], [[], []]);
});

test('a stop from the town is said, and the terminal can resume', options, async (t) => {
  const town = new SmallTown(t, `echo ready; ${busy}`);
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'ready');
  await eventually('the town knows', () => town.started[0]);
  town.askToStop(5000);
  await shows(launched, 'Stopped by overseer.');
  await type(launched, '\r', () => town.started.length === 2);
  launched.child.kill('SIGKILL');
  assert.equal((await town.end(2)).end, 'interrupted');
});

test(
  'the town away at the end: the person is shown the end, and Enter goes on when it is back',
  options,
  async (t) => {
    const town = new SmallTown(t, 'while [ ! -e "$GT_SESSION.go" ]; do sleep 0.05; done; exit 3');
    await town.start();
    const launched = launchInTerminal(t, town);
    await eventually('it runs', () => town.started[0]);
    await town.stop();
    writeFileSync(`${town.files.session}.go`, '');
    await shows(launched, 'Enter resumes, q closes.');
    await town.start();
    await town.end();
    await type(launched, '\r', () => town.started.length === 2);
    assert.equal((await town.end(2)).code, 3);
    await closed(launched);
  },
);

test('what a spec prints is shown before the runtime, without control characters', options, async (t) => {
  const town = new SmallTown(t, 'echo "the runtime"');
  town.spec = { ...town.spec, print: 'Your work: be-auth\u001B]0;x\u0007' };
  await town.start();
  const launched = launchInTerminal(t, town);
  await shows(launched, 'the runtime');
  assert.match(launched.output(), /Your work: be-auth[^]*the runtime/);
  assert.ok(!launched.output().includes('\u001B]0;'));
  // Else it would still write its report while the folder is taken away.
  await town.end();
  await closed(launched);
});
