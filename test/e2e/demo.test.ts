import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { git } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { endAfter, openTerminal, processesOf, runProgram } from './terminal.ts';

interface Demo {
  readonly convoy: string;
  readonly landed: boolean;
  readonly beads: readonly Row[];
  readonly town?: string;
}

interface Row {
  readonly id: string;
  readonly rig: string;
  readonly runtime: string;
  readonly commit: string;
  readonly state: string;
}

/** Bead, rig and runtime, as they are documented. */
const work = [
  ['be-auth', 'backend', 'sim-thorough'],
  ['ml-extract', 'ml-pipeline', 'sim-quick'],
  ['fe-login', 'frontend', 'sim-visual'],
];

describe('gt demo', { concurrency: true }, () => {
  test('--json --keep: three commits that plain git finds on three branches, in a town that is whole', async (t) => {
    const terminal = openTerminal(t);
    const { stdout, stderr, code } = await terminal.gt('demo', '--json', '--keep');
    assert.deepEqual([stderr, code], ['', 0]);
    const { town = assert.fail('it says where the town is'), ...demo } = JSON.parse(stdout) as Demo;
    assert.deepEqual(Object.keys(demo), ['convoy', 'landed', 'beads']);
    assert.deepEqual([demo.convoy, demo.landed], ['Auth System Overhaul', true]);
    assert.deepEqual(
      demo.beads.map(({ id, rig, runtime, state }) => [id, rig, runtime, state]),
      work.map((row) => [...row, 'verified']),
    );
    assert.deepEqual(processesOf(terminal.folder), [], 'kept is the town, not its processes');

    const repositories = join(dirname(town), 'repositories');
    for (const { id, rig, commit } of demo.beads) checkLanded(repositoryOf(repositories, rig), id, commit);
    assert.equal(
      git(join(repositories, 'frontend'), 'status', '--porcelain'),
      '',
      'the checkout has moved along',
    );

    const environment = { ...terminal.environment, GT_TOWN: town };
    const status = await runProgram('gt', ['convoy', 'list', '--all', '--json'], { cwd: '/', environment });
    const { convoys } = JSON.parse(status.stdout) as { convoys: { title: string; state: string }[] };
    assert.deepEqual(
      convoys.map(({ title, state }) => [title, state]),
      [['Auth System Overhaul', 'landed']],
    );
    await runProgram('gt', ['down'], { cwd: '/', environment });
  });

  test('read by people, and nothing of it is left', async (t) => {
    const terminal = openTerminal(t);
    const { stdout, stderr, code } = await terminal.gt('demo');
    assert.deepEqual([stderr, code], ['', 0]);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f]/, 'plain lines');
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
    for (const [id, rig, runtime] of work) {
      assert.match(stdout, new RegExp(`^  ${id}: working \\(${runtime}\\)$`, 'm'));
      assert.match(stdout, new RegExp(`^  ${id} +${rig} +${runtime} +verified +[0-9a-f]{7}$`, 'm'));
    }
    assert.match(stdout, /^Auth System Overhaul {3}3 of 3 landed$/m);
    assert.deepEqual(processesOf(terminal.folder), []);
    assert.deepEqual(demoFolders(terminal.environment['TMPDIR'] ?? ''), []);
  });

  for (const how of ['an interrupt', 'a reader that leaves'] as const) {
    test(`${how} ends it, and nothing of it is left`, async (t) => {
      const terminal = openTerminal(t);
      const child = spawn('gt', ['demo'], {
        cwd: terminal.folder,
        env: terminal.environment,
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      });
      endAfter(t, child);
      const ended = once(child, 'close');
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      const begun = how === 'an interrupt' ? 'ml-extract: working' : 'Rig backend';
      await eventually('it has begun', () => said.includes(begun), 60_000);
      // Like a terminal, which sends it to the whole group; or like `gt demo | head -1`.
      if (how === 'an interrupt') process.kill(-(child.pid ?? assert.fail('it runs')), 'SIGINT');
      else child.stdout.destroy();
      await ended;
      if (how === 'an interrupt') assert.equal(child.exitCode, 130);
      await eventually('nothing runs', () => processesOf(terminal.folder).length === 0, 30_000);
      assert.deepEqual(demoFolders(terminal.environment['TMPDIR'] ?? ''), []);
    });
  }

  test('without git it says so, exits with 1 and leaves nothing', async (t) => {
    const terminal = openTerminal(t);
    rmSync(join(terminal.folder, 'bin/git'));
    const { stderr, code } = await terminal.gt('demo', '--json');
    assert.equal(code, 1);
    const { error, next } = JSON.parse(stderr) as { error: string; next: string };
    assert.equal(error, 'git was not found on PATH.');
    assert.match(next, /^Install git/);
    assert.deepEqual(processesOf(terminal.folder), []);
    assert.deepEqual(demoFolders(terminal.environment['TMPDIR'] ?? ''), []);
  });
});

function checkLanded(repository: string, id: string, commit: string): void {
  assert.match(commit, /^[0-9a-f]{40}$/);
  git(repository, 'merge-base', '--is-ancestor', commit, 'refs/heads/main');
  assert.match(
    git(repository, 'log', '-1', '--format=%s%n%ae', commit),
    new RegExp(`${id}: .+\\n.+gastown.invalid$`),
  );
  assert.equal(git(repository, 'worktree', 'list', '--porcelain').match(/^worktree /gm)?.length, 1);
  assert.equal(git(repository, 'for-each-ref', '--format=%(refname)', 'refs/heads'), 'refs/heads/main');
}

/** A rig of a URL has its remote beside the checkout that it was made of. */
function repositoryOf(repositories: string, rig: string): string {
  const bare = `${rig}.git`;
  return join(repositories, readdirSync(repositories).includes(bare) ? bare : rig);
}

/** What it makes in the folder for temporary files, beside the folder of sockets that all towns share. */
function demoFolders(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== `gastown-${process.getuid?.()}`);
}
