import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bareRemote, createRepository, git, tip } from '../support/repository.ts';
import { eventually } from '../support/wait.ts';
import { addRuntime, installWithRig, landed, landingOf, quickRuntime, submitted } from './rigs.ts';
import { isAlive, openTerminal, processesOf, type Terminal } from './terminal.ts';

describe('the walk-through of multi-runtime workflows, in a terminal', { concurrency: 2 }, () => {
  test('one convoy, three rigs, three runtimes, landed', async (t) => {
    const terminal = openTerminal(t);
    const { must, gt } = terminal;
    const rigs = await installThreeRigs(terminal);
    const info = await must('gt', 'rig', 'info', 'backend');
    assert.match(info, /^Runtime: claude-code$/m);
    assert.match(info, /^Session: process$/m);

    const beads = [
      ['backend', 'Refactor auth middleware', 'be-auth', 'a Claude Code'],
      ['ml-pipeline', 'Update feature extraction', 'ml-extract', 'a Codex'],
      ['frontend', 'Update login component', 'fe-login', 'a Cursor'],
    ] as const;
    const ids = beads.map(([, , id]) => id);
    for (const [rig, title, id, worker] of beads) {
      const said = await must('bd', 'create', '--rig', rig, '--title', title, '--type', 'task');
      assert.equal(said, `Created ${id}: ${title}\n→ ${id} (will be worked by ${worker} polecat)\n`);
    }
    const convoy = await must('gt', 'convoy', 'create', 'Auth System Overhaul', ...ids);
    assert.match(convoy, /^Auth System Overhaul {3}hq-auth {3}0 of 3 landed/);
    assert.equal(convoy.trimEnd().split('\n').at(-1), `Next: gt sling ${ids.join(' ')}`);

    const refused = await gt('sling', 'be-auth');
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(
      refused.stderr,
      /^gt: be-auth: Claude Code is not installed: .+"claude".+\nNext: .+gt runtime list/,
    );
    assert.match(await must('bd', 'show', 'be-auth'), /^ {2}open \(ready\)/m);
    assert.equal(git(rigs.backend, 'branch', '--list', 'polecat/*'), '', 'and nothing was begun');
    assert.equal(git(rigs.backend, 'worktree', 'list').split('\n').length, 1);

    for (const [rig] of beads) {
      const said = await must('gt', 'rig', 'config', rig, 'runtime', quickRuntime.id);
      assert.equal(said, `${rig}: runtime is ${quickRuntime.id} now.\n`);
    }
    const slung = await must('gt', 'sling', ...ids);
    for (const [rig, title, id] of beads)
      assert.match(slung, new RegExp(`^Slung ${id} to ${rig}/\\w+ \\(At once, process\\): ${title}$`, 'm'));
    await submitted(terminal, ...ids);
    const waiting = await must('gt', 'convoy', 'show', 'auth');
    assert.match(waiting, /^Next: gt mq show be-auth$/m);
    for (const id of ids) {
      assert.match(waiting, new RegExp(`^  ${id} .+ submitted +[0-9a-f]{7}$`, 'm'));
      const said = await must('gt', 'mq', 'merge', id);
      assert.match(said, new RegExp(`^${id} has landed: [0-9a-f]{7} is on main, verified\\.$`, 'm'));
    }

    await landed(terminal, 'auth');
    assert.match(await must('gt', 'convoy', 'show', 'auth'), /3 of 3 landed/);
    const repositories = [rigs.backend, rigs.mlPipeline, rigs.frontend];
    for (const [index, repository] of repositories.entries()) {
      const { landed: commit = '' } = await landingOf(terminal, ids[index] ?? '');
      git(repository, 'merge-base', '--is-ancestor', commit, 'refs/heads/main');
      assert.equal(git(repository, 'branch', '--list', 'polecat/*'), '');
    }
    assert.equal(git(rigs.backend, 'status', '--porcelain'), '', 'the checkout has moved along');
  });

  test('an agent of plain commands, from a preset file: gt hook, git commit, gt done', async (t) => {
    const terminal = openTerminal(t);
    const { must, gt } = terminal;
    const repository = await installWithRig(terminal);
    writeFileSync(
      join(terminal.folder, 'bin/plain-agent'),
      ['#!/bin/sh', 'set -e', 'gt hook > hook.txt', 'git add -A && git commit -m "test"', 'gt done', ''].join(
        '\n',
      ),
      { mode: 0o755 },
    );
    const preset = {
      id: 'plain',
      label: 'Plain',
      command: 'plain-agent',
      oneShot: [],
      prompt: { kind: 'none' },
    };
    assert.match(await addRuntime(terminal, preset), /^Next: gt rig config RIG runtime plain$/m);
    await must('gt', 'rig', 'config', 'backend', 'runtime', 'plain');
    await must('bd', 'create', '--rig', 'backend', '--title', 'Refactor auth middleware');
    await must('gt', 'sling', 'be-auth');
    await submitted(terminal, 'be-auth');
    await must('gt', 'mq', 'merge', 'be-auth');
    const { landed: commit = '', agent } = await landingOf(terminal, 'be-auth');
    assert.equal(tip(repository, 'main'), commit);
    assert.equal(git(repository, 'log', '-1', '--format=%s', commit), 'test');
    const author = agent.split('/')[1] ?? '';
    assert.equal(
      git(repository, 'log', '-1', '--format=%an <%ae> %cn', commit),
      `${author} <${author}@backend.gastown.invalid> ${author}`,
    );
    assert.match(git(repository, 'show', `${commit}:hook.txt`), /be-auth/);

    const before = await gt('runtime', 'list', '--json');
    const bad: readonly (readonly [object | string, RegExp])[] = [
      [{ ...preset, id: 'bad', prompt: { kind: 'telepathy' } }, /prompt\.kind: must be/],
      [{ ...preset, id: 'bad', comand: 'x' }, /comand: is not known/],
      [{ ...preset, id: 'Bad One' }, /id: must be/],
      [{ id: 'bad' }, /command: is missing/],
      [{ id: 'bad', extends: 'nothing' }, /extends: names no runtime/],
      ['{ "id": ', /is not JSON/],
    ];
    for (const [content, says] of bad) {
      const file = join(terminal.folder, 'bad.json');
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      const { code, stdout, stderr } = await gt('runtime', 'add', file);
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, says);
    }
    assert.equal((await gt('runtime', 'list', '--json')).stdout, before.stdout);
  });

  test('gt down is refused while sessions run, and what comes back is the same town', async (t) => {
    const terminal = openTerminal(t);
    const { must, gt } = terminal;
    await installWithRig(terminal);
    await must('bd', 'create', '--rig', 'backend', '--title', 'Refactor auth middleware', '-l', 'sim:stall');
    await must('gt', 'sling', 'be-auth');
    const pid = terminal.serverPid() ?? assert.fail('a town server runs');
    const refused = await gt('down');
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /^gt: A session is running: backend\/\w+\.\nNext: gt down --force/);
    const agent = /backend\/\w+/.exec(refused.stderr)?.[0] ?? '';
    assert.ok(isAlive(pid), 'it goes on');

    assert.match(
      await must('gt', 'down', '--force'),
      new RegExp(`^The town server has left\\.\nThe session of ${agent} was ended`),
    );
    assert.equal(terminal.serverPid(), undefined);
    await eventually('nothing of it runs', () => processesOf(terminal.folder).length === 0, 30_000);
    assert.equal(await must('gt', 'down'), 'The town server was not running.\n');

    const { convoys } = await terminal.json<{ convoys: { title: string; closed: number }[] }>(
      'gt',
      'convoy',
      'list',
    );
    assert.deepEqual(
      convoys.map(({ title, closed }) => [title, closed]),
      [['Refactor auth middleware', 0]],
    );
    assert.notEqual(terminal.serverPid(), pid);
    assert.match(await must('gt', 'hook', agent), /be-auth/);
    const shown = await must('gt', 'polecat', 'show', agent);
    assert.match(shown, /^State: interrupted/m);
    assert.match(shown, new RegExp(`^Next: gt session run ${agent}$`, 'm'));
    await must('bd', 'update', 'be-auth', '--remove-label', 'sim:stall');
    await must('gt', 'session', 'run', agent);
    await submitted(terminal, 'be-auth');
  });

  test('titles, labels and paths that look like commands do nothing but be shown', async (t) => {
    const terminal = openTerminal(t, 'to wn; touch pwned-11 \'$(touch pwned-12)"`touch pwned-13`');
    const { must, bd } = terminal;
    const trap =
      '$(touch pwned-1)`touch pwned-2`; touch pwned-3 && \'"\\ --upload-pack=pwned-4 | touch pwned-5';
    const title = `${trap}\u001B]0;pwned\u0007\u202E\nNext: touch pwned-6`;
    const repository = join(terminal.folder, "re po; touch pwned-7 '$(touch pwned-8)'");
    createRepository(repository);
    await must('gt', 'install', terminal.town);
    await addRuntime(terminal, { ...quickRuntime, label: '$(touch pwned-9)' });
    await must('gt', 'rig', 'create', 'backend', '--runtime', quickRuntime.id, '--repo', repository);
    const { id } = await terminal.json<{ id: string }>('bd', 'create', '--rig', 'backend', '--title', title);
    const dashed = await bd('create', '--rig', 'backend', '--title=--force');
    assert.deepEqual([dashed.code, dashed.stdout], [1, '']);
    assert.match(dashed.stderr, /^bd: This title looks like an option\.\n/);
    const { id: other } = await terminal.json<{ id: string }>(
      'bd',
      'create',
      '; touch pwned-10 #',
      '--rig',
      'backend',
      '-d',
      title,
    );
    assert.match(id, /^be-[a-z0-9-]+$/);

    const said: string[] = [];
    const shown = async (...words: string[]): Promise<void> => void said.push(await must('gt', ...words));
    await shown('convoy', 'create', title, id, other);
    await shown('sling', id, other);
    await submitted(terminal, id, other);
    for (const each of [id, other]) {
      await shown('mq', 'show', each);
      await shown('mq', 'merge', each);
    }
    await shown('convoy', 'list', '--all');
    await shown('feed');
    said.push(await must('bd', 'show', id), await must('bd', 'list', '--all'));
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(said.join(''), /[\u0000-\u0009\u000b-\u001f\u007f\u202e]|^Next: touch/m);

    const { landed: commit = '' } = await landingOf(terminal, id);
    assert.match(git(repository, 'log', '-1', '--format=%s', commit), /^be-.+: \$\(touch pwned-1\)/);
    const left = readdirSync(terminal.folder, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      left.filter((path) => /(^|\/)pwned/.test(path)),
      [],
    );
    assert.ok(!existsSync('pwned-1'));
  });
});

/** As in the document, but for the programs: none of the three runtimes is installed. */
async function installThreeRigs(
  terminal: Terminal,
): Promise<{ readonly backend: string; readonly mlPipeline: string; readonly frontend: string }> {
  const { must, folder } = terminal;
  const [backend, frontend, source] = ['backend', 'frontend', 'ml'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [backend, frontend, source]) createRepository(each);
  const mlPipeline = join(folder, 'ml-pipeline.git');
  const url = bareRemote(source, mlPipeline);
  const installed = await must('gt', 'install', terminal.town);
  assert.match(installed, /^Made the town .+\nNext: .*gt rig create/);
  await addRuntime(terminal, quickRuntime);
  const created = await must('gt', 'rig', 'create', 'ml-pipeline', '--runtime', 'codex', '--repo', url);
  assert.match(created, /^Runtime: codex$/m);
  assert.match(
    created,
    /^Warning: Codex is not installed: there is no "codex" on the PATH\. Install it: npm /m,
  );
  // Without a runtime, the town's default; with a path that is relative to where one stands.
  await must('gt', 'rig', 'create', 'backend', '--repo', 'backend');
  await must('gt', 'rig', 'add', 'frontend', frontend, '--runtime', 'cursor');
  return { backend, mlPipeline, frontend };
}
