import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { endpointsOf } from '../../server/rpc/endpoint.ts';
import { bareRemote, createRepository, git } from '../support/repository.ts';
import { becomes, connect, slung } from './liveTown.ts';
import { createBead, installWithRig, quickRuntime, submitted } from './rigs.ts';
import { openTerminal, processesOf, type Terminal } from './terminal.ts';

test('a town that is uninstalled leaves nothing but what its person kept', async (t) => {
  const terminal = openTerminal(t);
  await installWithRig(terminal);
  const before = everythingBelow(terminal.folder);
  const bead = await slung(terminal, 'Auth work', { behaviour: 'stall' });
  const polecat = await becomes(await connect(t, terminal), bead, 'working');
  const asked = await terminal.gt('uninstall');
  assert.equal(asked.code, 1);
  assert.ok(asked.stdout.includes(polecat.worktree), asked.stdout);
  assert.ok(existsSync(polecat.worktree));

  const { kept, left } = await terminal.json<{ kept: string[]; left: string[] }>('gt', 'uninstall', '--yes');
  assert.deepEqual(left, []);
  assert.equal(kept.length, 1);
  const repository = kept[0]?.replace(/^.* in (.*); for good: .*$/u, '$1') ?? '';
  assert.match(git(repository, 'for-each-ref', 'refs/gastown/archive'), /gastown\/archive/);
  assert.deepEqual(processesOf(terminal.folder), []);
  assert.ok(!existsSync(terminal.town));
  assert.deepEqual(
    endpointsOf(terminal.town).filter((path) => existsSync(path)),
    [],
  );
  assert.equal(git(repository, 'worktree', 'list').split('\n').length, 1);
  assert.equal(git(repository, 'branch', '--list', 'polecat/*'), '');
  const after = everythingBelow(terminal.folder).filter((path) => !path.includes('/.git/'));
  const added = after.filter((path) => !before.includes(path));
  assert.deepEqual(
    added.filter((path) => /gastown|gt-/u.test(path.slice(terminal.folder.length))),
    [],
  );
});

interface Told {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  readonly left: readonly string[];
}

/** Of whoever uses it: home, temporary folder, and what git has of their repository but for objects that nothing names. */
function ofTheUser({ folder }: Terminal, repository: string): string[] {
  const own = ['home', 'tmp'].flatMap((name) => everythingBelow(join(folder, name)));
  const inGit = everythingBelow(join(repository, '.git')).filter((path) => !/\/objects(\/|$)/u.test(path));
  return [...own, ...inGit];
}

test('what is there after a town was uninstalled, and was not there before, is exactly what the command says', async (t) => {
  const terminal = openTerminal(t, 'home/gt');
  const { folder } = terminal;
  const home = join(folder, 'home');
  const repository = join(folder, 'backend');
  createRepository(repository);
  createRepository(join(folder, 'seed'));
  const url = bareRemote(join(folder, 'seed'), join(folder, 'seed.git'));
  const { extension, settings } = ofEditor(home);
  const before = ofTheUser(terminal, repository);

  await terminal.must('gt', 'install', terminal.town);
  await use(terminal, repository, url);
  // Of a program that was killed long ago, and of one that may still run.
  const [old, fresh] = ['gastown-demo-abc123', 'gastown-demo-xyz789'].map((name) =>
    join(folder, 'tmp', name),
  );
  for (const path of [old ?? '', fresh ?? '']) mkdirSync(join(path, 'town', '.gastown'), { recursive: true });
  utimesSync(old ?? '', new Date(0), new Date(0));

  const plan = await terminal.gt('uninstall');
  for (const path of [old, join(home, '.local', 'state', 'gastown', 'towns')])
    assert.ok(plan.stdout.includes(`Outside of the town: ${path}`), plan.stdout);
  assert.ok(plan.stdout.includes(extension) && plan.stdout.includes(settings), plan.stdout);
  const { kept, left, removed } = await terminal.json<Told>('gt', 'uninstall', '--yes');
  assert.deepEqual(left, []);
  assert.ok(removed.includes(old ?? ''));
  assert.deepEqual(processesOf(folder), []);

  const added = ofTheUser(terminal, repository).filter((path) => !before.includes(path));
  const said = (path: string): boolean => kept.some((line) => line.startsWith(path));
  const refs = ['refs/gastown', 'logs/refs/gastown'].map((name) => join(repository, '.git', name));
  const told = [...refs, fresh ?? ''];
  // A merge in the user's checkout is one like theirs: git keeps where it stood before.
  const ofGit = join(repository, '.git', 'ORIG_HEAD');
  assert.deepEqual(
    added.filter((path) => path !== ofGit && !told.some((each) => path.startsWith(each))),
    [],
  );
  assert.ok(said(fresh ?? '') && said(extension), kept.join('\n'));
  const [line = ''] = kept.filter((each) => each.includes('refs/gastown/'));
  assert.match(line, /^\d+ refs under refs\/gastown\/ in .*backend; for good: git -C /u);
  assert.equal(git(repository, 'for-each-ref', 'refs/heads', '--format=%(refname)'), 'refs/heads/main');
  deleteAsSaid(repository, line);
  assert.equal(git(repository, 'for-each-ref', 'refs/gastown'), '');
});

/** What the editor has of the extension is the editor's. */
function ofEditor(home: string): { readonly extension: string; readonly settings: string } {
  const extension = join(home, '.vscode', 'extensions', 'gastown.gastown-0.1.0');
  const settings = join(home, '.config', 'Code', 'User', 'settings.json');
  mkdirSync(extension, { recursive: true });
  mkdirSync(join(settings, '..'), { recursive: true });
  writeFileSync(settings, '{\n  "gastown.town": "/somewhere"\n}\n');
  return { extension, settings };
}

/** The two programs of the command that is named. */
function deleteAsSaid(repository: string, line: string): void {
  const [, format = '', where = ''] = /--format='([^']+)' (\S+) \|/u.exec(line) ?? [];
  const input = `${git(repository, 'for-each-ref', `--format=${format}`, where)}\n`;
  execFileSync('git', ['update-ref', '--stdin'], { cwd: repository, input });
}

/** Polecats that land, one that does not, crew, a clone, and programs of their own that run and end. */
async function use(terminal: Terminal, repository: string, url: string): Promise<void> {
  const file = join(terminal.folder, 'runtime.json');
  writeFileSync(file, JSON.stringify(quickRuntime));
  await terminal.must('gt', 'runtime', 'add', file);
  for (const [name, source] of [
    ['backend', repository],
    ['infra', url],
  ] as const) {
    await terminal.must('gt', 'rig', 'create', name, '--runtime', quickRuntime.id, '--repo', source);
    await terminal.must('gt', 'rig', 'config', name, 'session', 'process');
  }
  await terminal.must('gt', 'rig', 'config', 'backend', 'gate.lint', process.execPath, '-e', '0');
  const landing = await createBead(terminal, 'Auth work');
  await terminal.must('gt', 'sling', landing);
  await submitted(terminal, landing);
  await terminal.must('gt', 'mq', 'merge', landing);
  await slung(terminal, 'Cache work', { behaviour: 'forget-done', host: 'process' });
  await terminal.must('gt', 'crew', 'add', 'backend', 'dave');
  await terminal.gt('doctor');
  await terminal.gt('demo', '--json');
}

function everythingBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return lstatSync(path).isDirectory() ? [path, ...everythingBelow(path)] : [path];
  });
}
