import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Sha } from '../../server/domain/ids.ts';
import { commit, git as plainGit, tip, write } from '../support/repository.ts';
import { type Cloned, clonedRepository, type Local, localRepository, refusal } from './fixture.ts';

const branch = 'polecat/nux/be-auth-1';

interface Made<Where extends Local> {
  readonly here: Where;
  readonly clone: string;
  readonly request: { readonly directory: string; readonly branch: string; readonly start: Sha };
}

async function made<Where extends Local>(here: Where): Promise<Made<Where>> {
  const clone = join(here.folder, 'polecats', 'nux-1');
  const request = { directory: clone, branch, start: here.first };
  await here.git.addClone(here.repository, request);
  return { here, clone, request };
}

const branchesOf = (directory: string): string[] =>
  plainGit(directory, 'for-each-ref', '--format=%(refname)', 'refs/heads/').split('\n').filter(Boolean);

function allRefs(directory: string): string[] {
  return plainGit(directory, 'for-each-ref', '--format=%(refname)').split('\n').filter(Boolean);
}

/** Every file below a folder that has more than one name on the disk. */
function linked(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && lstatSync(join(entry.parentPath, entry.name)).nlink > 1)
    .map(({ name }) => name);
}

test('a clone shares neither objects nor git hooks with the repository, and has its branches and tags', async (t) => {
  const local = await localRepository(t, { a: '1\n' });
  plainGit(local.top, 'tag', 'v1');
  plainGit(local.top, 'branch', 'release');
  plainGit(local.top, 'branch', 'polecat/other/x');
  write(local.top, { '.git/hooks/post-checkout': '#!/bin/sh\nexit 1\n', '.git/info/exclude': '.secret\n' });
  chmodSync(join(local.top, '.git/hooks/post-checkout'), 0o755);
  const { clone } = await made(local);
  assert.equal(readFileSync(join(clone, 'a'), 'utf8'), '1\n');
  assert.equal(tip(clone), local.first);
  assert.deepEqual(linked(clone), []);
  assert.ok(!existsSync(join(clone, '.git/objects/info/alternates')));
  assert.ok(!existsSync(join(clone, '.git/hooks')));
  assert.equal(readFileSync(join(clone, '.git/info/exclude'), 'utf8'), '.secret\n');
  const refs = allRefs(clone);
  for (const ref of ['refs/remotes/origin/main', 'refs/remotes/origin/release', 'refs/tags/v1'])
    assert.ok(refs.includes(ref), ref);
  assert.ok(!refs.some((ref) => ref.includes('polecat/other')));
  assert.ok(branchesOf(local.top).includes(`refs/heads/${branch}`));
  assert.deepEqual(await local.git.gitDirectoriesOf(local.git.cloneAt(clone), clone), {
    common: join(clone, '.git'),
    own: join(clone, '.git'),
  });
});

test('the git folders of a linked worktree are two, absolute and real', async (t) => {
  const { git, repository, first, folder, top } = await localRepository(t);
  await git.addWorktree(repository, { directory: join(folder, 'nux'), branch, start: first });
  symlinkSync(join(folder, 'nux'), join(folder, 'link'));
  assert.deepEqual(await git.gitDirectoriesOf(repository, join(folder, 'link')), {
    common: join(top, '.git'),
    own: join(top, '.git', 'worktrees', 'nux'),
  });
});

test('of the clone of a URL, the remote is the URL', async (t) => {
  const cloned = await clonedRepository(t);
  const { clone } = await made<Cloned>(cloned);
  assert.equal(plainGit(clone, 'remote', 'get-url', 'origin'), cloned.url);
  assert.equal(tip(clone, 'refs/remotes/origin/main'), cloned.first);
});

test('a clone that cannot be made leaves neither folder nor branch', async (t) => {
  const { git, repository, first, folder, top } = await localRepository(t);
  const directory = join(folder, 'made', 'for', 'it');
  const attempt = (more: object) => git.addClone(repository, { directory, branch, start: first, ...more });
  await assert.rejects(attempt({ start: 'f'.repeat(40) }), refusal('git'));
  await assert.rejects(attempt({ branch: 'main' }), refusal('taken'));
  await assert.rejects(attempt({ branch: '$(id)' }), refusal('invalid'));
  const blob = plainGit(top, 'rev-parse', 'HEAD:README.md');
  const file = join(top, '.git', 'objects', blob.slice(0, 2), blob.slice(2));
  renameSync(file, join(folder, 'away'));
  await assert.rejects(attempt({}), refusal('git'));
  renameSync(join(folder, 'away'), file);
  assert.equal(existsSync(join(folder, 'made')), false);
  assert.deepEqual(branchesOf(top), ['refs/heads/main']);
  mkdirSync(directory, { recursive: true });
  write(directory, { mine: '1' });
  await assert.rejects(attempt({}), refusal('taken'));
  assert.deepEqual(readdirSync(directory), ['mine']);
  assert.deepEqual(branchesOf(top), ['refs/heads/main']);
});

test('commits come back to the branch; what was there and is gone from it is kept', async (t) => {
  const { here, clone } = await made(await localRepository(t));
  const { git, repository, top } = here;
  const bring = () => git.bringBack(repository, { directory: clone, branch });
  assert.equal(await bring(), here.first);
  const one = commit(clone, { work: '1\n' });
  assert.equal(await bring(), one);
  assert.equal(tip(top, `refs/heads/${branch}`), one);
  assert.equal(await bring(), one);
  plainGit(clone, 'commit', '--quiet', '--amend', '-m', 'another');
  const two = tip(clone);
  assert.equal(await bring(), two);
  assert.equal(tip(top, `refs/heads/${branch}`), two);
  assert.equal(tip(top, `refs/gastown/replaced/${branch}-${one.slice(0, 12)}`), one);
});

test('a branch that a person has checked out is not moved under them', async (t) => {
  const { here, clone } = await made(await localRepository(t));
  plainGit(here.top, 'checkout', '--quiet', branch);
  commit(clone, { work: '1\n' });
  await assert.rejects(
    here.git.bringBack(here.repository, { directory: clone, branch }),
    refusal('checkout', /is checked out/),
  );
  assert.equal(tip(here.top, `refs/heads/${branch}`), here.first);
});

test('programs that an agent writes into the configuration of its clone are not run, and stop us', async (t) => {
  const { here, clone, request } = await made(await localRepository(t));
  const { git, repository, folder } = here;
  const marker = join(folder, 'executed');
  commit(clone, { work: '1\n' });
  for (const key of ['core.fsmonitor', 'core.sshCommand', 'remote.origin.uploadpack', 'filter.evil.clean'])
    plainGit(clone, 'config', key, `touch ${marker}; false`);
  rmSync(marker, { force: true });
  const archive = { ref: 'refs/gastown/archive/nux', sha: here.first };
  await assert.rejects(git.bringBack(repository, request), refusal('unapproved'));
  await assert.rejects(git.archiveClone(repository, clone, 'nux'), refusal('unapproved'));
  await assert.rejects(git.discardClone(repository, request), refusal('unapproved'));
  await git.updateRef(repository, archive.ref, { old: undefined, new: here.first });
  await assert.rejects(git.removeClone(repository, clone, archive), refusal('unapproved'));
  assert.ok(existsSync(clone));
  assert.ok(!existsSync(marker));
});

test('all that is in a clone is kept in the repository before it goes', async (t) => {
  const { here, clone } = await made(await localRepository(t, { a: '1\n' }));
  const { git, repository, top } = here;
  const work = commit(clone, { work: '1\n' });
  plainGit(clone, 'checkout', '--quiet', '-b', 'aside');
  const aside = commit(clone, { aside: '1\n' });
  plainGit(clone, 'tag', 'mine');
  plainGit(clone, 'checkout', '--quiet', branch);
  for (const text of ['first', 'second']) {
    write(clone, { a: `${text}\n` });
    plainGit(clone, 'stash', 'push', '--quiet');
  }
  const stashes = ['stash@{0}', 'stash@{1}'].map((name) => plainGit(clone, 'rev-parse', name));
  write(clone, { a: '2\n', untracked: '1\n' });
  plainGit(clone, 'add', 'a');
  write(clone, { a: '3\n' });
  assert.equal(await git.bringBack(repository, { directory: clone, branch }), work);
  const archive = await git.archiveClone(repository, clone, 'nux/be-auth-1');
  assert.deepEqual([archive.ref, archive.tip], ['refs/gastown/archive/nux/be-auth-1', work]);
  assert.equal(plainGit(top, 'show', `${archive.ref}:a`), '3');
  assert.equal(plainGit(top, 'show', `${archive.ref}^2:a`), '2');
  assert.equal(plainGit(top, 'show', `${archive.ref}:untracked`), '1');

  write(clone, { untracked: '2\n' });
  await assert.rejects(git.removeClone(repository, clone, archive), refusal('uncommitted', /changed since/));
  const again = await git.archiveClone(repository, clone, 'nux/be-auth-1');
  assert.notEqual(again.ref, archive.ref);
  await git.removeClone(repository, clone, again);
  assert.ok(!existsSync(clone));
  await git.removeClone(repository, clone, again);
  const held = 'refs/gastown/archive/nux/be-auth-1-held';
  assert.equal(tip(top, `${held}/heads/aside`), aside);
  assert.equal(tip(top, `${held}/tags/mine`), aside);
  assert.deepEqual([tip(top, `${held}/stash/0`), tip(top, `${held}/stash/1`)], stashes);
  assert.equal(plainGit(top, 'show', `${again.ref}:untracked`), '2');
  plainGit(top, 'fsck', '--strict', '--no-dangling');
});

test('what came on the way to its place is forgotten once it is there, whatever name its archive got', async (t) => {
  const { here, clone } = await made(await localRepository(t));
  const { git, repository, top } = here;
  const arrivals = (): string[] => allRefs(top).filter((ref) => ref.startsWith('refs/gastown/clones/'));
  commit(clone, { work: '1\n' });
  await git.bringBack(repository, { directory: clone, branch });
  assert.deepEqual(arrivals(), []);
  const first = await git.archiveClone(repository, clone, 'nux/be-auth-1');
  assert.deepEqual(arrivals(), []);
  write(clone, { untracked: '1\n' });
  await git.bringBack(repository, { directory: clone, branch });
  const second = await git.archiveClone(repository, clone, 'nux/be-auth-1');
  assert.notEqual(second.ref, first.ref);
  await git.removeClone(repository, clone, second);
  assert.deepEqual(arrivals(), []);
  assert.equal(tip(top, first.ref), first.sha);
  assert.equal(tip(top, second.ref), second.sha);
});

test('what never began is taken back, wherever the making was cut short; what began is not', async (t: TestContext) => {
  const { here, clone, request } = await made(await localRepository(t, { a: '1\n' }));
  const { git, repository, top } = here;
  write(clone, { a: '2\n' });
  await assert.rejects(git.discardClone(repository, request), refusal('uncommitted', /has begun/));
  plainGit(clone, 'checkout', '--quiet', '.');
  plainGit(clone, 'branch', 'aside');
  await assert.rejects(git.discardClone(repository, request), refusal('uncommitted', /has begun/));
  plainGit(clone, 'branch', '-D', 'aside');
  // As a checkout that was cut short leaves it: git writes the index last.
  rmSync(join(clone, '.git', 'index'));
  rmSync(join(clone, 'a'));
  await git.discardClone(repository, request);
  assert.ok(!existsSync(clone));
  assert.deepEqual(branchesOf(top), ['refs/heads/main']);
  // As a removal that was cut short leaves it.
  write(`${clone}.removed`, { '.git/config': '' });
  await git.discardClone(repository, request);
  assert.deepEqual(readdirSync(join(here.folder, 'polecats')), []);
});

test('a folder that is no clone, or whose .git is a link, is left alone', async (t) => {
  const { here, clone } = await made(await localRepository(t));
  const { git, repository, folder, first } = here;
  const other = await localRepository(t);
  rmSync(join(clone, '.git'), { recursive: true });
  symlinkSync(join(other.top, '.git'), join(clone, '.git'));
  const archive = { ref: 'refs/gastown/archive/nux', sha: first };
  await git.updateRef(repository, archive.ref, { old: undefined, new: first });
  await assert.rejects(git.bringBack(repository, { directory: clone, branch }), refusal('wrong-place'));
  await assert.rejects(git.archiveClone(repository, clone, 'nux'), refusal('wrong-place'));
  await assert.rejects(git.removeClone(repository, clone, archive), refusal('wrong-place'));
  assert.ok(existsSync(join(other.top, '.git', 'HEAD')));
  mkdirSync(join(folder, 'mine'));
  writeFileSync(join(folder, 'mine', 'x'), '');
  await assert.rejects(git.removeClone(repository, join(folder, 'mine'), archive), refusal('wrong-place'));
  assert.ok(existsSync(join(folder, 'mine', 'x')));
});
