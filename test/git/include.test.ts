import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Included } from '../../server/git/include.ts';
import { commit, git as plainGit, write, type Files } from '../support/repository.ts';
import { clonedRepository, type Local, localRepository } from './fixture.ts';

interface Scene extends Local {
  readonly workplace: string;
  readonly include: () => Promise<Included>;
}

/** A checkout with these files committed, and a new worktree of it. */
async function scene(t: TestContext, files: Files): Promise<Scene> {
  const local = await localRepository(t, files);
  const { git, repository, folder, first } = local;
  const workplace = join(folder, 'nux');
  await git.addWorktree(repository, { directory: workplace, branch: 'nux', start: first });
  return {
    ...local,
    workplace,
    include: () => git.copyIncluded(repository, repository, workplace),
  };
}

test('what git ignores and .worktreeinclude names is copied, with its mode, and nothing else', async (t) => {
  const { top, workplace, include } = await scene(t, {
    '.gitignore': '.env*\nsecrets/\nbuild/\n',
    '.worktreeinclude': '# settings\n.env*\n!.env.example\nsecrets/\nnotes.txt\n',
    a: '1\n',
  });
  write(top, {
    '.env': 'KEY=1\n',
    'app/.env.local': 'KEY=2\n',
    '.env.example': 'KEY=\n',
    'secrets/deep/key': 'k\n',
    'build/out': 'o\n',
    'notes.txt': 'not ignored\n',
  });
  chmodSync(join(top, '.env'), 0o600);
  chmodSync(join(top, 'secrets/deep/key'), 0o777);
  assert.deepEqual(await include(), { copied: 3, left: [] });
  assert.equal(readFileSync(join(workplace, '.env'), 'utf8'), 'KEY=1\n');
  assert.equal(readFileSync(join(workplace, 'app/.env.local'), 'utf8'), 'KEY=2\n');
  assert.equal(statSync(join(workplace, '.env')).mode & 0o777, 0o600);
  assert.equal(statSync(join(workplace, 'secrets/deep/key')).mode & 0o777, 0o777);
  for (const path of ['.env.example', 'build', 'notes.txt'])
    assert.ok(!existsSync(join(workplace, path)), path);
  assert.equal(plainGit(workplace, 'status', '--porcelain'), '');
});

test('without the file, or without a checkout, nothing is copied', async (t) => {
  const { include, top } = await scene(t, { '.gitignore': '.env\n' });
  write(top, { '.env': '' });
  assert.deepEqual(await include(), { copied: 0, left: [] });
  const { git, repository, folder, first } = await clonedRepository(t);
  const directory = join(folder, 'nux');
  await git.addWorktree(repository, { directory, branch: 'nux', start: first });
  assert.deepEqual(await git.copyIncluded(repository, repository, directory), { copied: 0, left: [] });
});

test('no link is followed, out of the checkout or into the workplace', async (t) => {
  const { folder, git, repository, top } = await localRepository(t, {
    '.gitignore': '.env\nout/\nlinked/\n*.key\n',
    '.worktreeinclude': '.env\nout/\nlinked/\n*.key\n',
  });
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret\n');
  symlinkSync(outside, join(top, 'out'));
  plainGit(top, 'add', '--force', 'out');
  const start = commit(top, {});
  const workplace = join(folder, 'nux');
  await git.addWorktree(repository, { directory: workplace, branch: 'nux', start });
  assert.ok(lstatSync(join(workplace, 'out')).isSymbolicLink());
  symlinkSync(join(outside, 'secret'), join(top, '.env'));
  symlinkSync(outside, join(top, 'linked'));
  // In the checkout it is a folder by now.
  plainGit(top, 'rm', '--quiet', '--cached', 'out');
  plainGit(top, 'update-index', '--refresh');
  write(top, { 'my.key': 'k\n' });
  const included = await git.copyIncluded(repository, repository, workplace);
  assert.equal(included.copied, 1);
  assert.match(included.left.join(), /links: .*\.env/);
  assert.ok(!existsSync(join(workplace, '.env')));
  assert.ok(!existsSync(join(workplace, 'linked')));
});

test('a tracked link of the workplace does not lead a copy out of it', async (t) => {
  const local = await localRepository(t, { '.gitignore': 'conf/\n', '.worktreeinclude': 'conf/\n' });
  const { git, repository, folder, top } = local;
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  // On the branch it is a link that is tracked, and on the one that is checked out a folder that is ignored.
  plainGit(top, 'checkout', '--quiet', '-b', 'linked');
  symlinkSync(outside, join(top, 'conf'));
  write(top, { '.gitignore': 'conf/*\n' });
  plainGit(top, 'add', '--force', 'conf');
  const start = commit(top, {});
  plainGit(top, 'checkout', '--quiet', 'main');
  write(top, { 'conf/key': 'k\n' });
  const directory = join(folder, 'nux');
  await git.addWorktree(repository, { directory, branch: 'nux', start });
  const { copied, left } = await git.copyIncluded(repository, repository, directory);
  assert.equal(copied, 0);
  assert.match(left.join(), /links of the workplace are in the way: conf\/key\./);
  assert.ok(!existsSync(join(outside, 'key')));
});

test('what the new workplace would not ignore is left out: it would be committed', async (t) => {
  const { top, workplace, include } = await scene(t, { '.worktreeinclude': '.env\n' });
  // Of a commit that is not on the target yet.
  write(top, { '.gitignore': '.env\n', '.env': 'KEY=1\n' });
  const { copied, left } = await include();
  assert.equal(copied, 0);
  assert.match(left.join(), /git does not ignore them in the new workplace: \.env\./);
  assert.ok(!existsSync(join(workplace, '.env')));
});

test('a file that is there is never written over', async (t) => {
  const { top, workplace, include } = await scene(t, {
    '.gitignore': '.env\n',
    '.worktreeinclude': '.env\n',
  });
  write(top, { '.env': 'theirs\n' });
  write(workplace, { '.env': 'mine\n' });
  const { copied, left } = await include();
  assert.equal(copied, 0);
  assert.match(left.join(), /there already: \.env/);
  assert.equal(readFileSync(join(workplace, '.env'), 'utf8'), 'mine\n');
});

test('too much is not copied, and that is said', async (t) => {
  const { top, workplace, include } = await scene(t, {
    '.gitignore': 'data/\n',
    '.worktreeinclude': 'data/\n',
  });
  write(top, { 'data/a': 'a\n', 'data/large': '', 'data/z': 'z\n' });
  truncateSync(join(top, 'data/large'), 60_000_000);
  const { copied, left } = await include();
  assert.equal(copied, 2);
  assert.match(left.join(), /more than 1000 files or 50 MB: data\/large\./);
  assert.ok(!existsSync(join(workplace, 'data/large')));
});
