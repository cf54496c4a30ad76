import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { townPaths } from '../../server/protocol/address.ts';
import { sessionFiles } from '../../server/sessions/sessionFile.ts';
import { commit, createRepository, git } from '../support/repository.ts';
import type { Ran } from '../support/runNode.ts';
import { becomes, connect, sessionOf } from './liveTown.ts';
import { quickRuntime } from './rigs.ts';
import { openTerminal, runProgram, type Terminal } from './terminal.ts';

/** What shells would run, what terminals would obey, and what would turn text around; `marker` is what it would make. */
function hostileText(marker: string): string {
  const touch = `touch ${marker}`;
  return [
    `$(${touch})\`${touch}\`;${touch} "'&|%PATH%`,
    '\u001b]52;c;aGFja2Vk\u0007',
    '\u001b[2J\u001b[31m',
    '\u009b31m',
    '\u202egnorts\u2066',
    '\u200b',
    `<img src=x onerror=alert(1)>`,
  ].join(' ');
}

/** A person at a terminal in which nothing of others is ever printed raw. */
class Watched {
  readonly terminal: Terminal;
  readonly marker: string;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    this.marker = join(terminal.folder, 'touched');
  }

  async run(program: 'gt' | 'bd', ...words: string[]): Promise<Ran> {
    const ran = await this.terminal[program](...words);
    this.check(ran, [program, ...words].join(' '));
    return ran;
  }

  async must(program: 'gt' | 'bd', ...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, ...words);
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  check({ stdout, stderr }: Ran, what: string): void {
    for (const text of [stdout, stderr])
      assert.doesNotMatch(
        text,
        /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/u,
        `${JSON.stringify(what)} prints ${JSON.stringify(text)}`,
      );
    assert.ok(!existsSync(this.marker), `${what} ran what it was given`);
  }
}

test('hostile text travels from bead to landing, and is never run nor printed raw', async (t) => {
  const terminal = openTerminal(t);
  const watched = new Watched(terminal);
  const text = hostileText(watched.marker);
  const title = text.replaceAll('\n', ' ');
  await watched.must('gt', 'install', terminal.town);
  const preset = join(terminal.folder, 'preset.json');
  writeFileSync(preset, JSON.stringify(quickRuntime));
  await watched.must('gt', 'runtime', 'add', preset);

  // A path that a shell would run, and a branch that git allows.
  const repository = join(terminal.folder, `re po $(touch touched);"'&`);
  createRepository(repository, { files: { 'README.md': 'Hello\n', [`$(touch touched) & "x".js`]: '1\n' } });
  for (const name of [`x;touch ${watched.marker}`, '$(id)', '-rf', '../x', 'Ünïcode', 'a\u001b[31m'])
    assert.notEqual((await watched.run('gt', 'rig', 'create', name, '--repo', repository)).code, 0, name);
  for (const branch of ['$(touch${IFS}touched)', ';id', '-D', '--upload-pack=touch', 'x..y', '\u3000'])
    assert.notEqual(
      (await watched.run('gt', 'rig', 'create', 'evil', '--repo', repository, `--branch=${branch}`)).code,
      0,
      branch,
    );
  for (const url of [
    `ext::sh -c touch% ${watched.marker}`,
    `--upload-pack=touch ${watched.marker}`,
    `file://-oProxyCommand=touch`,
  ])
    assert.notEqual((await watched.run('gt', 'rig', 'create', 'evil', `--repo=${url}`)).code, 0, url);
  await watched.must('gt', 'rig', 'create', 'backend', '--runtime', quickRuntime.id, '--repo', repository);
  await watched.must('gt', 'rig', 'info', 'backend');
  assert.notEqual((await watched.run('bd', 'create', 'x', '--rig', 'backend', '--labels', text)).code, 0);

  const silent = await watched.must(
    'bd',
    'create',
    title,
    '--rig',
    'backend',
    '--silent',
    '--description',
    text,
    '--notes',
    text,
    '--design',
    text,
    '--acceptance',
    text,
    '--actor',
    text.slice(0, 40),
  );
  const bead = silent.trim();
  assert.match(bead, /^be-[a-z0-9]+$/);
  await watched.must('gt', 'convoy', 'create', title, bead);
  await watched.must('gt', 'sling', bead);
  const client = await connect(t, terminal);
  const { id, worktree } = await becomes(client, bead, 'done');
  for (const words of [['show', bead], ['list'], ['list', '--all']]) await watched.must('bd', ...words);
  for (const words of [
    ['polecat', 'show', id],
    ['polecat', 'list'],
    ['hook', id],
    ['convoy', 'list'],
    ['mq', 'list'],
    ['mq', 'show', bead],
    ['session', 'list', '--all'],
    ['session', 'log', id],
    ['feed'],
    ['status'],
    ['prime', id],
  ])
    await watched.must('gt', ...words);
  const json = JSON.parse(await terminal.must('bd', 'show', bead, '--json')) as { title: string }[];
  assert.equal(json[0]?.title, title, 'data stays what it is');
  assert.ok(!existsSync(join(worktree, 'touched')) && !existsSync(join(repository, 'touched')));

  await watched.must('gt', 'mq', 'merge', bead);
  for (const words of [['feed'], ['mq', 'list', '--all'], ['convoy', 'list', '--all'], ['rig', 'list']])
    await watched.must('gt', ...words);
  assert.equal(git(repository, 'status', '--porcelain'), '');
  assert.ok(!existsSync(watched.marker));
});

test('hostile names of files, branches and commits, and hostile words of an agent, are shown harmless', async (t) => {
  const terminal = openTerminal(t);
  const watched = new Watched(terminal);
  const text = hostileText(watched.marker);
  await watched.must('gt', 'install', terminal.town);
  const repository = join(terminal.folder, 'backend');
  createRepository(repository);
  await watched.must('gt', 'rig', 'create', 'backend', '--runtime', 'sim', '--repo', repository);
  const bead = (
    await watched.must('bd', 'create', 'Auth work', '--rig', 'backend', '--labels', 'sim:stall', '--silent')
  ).trim();
  await watched.must('gt', 'sling', bead);
  const client = await connect(t, terminal);
  const { id, worktree, branch } = await becomes(client, bead, 'working');
  const file = sessionFiles(townPaths(terminal.town).sessions, (await sessionOf(client, id)).id).session;
  const asAgent = async (...words: string[]): Promise<Ran> => {
    const ran = await runProgram('gt', words, {
      cwd: worktree,
      environment: { ...terminal.environment, GT_SESSION: file },
    });
    watched.check(ran, words.join(' '));
    return ran;
  };
  assert.equal((await asAgent('done', '--status', 'escalated', '--message', text)).code, 0);
  for (const words of [['polecat', 'list'], ['polecat', 'show', id], ['status'], ['feed']])
    await watched.must('gt', ...words);

  const name = '\u001b]0;x\u0007$(touch touched)\u202e;.txt';
  mkdirSync(join(worktree, '\u001b[31m'));
  writeFileSync(join(worktree, name), 'work\n');
  writeFileSync(join(worktree, '\u001b[31m', 'x'), 'work\n');
  const uncommitted = await asAgent('done');
  assert.equal(uncommitted.code, 1);
  assert.match(uncommitted.stderr, /uncommitted/);
  await asAgent('prime');
  await watched.must('gt', 'polecat', 'show', id);

  git(worktree, 'checkout', '--quiet', '-b', 'x;$(touch${IFS}touched)');
  assert.equal((await asAgent('done')).code, 1);
  git(worktree, 'checkout', '--quiet', branch);
  commit(worktree, { [name]: 'work\n', 'README.md': 'Mine\n' }, text);
  assert.equal((await asAgent('done')).code, 0);
  commit(repository, { [name]: 'theirs\n' }, text);
  const conflict = await watched.run('gt', 'mq', 'merge', bead);
  assert.equal(conflict.code, 1);
  assert.match(conflict.stdout + conflict.stderr, /conflict/);
  for (const words of [['mq', 'list'], ['mq', 'show', bead], ['feed'], ['polecat', 'show', id]])
    await watched.must('gt', ...words);
  assert.ok(!existsSync(join(repository, 'touched')) && !existsSync(join(worktree, 'touched')));
});

test('what an agent writes into the configuration of the repository is shown, and run by nobody', async (t) => {
  const terminal = openTerminal(t);
  const watched = new Watched(terminal);
  await watched.must('gt', 'install', terminal.town);
  const repository = join(terminal.folder, 'backend');
  createRepository(repository, {
    files: { '.gitattributes': '* filter=evil diff=evil merge=evil\n', 'README.md': 'Hello\n' },
  });
  await watched.must('gt', 'rig', 'create', 'backend', '--runtime', 'sim', '--repo', repository);
  const bead = (
    await watched.must('bd', 'create', 'Auth work', '--rig', 'backend', '--labels', 'sim:stall', '--silent')
  ).trim();
  await watched.must('gt', 'sling', bead);
  const client = await connect(t, terminal);
  const { id, worktree } = await becomes(client, bead, 'working');
  const file = sessionFiles(townPaths(terminal.town).sessions, (await sessionOf(client, id)).id).session;
  const environment = { ...terminal.environment, GT_SESSION: file };
  commit(worktree, { 'auth.txt': 'work\n' });
  const hook = join(repository, '.git', 'hooks', 'post-checkout');
  writeFileSync(hook, `#!/bin/sh\ntouch ${watched.marker}\n`, { mode: 0o755 });
  for (const key of keys) git(worktree, 'config', key, `touch ${watched.marker}; cat`);

  const done = await runProgram('gt', ['done'], { cwd: worktree, environment });
  watched.check(done, 'gt done');
  assert.equal(done.code, 1);
  assert.match(done.stderr, /names programs nobody has approved: .*core\.fsmonitor/);
  // Only a person may approve.
  const own = await runProgram('gt', ['rig', 'approve', 'backend'], { cwd: worktree, environment });
  assert.notEqual(own.code, 0);
  const shown = await watched.run('gt', 'rig', 'approve', 'backend');
  assert.match(shown.stdout + shown.stderr, /filter\.evil\.clean/);
  const hash = hashIn(shown);
  // What a person has agreed to is what was shown, and nothing else.
  for (const key of keys) git(worktree, 'config', '--unset', key);
  for (const key of ['filter.evil.clean', 'filter.evil.smudge']) git(worktree, 'config', key, 'cat');
  const changed = await watched.run('gt', 'rig', 'approve', 'backend', '--hash', hash);
  assert.equal(changed.code, 1);
  const next = hashIn(changed);
  assert.notEqual(next, hash);
  await watched.must('gt', 'rig', 'approve', 'backend', '--hash', next);
  const again = await runProgram('gt', ['done'], { cwd: worktree, environment });
  assert.deepEqual([again.code, again.stderr], [0, '']);
  await watched.must('gt', 'mq', 'merge', bead);
  assert.ok(!existsSync(watched.marker));
});

const keys = [
  'core.fsmonitor',
  'filter.evil.clean',
  'filter.evil.smudge',
  'diff.evil.textconv',
  'merge.evil.driver',
  'core.sshCommand',
];

function hashIn({ stdout, stderr }: Ran): string {
  return /[0-9a-f]{64}/.exec(stdout + stderr)?.[0] ?? assert.fail(stdout + stderr);
}
