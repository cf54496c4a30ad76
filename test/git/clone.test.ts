import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Repository } from '../../server/git/core.ts';
import {
  bareRemote,
  commit,
  createRepository,
  git as plainGit,
  tempFolder,
  tip,
} from '../support/repository.ts';
import { clonedRepository, localRepository, ourGit, refusal } from './fixture.ts';

test('a URL is cloned whole, its branches kept apart from those of polecats', async (t) => {
  const folder = tempFolder(t);
  const source = join(folder, 'source');
  const first = createRepository(source, { branch: 'trunk' });
  plainGit(source, 'branch', 'feature/x');
  plainGit(source, 'tag', 'v1');
  const url = bareRemote(source, join(folder, 'remote.git'));
  const git = ourGit(folder);
  const directory = join(folder, 'rig', 'repository.git');
  const { gitDirectory } = await git.cloneBare(url, directory);
  assert.equal(gitDirectory, directory);
  const repository: Repository = { gitDirectory, repository: { kind: 'url', url } };

  assert.deepEqual(plainGit(directory, 'for-each-ref', '--format=%(refname)').split('\n'), [
    'refs/remotes/origin/HEAD',
    'refs/remotes/origin/feature/x',
    'refs/remotes/origin/trunk',
    'refs/tags/v1',
  ]);
  assert.equal(plainGit(directory, 'config', 'remote.origin.fetch'), '+refs/heads/*:refs/remotes/origin/*');
  assert.equal(plainGit(directory, 'config', '--default=no', 'remote.origin.mirror'), 'no');
  assert.equal(await git.defaultBranch(repository), 'trunk');
  assert.equal(await git.requireBranch(repository, 'trunk'), first);
  assert.equal(await git.branchExists(repository, 'feature/x'), true);
  assert.equal(await git.branchExists(repository, 'none'), false);
  assert.equal(git.targetRef(repository, 'trunk'), 'refs/remotes/origin/trunk');
  assert.deepEqual(await git.unapprovedConfiguration(gitDirectory).then(({ keys }) => keys), []);
});

test('a fetch brings what is new, drops what is gone, and leaves the branches of polecats alone', async (t) => {
  const { git, repository, top, remote, first, folder } = await clonedRepository(t);
  plainGit(top, 'push', '--quiet', remote, 'HEAD:refs/heads/old');
  await git.fetch(repository);
  await git.addWorktree(repository, { directory: join(folder, 'w'), branch: 'polecat/nux', start: first });
  const second = commit(top, { a: '1' });
  plainGit(top, 'push', '--quiet', remote, 'main', ':old');
  await Promise.all([git.fetch(repository), git.fetch(repository), git.fetch(repository)]);
  assert.equal(await git.resolve(repository, 'refs/remotes/origin/main'), second);
  assert.equal(await git.branchExists(repository, 'old'), false);
  assert.equal(await git.resolve(repository, 'refs/heads/polecat/nux'), first);
});

test('a rewritten remote in the configuration leads no fetch astray', async (t) => {
  const { git, repository, remote, first, folder } = await clonedRepository(t);
  const elsewhere = join(folder, 'elsewhere');
  createRepository(elsewhere, { files: { other: '1' } });
  await git.addWorktree(repository, { directory: join(folder, 'w'), branch: 'polecat/nux', start: first });
  plainGit(join(folder, 'w'), 'config', 'remote.origin.url', elsewhere);
  plainGit(join(folder, 'w'), 'config', 'remote.origin.fetch', '+refs/heads/*:refs/heads/*');
  await git.fetch(repository);
  assert.equal(await git.resolve(repository, 'refs/remotes/origin/main'), first);
  assert.equal(await git.resolve(repository, 'refs/heads/polecat/nux'), first);
  const pushed = await git.push(repository, 'origin', {
    sha: first,
    branch: 'other',
    expectedOld: undefined,
  });
  assert.deepEqual(pushed, { kind: 'done' });
  assert.equal(tip(remote, 'refs/heads/other'), first);
});

test('callers that fetch together share the fetch that has not begun', async (t) => {
  const lines: string[] = [];
  const { repository, folder } = await clonedRepository(t);
  const git = ourGit(folder, { log: (line) => lines.push(line) });
  await Promise.all(Array.from({ length: 24 }, () => git.fetch(repository)));
  assert.equal(lines.filter((line) => line.startsWith('git fetch')).length, 1);
});

test('an empty repository, no access, an occupied folder: clear errors, and nothing is left', async (t) => {
  const folder = tempFolder(t);
  const git = ourGit(folder);
  const target = join(folder, 'town', 'rig', 'repository.git');
  mkdirSync(join(folder, 'empty.git'));
  plainGit(join(folder, 'empty.git'), 'init', '--quiet', '--bare');
  await assert.rejects(git.cloneBare(`file://${folder}/empty.git`, target), refusal('git', /no commits yet/));
  await assert.rejects(
    git.cloneBare(`file://${folder}/none.git`, target),
    refusal('git', /Cannot read .*none\.git/),
  );
  await assert.rejects(git.cloneBare('/some/path', target), refusal('invalid'));
  await assert.rejects(git.cloneBare('ext::sh -c touch% x', target), refusal('invalid'));
  assert.equal(existsSync(join(folder, 'town')), false);

  const source = join(folder, 'source');
  createRepository(source);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'mine'), '');
  await assert.rejects(git.cloneBare(`file://${source}`, target), refusal('taken'));
  assert.deepEqual(readdirSync(target), ['mine']);
});

test('a clone that breaks off is taken away with the folders made for it', async (t) => {
  const folder = tempFolder(t);
  const source = join(folder, 'source');
  createRepository(source);
  const blob = plainGit(source, 'rev-parse', 'HEAD:README.md');
  rmSync(join(source, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  const git = ourGit(folder);
  await assert.rejects(
    git.cloneBare(`file://${source}`, join(folder, 'town', 'rig', 'r.git')),
    refusal('git', /fetch failed/),
  );
  assert.equal(existsSync(join(folder, 'town')), false);
});

test('a remote whose HEAD names no branch still has a default one, or says which there are', async (t) => {
  const { git, repository, remote, top, folder, url } = await clonedRepository(t);
  assert.equal(await git.defaultBranch(repository), 'main');
  plainGit(remote, 'symbolic-ref', 'HEAD', 'refs/heads/nowhere');
  plainGit(top, 'push', '--quiet', remote, 'HEAD:refs/heads/one', 'HEAD:refs/heads/two', ':main');
  const { gitDirectory } = await git.cloneBare(url, join(folder, 'second.git'));
  const second: Repository = { ...repository, gitDirectory };
  await assert.rejects(git.defaultBranch(second), refusal('git', /one|two/));
  await assert.rejects(
    git.requireBranch(second, 'main'),
    refusal('git', /no branch main; there are (one, two|two, one)/),
  );
});

test('a local path is used where it is, from any folder in it and through its worktrees', async (t) => {
  const { git, repository, top, folder, first } = await localRepository(t, { 'src/a.ts': '1' });
  assert.equal(repository.gitDirectory, join(top, '.git'));
  plainGit(top, 'worktree', 'add', '--quiet', '-b', 'other', join(folder, 'other'));
  symlinkSync(top, join(folder, 'link'));
  for (const path of [join(top, 'src'), join(folder, 'other'), join(folder, 'link')]) {
    assert.deepEqual(await git.openLocal(path), { gitDirectory: join(top, '.git'), bare: false });
  }
  const bare = join(folder, 'bare.git');
  bareRemote(top, bare);
  assert.deepEqual(await git.openLocal(bare), { gitDirectory: bare, bare: true });
  assert.equal(git.targetRef(repository, 'main'), 'refs/heads/main');
  assert.equal(await git.requireBranch(repository, 'main'), first);
  assert.equal(await git.defaultBranch(repository), 'main');
  assert.deepEqual((await git.branches(repository)).toSorted(), ['main', 'other']);
  await assert.rejects(git.requireBranch(repository, 'none'), refusal('git', /main/));
  await git.fetch(repository);
  assert.equal(tip(top), first);
});

test('a path without repository, without commits or without folder is refused', async (t) => {
  const folder = tempFolder(t);
  const git = ourGit(folder);
  mkdirSync(join(folder, 'plain'));
  await assert.rejects(git.openLocal(join(folder, 'plain')), refusal('git', /not in a git repository/));
  await assert.rejects(git.openLocal(join(folder, 'gone')), refusal('not-found'));
  await assert.rejects(git.openLocal('relative'), refusal('invalid'));
  mkdirSync(join(folder, 'new'));
  plainGit(join(folder, 'new'), 'init', '--quiet');
  await assert.rejects(git.openLocal(join(folder, 'new')), refusal('git', /no commits yet/));
});
