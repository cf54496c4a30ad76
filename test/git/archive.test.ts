import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sha } from '../../server/domain/ids.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { commit, createRepository, git as plainGit, tip, write } from '../support/repository.ts';
import { clonedRepository, localRepository, refusal } from './fixture.ts';

type Context = Parameters<typeof localRepository>[0];

/** A worktree with a commit of its own, and everything uncommitted that there is. */
async function workInProgress(t: Context) {
  const files = {
    staged: '1\n',
    unstaged: '1\n',
    both: '1\n',
    gone: '1\n',
    tool: '1\n',
    '.gitignore': 'ignored\n',
  };
  const { git, repository, first, folder } = await clonedRepository(t, files);
  const directory = join(folder, 'polecats', 'nux-1');
  await git.addWorktree(repository, { directory, branch: 'polecat/nux', start: first });
  const own = commit(directory, { own: '1\n' });
  write(directory, { staged: '2\n', both: '2\n', 'new staged': '1\n' });
  plainGit(directory, 'add', 'staged', 'both', 'new staged');
  write(directory, { unstaged: '2\n', both: '3\n', gone: undefined, 'un/tracked ü': '1\n', ignored: '1\n' });
  chmodSync(join(directory, 'tool'), 0o755);
  symlinkSync('../nowhere', join(directory, 'link'));
  return { git, repository, folder, directory, own };
}

function picture(directory: string) {
  return {
    status: plainGit(directory, 'status', '--porcelain=v1', '--untracked-files=all'),
    staged: plainGit(directory, 'diff', '--cached'),
    unstaged: plainGit(directory, 'diff'),
    head: tip(directory),
    untracked: readFileSync(join(directory, 'un/tracked ü'), 'utf8'),
    link: readlinkSync(join(directory, 'link')),
    executable: (lstatSync(join(directory, 'tool')).mode & 0o100) !== 0,
  };
}

test('what was staged, changed, deleted, new, executable or a link goes and comes back as it was', async (t) => {
  const { git, repository, folder, directory, own } = await workInProgress(t);
  const before = picture(directory);
  const archive = await git.archive(repository, directory, 'nux-1');
  assert.deepEqual(picture(directory), before);
  assert.equal(archive.ref, 'refs/gastown/archive/nux-1');
  assert.equal(archive.tip, own);
  assert.equal(await git.resolve(repository, archive.ref), archive.sha);

  await git.removeWorktree(repository, directory, archive);
  assert.equal(existsSync(directory), false);
  assert.equal((await git.listWorktrees(repository)).length, 1);
  assert.deepEqual(
    plainGit(repository.gitDirectory, 'for-each-ref', '--format=%(refname)', 'refs/heads'),
    'refs/heads/polecat/nux',
  );
  await git.removeWorktree(repository, directory, archive);
  await git.deleteBranch(repository, 'polecat/nux', own);

  const again = join(folder, 'polecats', 'nux-2');
  const head = await git.restore(repository, archive.ref, { directory: again, branch: 'polecat/nux' });
  assert.deepEqual(head, { top: again, branch: 'polecat/nux', sha: own });
  assert.deepEqual(picture(again), before);
  assert.equal(existsSync(join(again, 'ignored')), false);
});

test('a branch that is still there is taken up again; one that stands elsewhere is not touched', async (t) => {
  const { git, repository, folder, directory, own } = await workInProgress(t);
  const archive = await git.archive(repository, directory, 'nux-1');
  await git.removeWorktree(repository, directory, archive);
  const again = join(folder, 'again');
  assert.equal(
    (await git.restore(repository, archive.ref, { directory: again, branch: 'polecat/nux' })).sha,
    own,
  );
  const place = { directory: join(folder, 'third'), branch: 'polecat/nux' };
  await assert.rejects(git.restore(repository, archive.ref, place), refusal('git', /already/));
  commit(again, { own: '2\n' });
  await assert.rejects(git.restore(repository, archive.ref, place), refusal('taken'));
  await assert.rejects(git.restore(repository, 'refs/heads/polecat/nux', place), refusal('not-found'));
  await assert.rejects(git.restore(repository, 'refs/gastown/archive/none', place), refusal('not-found'));
  assert.equal(existsSync(place.directory), false);
});

test('nothing is removed unless the archive resolves and holds what lies there now', async (t) => {
  const { git, repository, directory } = await workInProgress(t);
  const none = { ref: 'refs/gastown/archive/none', sha: 'f'.repeat(40) as Sha };
  await assert.rejects(
    git.removeWorktree(repository, directory, none),
    refusal('uncommitted', /does not resolve/),
  );
  const archive = await git.archive(repository, directory, 'nux-1');
  const other = { ref: archive.ref, sha: archive.tip };
  await assert.rejects(
    git.removeWorktree(repository, directory, other),
    refusal('uncommitted', /does not resolve/),
  );
  const branch = { ref: 'refs/heads/polecat/nux', sha: archive.tip };
  await assert.rejects(
    git.removeWorktree(repository, directory, branch),
    refusal('uncommitted', /changed since/),
  );

  for (const change of [
    () => write(directory, { late: '1' }),
    () => plainGit(directory, 'add', 'late'),
    () => void commit(directory, {}, 'Late'),
  ]) {
    change();
    await assert.rejects(
      git.removeWorktree(repository, directory, archive),
      refusal('uncommitted', /changed since/),
    );
  }
  assert.ok(existsSync(join(directory, 'late')));
  const newer = await git.archive(repository, directory, 'nux-1');
  assert.notEqual(newer.ref, archive.ref);
  assert.equal(await git.resolve(repository, archive.ref), archive.sha);
  plainGit(repository.gitDirectory, 'update-ref', '-d', newer.ref);
  await assert.rejects(
    git.removeWorktree(repository, directory, newer),
    refusal('uncommitted', /does not resolve/),
  );
  assert.ok(existsSync(join(directory, 'late')));
});

test('the same archive twice is one', async (t) => {
  const { git, repository, directory } = await workInProgress(t);
  const archive = await git.archive(repository, directory, 'nux-1');
  assert.deepEqual(await git.archive(repository, directory, 'nux-1'), archive);
});

test('another archive of a taken name, made again at once, stays where it is', async (t) => {
  const { git, repository, directory } = await workInProgress(t);
  const first = await git.archive(repository, directory, 'nux-1');
  write(directory, { more: '1\n' });
  // Two of these fall into one second.
  for (let times = 0; times < 5; times++) {
    const { ref, sha } = await git.archive(repository, directory, 'nux-1');
    assert.notEqual(ref, first.ref);
    assert.equal(tip(directory, ref), sha);
  }
  assert.equal(tip(directory, first.ref), first.sha);
});

test('an edit within the second of the last git add, of the same size, is kept', async (t) => {
  const { git, repository, folder, first } = await localRepository(t, { a: '1\n' });
  const directory = join(folder, 'w');
  await git.addWorktree(repository, { directory, branch: 'x', start: first });
  plainGit(directory, 'config', 'core.trustctime', 'false');
  const second = new Date(Date.now() - 60_000).setMilliseconds(0) / 1000;
  utimesSync(join(directory, 'a'), second, second);
  plainGit(directory, 'update-index', '--refresh');
  utimesSync(join(repository.gitDirectory, 'worktrees', 'w', 'index'), second, second);
  write(directory, { a: '2\n' });
  utimesSync(join(directory, 'a'), second, second);
  const archive = await git.archive(repository, directory, 'x');
  assert.equal(await git.fileAt(repository, archive.sha, 'a'), '2\n');
});

test('conflicts of a merge under way are kept too', async (t) => {
  const { git, repository, folder, top } = await localRepository(t, { a: '1\n' });
  const directory = join(folder, 'w');
  await git.addWorktree(repository, { directory, branch: 'x', start: tip(top) });
  commit(directory, { a: 'x\n' });
  commit(top, { a: 'main\n' });
  assert.throws(() => plainGit(directory, 'merge', 'main'));
  const archive = await git.archive(repository, directory, 'x');
  await git.removeWorktree(repository, directory, archive);
  const again = join(folder, 'again');
  await git.restore(repository, archive.ref, { directory: again, branch: 'x' });
  assert.match(readFileSync(join(again, 'a'), 'utf8'), /<<<<<<< HEAD\nx\n=======\nmain\n/);
});

test('links in a worktree are unlinked, folders without write permission go', async (t) => {
  const { git, repository, folder, first } = await localRepository(t, { '.gitignore': 'cache\nlink\n' });
  const directory = join(folder, 'w');
  const precious = join(folder, 'precious');
  write(precious, { file: '1' });
  await git.addWorktree(repository, { directory, branch: 'x', start: first });
  symlinkSync(precious, join(directory, 'link'));
  write(directory, { 'cache/deep/file': '1' });
  chmodSync(join(directory, 'cache/deep'), 0o500);
  const archive = await git.archive(repository, directory, 'x');
  await git.removeWorktree(repository, directory, archive);
  assert.deepEqual([existsSync(directory), existsSync(join(precious, 'file'))], [false, true]);
});

test('a submodule with work that only it has keeps its worktree; one that is pushed, or given up, does not', async (t) => {
  const { git, repository, folder, first } = await localRepository(t, { a: '1\n' });
  const library = join(folder, 'library');
  createRepository(library, { files: { 'lib.c': '1\n' } });
  plainGit(library, 'config', 'receive.denyCurrentBranch', 'ignore');
  const begin = async (name: string) => {
    const directory = join(folder, name);
    await git.addWorktree(repository, { directory, branch: name, start: first });
    const from = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'vendor/lib'];
    plainGit(directory, ...from);
    commit(directory, {}, 'With a library');
    const inner = join(directory, 'vendor', 'lib');
    const remove = async () =>
      git.removeWorktree(repository, directory, await git.archive(repository, directory, name));
    return { directory, inner, remove };
  };
  const untouched = await begin('untouched');
  await untouched.remove();
  assert.equal(existsSync(untouched.directory), false);

  const { directory, inner, remove } = await begin('changed');
  write(inner, { 'new.c': '1\n' });
  await assert.rejects(remove(), refusal('uncommitted', /vendor\/lib.*1 not committed/));
  commit(inner, { 'new.c': '1\n' });
  await assert.rejects(remove(), refusal('uncommitted', /vendor\/lib.*1 commit not pushed/));
  write(inner, { 'new.c': '2\n' });
  plainGit(inner, 'stash');
  await assert.rejects(remove(), refusal('uncommitted', /a stash/));
  plainGit(inner, 'stash', 'drop', '--quiet');
  plainGit(inner, 'push', '--quiet', 'origin', 'HEAD:main');
  await remove();
  assert.equal(existsSync(directory), false);

  const other = await begin('given-up');
  commit(other.inner, { 'new.c': '3\n' });
  plainGit(other.directory, 'submodule', '--quiet', 'deinit', '--all', '--force');
  const error = await other.remove().then(
    () => undefined,
    (why: unknown) => why,
  );
  assert.ok(error instanceof Refusal);
  const given = /give it up: rm -r (.*)$/u.exec(error.details.next ?? '')?.[1] ?? '';
  assert.ok(existsSync(join(given, 'HEAD')), error.details.next);
  rmSync(given, { recursive: true });
  await other.remove();
  assert.equal(existsSync(other.directory), false);
});

test('of a folder somebody deleted, tip and index are kept, and what git had of it goes', async (t) => {
  const { git, repository, folder, directory, own } = await workInProgress(t);
  rmSync(directory, { recursive: true });
  const archive = await git.archive(repository, directory, 'nux-1');
  assert.equal(archive.tip, own);
  await git.removeWorktree(repository, directory, archive);
  assert.equal((await git.listWorktrees(repository)).length, 1);
  const again = join(folder, 'again');
  await git.restore(repository, archive.ref, { directory: again, branch: 'polecat/nux' });
  assert.equal(plainGit(again, 'status', '--porcelain'), 'M  both\nA  "new staged"\nM  staged');
  await assert.rejects(git.archive(repository, join(folder, 'never'), 'x'), refusal('not-found'));
});

test('a removal that was cut short is finished, and the first archive keeps what was there', async (t) => {
  const { git, repository, folder, directory } = await workInProgress(t);
  const before = picture(directory);
  const first = await git.archive(repository, directory, 'nux-1');
  for (const entry of ['staged', 'un', 'tool']) rmSync(join(directory, entry), { recursive: true });
  const second = await git.archive(repository, directory, 'nux-1');
  await git.removeWorktree(repository, directory, second);
  const again = join(folder, 'again');
  await git.restore(repository, first.ref, { directory: again, branch: 'polecat/nux' });
  assert.deepEqual(picture(again), before);

  const third = await git.archive(repository, again, 'nux-3');
  rmSync(again, { recursive: true });
  mkdirSync(again);
  await git.removeWorktree(repository, again, third);
  assert.equal((await git.listWorktrees(repository)).length, 1);
});

test('the repository itself, other folders and a worktree without its .git are left alone', async (t) => {
  const { git, repository, folder, top, first } = await localRepository(t);
  const archive = await git.archive(repository, top, 'main');
  await assert.rejects(git.removeWorktree(repository, top, archive), refusal('forbidden'));
  write(join(folder, 'other'), { file: '1' });
  await assert.rejects(git.removeWorktree(repository, join(folder, 'other'), archive), refusal('not-found'));
  const directory = join(folder, 'w');
  await git.addWorktree(repository, { directory, branch: 'x', start: first });
  unlinkSync(join(directory, '.git'));
  await assert.rejects(git.removeWorktree(repository, directory, archive), refusal('not-found'));
  assert.ok(
    existsSync(join(top, 'README.md')) && existsSync(join(folder, 'other', 'file')) && existsSync(directory),
  );
});

test('refs of the town are told apart and all of them go: archives, tips, what crashed sessions had committed', async (t) => {
  const { git, repository, top, first } = await localRepository(t);
  const second = commit(top, { b: '1\n' });
  const crash = 'refs/gastown/crash/s-1';
  for (const ref of ['refs/gastown/archive/nux', 'refs/gastown/tips/mr-1', crash])
    plainGit(top, 'update-ref', ref, second);
  assert.deepEqual(
    (await git.crashRefs(repository)).map(({ ref, sha }) => [ref, sha]),
    [[crash, second]],
  );
  assert.equal((await git.archiveRefs(repository)).length, 1);
  assert.equal(await git.deleteCrashRef(repository, { ref: crash, sha: first }), false);
  assert.equal(tip(top, crash), second);
  const other = { ref: 'refs/gastown/archive/nux', sha: second };
  await assert.rejects(git.deleteCrashRef(repository, other), /keeps no crashed session/);
  assert.equal((await git.ownTownRefs(repository)).length, 3);
  assert.equal(await git.deleteCrashRef(repository, { ref: crash, sha: second }), true);
  assert.equal(await git.deleteCrashRef(repository, { ref: crash, sha: second }), false);
  plainGit(top, 'update-ref', crash, second);
  await git.deleteTownRefs(repository);
  assert.equal(plainGit(top, 'for-each-ref', 'refs/gastown'), '');
});
