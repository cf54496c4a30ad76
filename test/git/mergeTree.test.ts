import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sha } from '../../server/domain/ids.ts';
import { commit, git as plainGit, tip, write } from '../support/repository.ts';
import { localRepository, ourGit, refusal, type Local } from './fixture.ts';

const lines = (...changed: string[]): string => ['one', 'two', 'three', ...changed].join('\n');

const files = { 'src/auth.ts': lines(), 'a b/ü\n.txt': lines(), 'README.md': 'Hello\n' };

/** Everything that a repository and its worktrees are made of, with bytes and times; of objects, which git touches as it reads, the bytes. */
function everythingIn(folder: string): Record<string, string> {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    all
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [
        path,
        `${path.includes('/objects/') ? '' : statSync(path).mtimeMs} ${readFileSync(path).toString('base64')}`,
      ]),
  );
}

async function worktree(
  { git, repository, folder, first }: Local,
  name: string,
  changes: Record<string, string | undefined>,
): Promise<string> {
  const directory = join(folder, 'worktrees', name);
  await git.addWorktree(repository, { directory, branch: `polecat/${name}`, start: first });
  commit(directory, changes, name);
  return directory;
}

test('two sides collide in the files that git says, whatever these are called, and nothing of theirs changes', async (t) => {
  const local = await localRepository(t, files);
  const nux = await worktree(local, 'nux', { 'src/auth.ts': lines('nux'), 'a b/ü\n.txt': lines('nux') });
  const slit = await worktree(local, 'slit', { 'src/auth.ts': lines('slit'), 'a b/ü\n.txt': lines('slit') });
  // Uncommitted, and staged in part.
  write(slit, { 'README.md': 'Hello, slit\n' });
  plainGit(slit, 'add', 'README.md');
  write(slit, { 'README.md': 'Hello, slit!\n', 'untracked.txt': 'new\n' });
  const { git, repository, folder, top } = local;
  const before = [everythingIn(top), everythingIn(join(folder, 'worktrees'))];
  const scratch = { directory: join(folder, 'scratch'), clones: [] };
  await git.openScratchObjects(scratch.directory);
  const ours = await git.workOf(repository, nux, scratch);
  const theirs = await git.workOf(repository, slit, scratch);
  assert.equal(ours.commit, ours.tip);
  assert.notEqual(theirs.commit, theirs.tip);
  const collide = await git.mergeTree(repository, [ours.commit, theirs.commit], scratch);
  assert.deepEqual(collide.toSorted(), ['a b/ü\n.txt', 'src/auth.ts']);
  assert.deepEqual(await git.mergeTree(repository, [ours.commit, local.first], scratch), []);
  const since = await git.filesSince(repository, { target: local.first, commit: theirs.commit }, scratch);
  assert.deepEqual(since?.toSorted(), ['README.md', 'a b/ü\n.txt', 'src/auth.ts']);
  assert.deepEqual([everythingIn(top), everythingIn(join(folder, 'worktrees'))], before);
  assert.ok(readdirSync(scratch.directory).length > 0, 'the objects lie in the scratch folder');
  await git.removeScratchObjects(scratch.directory);
  assert.equal(existsSync(scratch.directory), false);
});

test('uncommitted work alone collides, an edit that kept size and second with it', async (t) => {
  const local = await localRepository(t, files);
  const nux = await worktree(local, 'nux', { 'src/auth.ts': lines('nux') });
  const slit = await worktree(local, 'slit', { 'README.md': 'Hi\n' });
  write(slit, { 'src/auth.ts': 'one\ntwo\nTHREE' });
  const { git, repository, folder } = local;
  const scratch = { directory: join(folder, 'scratch'), clones: [] };
  await git.openScratchObjects(scratch.directory);
  const [ours, theirs] = [
    await git.workOf(repository, nux, scratch),
    await git.workOf(repository, slit, scratch),
  ];
  assert.deepEqual(await git.mergeTree(repository, [ours.commit, theirs.commit], scratch), ['src/auth.ts']);
});

test('a clone lends its objects, which the repository does not get', async (t) => {
  const local = await localRepository(t, files);
  const { git, repository, folder, first } = local;
  const nux = await worktree(local, 'nux', { 'src/auth.ts': lines('nux') });
  const directory = join(folder, 'clone');
  await git.addClone(repository, { directory, branch: 'polecat/slit', start: first });
  const own = commit(directory, { 'src/auth.ts': lines('slit') });
  const scratch = { directory: join(folder, 'scratch'), clones: [directory] };
  await git.openScratchObjects(scratch.directory);
  const ours = await git.workOf(repository, nux, scratch);
  const theirs = await git.workOf(git.cloneAt(directory), directory, scratch);
  assert.equal(theirs.tip, own);
  assert.deepEqual(await git.mergeTree(repository, [ours.commit, theirs.commit], scratch), ['src/auth.ts']);
  assert.equal(await git.resolve(repository, own), undefined);
});

test('what cannot be merged is refused, and is not told as free of conflicts', async (t) => {
  const { git, repository, folder, first, top } = await localRepository(t, files);
  plainGit(top, 'checkout', '--quiet', '--orphan', 'other');
  const other = commit(top, { 'README.md': 'Another beginning\n' });
  const scratch = { directory: join(folder, 'scratch'), clones: [] };
  await git.openScratchObjects(scratch.directory);
  await assert.rejects(git.mergeTree(repository, [first, other], scratch), refusal('git'));
  await assert.rejects(git.mergeTree(repository, [first, 'f'.repeat(40) as Sha], scratch), refusal('git'));
  assert.equal(await git.filesSince(repository, { target: first, commit: other }, scratch), undefined);
  assert.equal((await git.workAt(repository, tip(top))).commit, other);
});

test('an older git is told apart from a merge that fails', async (t) => {
  const { folder } = await localRepository(t, files);
  const program = join(folder, 'bin', 'git');
  write(folder, { 'bin/git': '#!/bin/sh\necho git version 2.34.1\n' });
  const { chmodSync } = await import('node:fs');
  chmodSync(program, 0o755);
  const old = ourGit(folder, { environment: { PATH: join(folder, 'bin'), HOME: folder } });
  await assert.rejects(
    old.openScratchObjects(join(folder, 'scratch')),
    refusal('missing-program', /2\.38.*2\.34\.1/),
  );
});
