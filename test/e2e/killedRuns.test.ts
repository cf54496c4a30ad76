import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { townPaths } from '../../server/protocol/address.ts';
import { processEntry } from '../../server/sessions/processes.ts';
import { openStore } from '../../server/store/store.ts';
import { problemsOf } from '../operations/invariants.ts';
import { page, script, writePlugin } from '../support/plugins.ts';
import { git } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { connect } from './liveTown.ts';
import { createBead, installWithRig, landingOf, submitted } from './rigs.ts';
import { endAfter, isAlive, openTerminal, processesOf, type Terminal } from './terminal.ts';

const patienceMs = 120_000;

/**
 * Writes down who it is, in a line of `runs`, and waits until `go` is there; what it starts leaves it at once, and ends for nobody who
 * only asks.
 */
const waiting = (folder: string): string => {
  const inner = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
  return `
    const fs = require('fs');
    const go = ${JSON.stringify(join(folder, 'go'))};
    if (!fs.existsSync(go)) {
      const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'ignore', detached: true });
      child.unref();
      fs.appendFileSync(${JSON.stringify(join(folder, 'runs'))}, process.pid + ' ' + child.pid + '\\n');
      setInterval(() => fs.existsSync(go) && process.exit(0), 50);
    }`;
};

/** Those of the program above that have begun. */
function begun(folder: string): readonly number[] {
  const file = join(folder, 'runs');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/).map(Number) : [];
}

/** A zombie that nobody waited for does not. */
const isRunning = (pid: number): boolean => processEntry(pid) !== undefined;

async function killServer(terminal: Terminal): Promise<void> {
  const pid = terminal.serverPid();
  assert.ok(pid !== undefined && isAlive(pid), 'a town server runs');
  process.kill(pid, 'SIGKILL');
  await eventually('it is gone', () => !isAlive(pid));
}

/** The town, with a gate, and work of three that waits for a person. */
async function townWithBatch(t: TestContext, command: readonly string[]) {
  const terminal = openTerminal(t);
  const repository = await installWithRig(terminal);
  await terminal.must('gt', 'rig', 'config', 'backend', 'session', 'process');
  await terminal.must('gt', 'rig', 'config', 'backend', 'gate.lint', ...command);
  const beads: string[] = [];
  for (const part of ['a', 'b', 'c'])
    beads.push(await createBead(terminal, `Part ${part}`, '--id', `be-part${part}`));
  await terminal.must('gt', 'sling', ...beads);
  await submitted(terminal, ...beads);
  return { terminal, repository, beads };
}

/** As a person who presses Merge on each of them while nothing lands. */
async function approveAll(terminal: Terminal, beads: readonly string[]): Promise<void> {
  await terminal.must('gt', 'refinery', 'pause', 'backend');
  for (const bead of beads) await terminal.must('gt', 'mq', 'retry', bead);
}

async function allVerified(terminal: Terminal, beads: readonly string[]): Promise<void> {
  const states = async (): Promise<readonly string[]> =>
    await Promise.all(beads.map(async (bead) => (await landingOf(terminal, bead)).state));
  await eventually(
    'all of them are verified',
    async () => (await states()).every((state) => state === 'verified'),
    patienceMs,
  );
}

/** Each once, with proof; and nothing is left but what was there before. */
async function assertLandedOnce(
  t: TestContext,
  { terminal, repository, beads }: Awaited<ReturnType<typeof townWithBatch>>,
): Promise<void> {
  const paths = townPaths(terminal.town);
  await terminal.must('gt', 'down', '--force');
  await eventually('nothing of it runs', () => processesOf(terminal.folder).length === 0);
  const store = await openStore({ directory: paths.state, now: () => new Date(), readOnly: true });
  t.after(() => store.close());
  assert.deepEqual(problemsOf({ view: store.view, parts: { paths } }), []);
  const files = git(repository, 'log', '--format=', '--name-only', 'main').split('\n');
  const requests = [...store.view.all('mergeRequests')];
  assert.deepEqual(requests.map(({ bead }) => bead).toSorted(), beads);
  for (const request of requests) assertProven(repository, request);
  const made = files.filter((file) => file !== '' && file !== 'README.md');
  assert.equal(new Set(made).size, made.length, `each file was made once: ${made.join()}`);
  assert.equal(made.length, beads.length);
  assert.deepEqual([readdirSync(paths.runs), readdirSync(paths.scratch)], [[], []]);
  const locks = readdirSync(join(repository, '.git'), { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    locks.filter((file) => file.endsWith('.lock')),
    [],
  );
  assert.equal(git(repository, 'status', '--porcelain'), '');
}

function assertProven(repository: string, { bead, state, landed, gates = [] }: MergeRequest): void {
  assert.equal(state, 'verified', bead);
  git(repository, 'merge-base', '--is-ancestor', landed ?? '', 'main');
  assert.deepEqual(
    gates.map(({ name, outcome }) => `${name} ${outcome}`),
    ['lint passed'],
  );
}

test('a gate of a killed town server is ended with all that it started, and the batch lands once', async (t) => {
  const folder = openTerminal(t).folder;
  const scene = await townWithBatch(t, [process.execPath, '-e', waiting(folder)]);
  const { terminal, beads } = scene;
  await approveAll(terminal, beads);
  await terminal.must('gt', 'refinery', 'resume', 'backend');
  await eventually('the gate runs', () => begun(folder).length === 2, patienceMs);
  await killServer(terminal);
  const left = begun(folder);
  assert.deepEqual(left.map(isRunning), [true, true]);
  await terminal.must('gt', 'status');
  assert.deepEqual(left.map(isRunning), [false, false], 'both are gone when the next town server answers');
  await eventually('the gate is run again', () => begun(folder).length === 4, patienceMs);
  writeFileSync(join(folder, 'go'), '');
  await allVerified(terminal, beads);
  await assertLandedOnce(t, scene);
});

test('a periodic plugin of a killed town server is ended, and run again', async (t) => {
  const terminal = openTerminal(t);
  const { folder, town } = terminal;
  await installWithRig(terminal);
  const plugins = join(town, 'backend', 'plugins');
  writePlugin(plugins, 'sweep/plugin.md', page('name = "sweep"\n[gate]\ntype = "cooldown"'));
  writePlugin(plugins, 'sweep/run.sh', script(waiting(folder)));
  const { hash } = await terminal.json<{ hash: string }>('gt', 'plugin', 'show', 'sweep');
  await terminal.must('gt', 'plugin', 'approve', 'sweep', '--hash', hash);
  await eventually('the plugin runs', () => begun(folder).length === 2, patienceMs);
  await killServer(terminal);
  const left = begun(folder);
  await terminal.must('gt', 'status');
  await eventually('it is run again', () => begun(folder).length === 4, patienceMs);
  assert.deepEqual(left.map(isRunning), [false, false]);
  writeFileSync(join(folder, 'go'), '');
  const client = await connect(t, terminal);
  const runs = await eventually(
    'its run is known',
    async () => {
      const { runs: all } = await client.request('plugin/history', { plugin: 'sweep' });
      const known = all.filter(({ result }) => result !== 'approved');
      return known.length > 0 && known;
    },
    patienceMs,
  );
  assert.deepEqual(
    runs.map(({ result }) => result),
    ['success'],
  );
  client.close();
  await terminal.must('gt', 'down', '--force');
  await eventually('nothing of it runs', () => processesOf(folder).length === 0);
});

describe('killed while a batch lands, at', () => {
  // At the others too, in less time: test/operations/killLanding.test.ts.
  const steps = ['land:scratch', 'land:moved', 'land:marked', 'land:verified'];
  for (const step of steps)
    test(`${step}: each lands once at the next start`, async (t) => {
      const scene = await townWithBatch(t, [process.execPath, '-e', '0']);
      const { terminal, beads } = scene;
      await approveAll(terminal, beads);
      await terminal.must('gt', 'down');
      const program = join(import.meta.dirname, 'killedServer.ts');
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', program, terminal.town, step],
        { env: terminal.environment, cwd: terminal.folder, stdio: 'ignore' },
      );
      endAfter(t, child);
      const ended = once(child, 'exit');
      await eventually('it serves', () => terminal.serverPid() === child.pid, patienceMs);
      await terminal.gt('refinery', 'resume', 'backend');
      await ended;
      assert.equal(child.signalCode, 'SIGKILL');
      await terminal.must('gt', 'status');
      await allVerified(terminal, beads);
      await assertLandedOnce(t, scene);
    });
});
