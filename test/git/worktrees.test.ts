import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sha } from '../../server/domain/ids.ts';
import { commit, createRepository, git as plainGit, tip, write } from '../support/repository.ts';
import { ann, clonedRepository, localRepository, refusal } from './fixture.ts';

test('24 worktrees made at once are 24 worktrees, each on its branch, and no stray branch', async (t) => {
  const { git, repository, first, folder } = await clonedRepository(t);
  const numbers = Array.from({ length: 24 }, (_, index) => index);
  const heads = await Promise.all(
    numbers.map((number) =>
      git.addWorktree(repository, {
        directory: join(folder, 'polecats', `p${number}`),
        branch: `polecat/p${number}/be-auth`,
        start: first,
      }),
    ),
  );
  for (const [number, head] of heads.entries()) {
    assert.deepEqual(head, {
      top: join(folder, 'polecats', `p${number}`),
      branch: `polecat/p${number}/be-auth`,
      sha: first,
    });
    assert.ok(existsSync(join(head.top, 'README.md')));
  }
  assert.equal((await git.listWorktrees(repository)).filter(({ main }) => !main).length, 24);
  assert.equal(
    plainGit(repository.gitDirectory, 'for-each-ref', '--format=x', 'refs/heads').split('\n').length,
    24,
  );
  assert.doesNotMatch(plainGit(repository.gitDirectory, 'config', '--list'), /^branch\./m);
});

test('a worktree that cannot be made leaves neither folder nor branch', async (t) => {
  const { git, repository, first, folder, top } = await localRepository(t);
  const directory = join(folder, 'made', 'for', 'it');
  const branches = () => plainGit(top, 'for-each-ref', '--format=%(refname)').split('\n');
  await assert.rejects(
    git.addWorktree(repository, { directory, branch: 'a', start: 'f'.repeat(40) as Sha }),
    refusal('git'),
  );
  await assert.rejects(
    git.addWorktree(repository, { directory, branch: 'main', start: first }),
    refusal('taken'),
  );
  await assert.rejects(
    git.addWorktree(repository, { directory, branch: 'main/x', start: first }),
    refusal('git'),
  );
  await assert.rejects(
    git.addWorktree(repository, { directory, branch: '$(id)', start: first }),
    refusal('invalid'),
  );
  assert.equal(existsSync(join(folder, 'made')), false);
  mkdirSync(directory, { recursive: true });
  write(directory, { mine: '1' });
  await assert.rejects(
    git.addWorktree(repository, { directory, branch: 'b', start: first }),
    refusal('taken'),
  );
  assert.deepEqual(readdirSync(directory), ['mine']);
  assert.deepEqual(branches(), ['refs/heads/main']);
  assert.equal((await git.listWorktrees(repository)).length, 1);
});

test('a checkout that fails half way is taken back', async (t) => {
  const { git, repository, folder, top } = await localRepository(t, { a: '1', b: '2' });
  const blob = plainGit(top, 'rev-parse', 'HEAD:b');
  rmSync(join(top, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  const directory = join(folder, 'w');
  await assert.rejects(
    git.addWorktree(repository, { directory, branch: 'x', start: tip(top) }),
    refusal('git'),
  );
  assert.equal(existsSync(directory), false);
  assert.equal(await git.resolve(repository, 'refs/heads/x'), undefined);
  assert.equal((await git.listWorktrees(repository)).length, 1);
});

test('what git lists is read whole, odd names, locks and missing folders included', async (t) => {
  const { git, repository, first, folder, top } = await localRepository(t);
  const odd = join(folder, 'a\nworktree b');
  plainGit(top, 'worktree', 'add', '--quiet', '--detach', odd);
  await git.addWorktree(repository, { directory: join(folder, 'ours'), branch: 'x', start: first });
  await git.addScratch(repository, join(folder, 'scratch'), first);
  rmSync(odd, { recursive: true });
  const listed = await git.listWorktrees(repository);
  assert.deepEqual(
    listed.map(({ directory, branch, main, locked, exists }) => ({
      directory,
      branch,
      main,
      locked,
      exists,
    })),
    [
      { directory: top, branch: 'main', main: true, locked: undefined, exists: true },
      { directory: odd, branch: undefined, main: false, locked: undefined, exists: false },
      { directory: join(folder, 'ours'), branch: 'x', main: false, locked: 'gastown', exists: true },
      {
        directory: join(folder, 'scratch'),
        branch: undefined,
        main: false,
        locked: 'gastown scratch',
        exists: true,
      },
    ],
  );
  plainGit(top, 'worktree', 'prune');
  assert.equal((await git.listWorktrees(repository)).length, 3);
});

test('the folders that hold a branch are named, a rebase under way included', async (t) => {
  const { git, repository, first, folder, top } = await localRepository(t);
  assert.deepEqual(await git.checkoutsOf(repository, 'main'), [top]);
  await git.addWorktree(repository, { directory: join(folder, 'w'), branch: 'x', start: first });
  assert.deepEqual(await git.checkoutsOf(repository, 'x'), [join(folder, 'w')]);
  assert.deepEqual(await git.checkoutsOf(repository, 'none'), []);
  plainGit(top, 'checkout', '--quiet', '-b', 'other');
  commit(top, { 'README.md': 'other\n' });
  plainGit(top, 'checkout', '--quiet', 'main');
  commit(top, { 'README.md': 'main\n' });
  assert.throws(() => plainGit(top, 'rebase', 'other'));
  assert.deepEqual(await git.checkoutsOf(repository, 'main'), [top]);
  const refused = await git.mergeFastForwardInCheckout(repository, top, {
    branch: 'main',
    sha: tip(top, 'other'),
  });
  assert.equal(refused.kind, 'refused');
});

test('work in a worktree is seen and committed, by whom it is said', async (t) => {
  const { git, repository, first, folder } = await localRepository(t, {
    a: '1',
    b: '2',
    '.gitignore': 'ignored\n',
  });
  const directory = join(folder, 'w');
  await git.addWorktree(repository, { directory, branch: 'x', start: first });
  assert.deepEqual(await git.status(repository, directory), []);
  const message = '#1 "quoted"; $(touch x)\n\n# kept';
  await assert.rejects(
    git.commitAll(repository, directory, { message, identity: ann }),
    refusal('no-commits'),
  );
  write(directory, { a: '2', b: undefined, 'new/ü x': '3', ignored: '4' });
  assert.deepEqual(
    (await git.status(repository, directory)).map(({ code, path }) => `${code} ${path}`),
    [' M a', ' D b', '?? new/ü x'],
  );
  await assert.rejects(
    git.commitAll(repository, directory, { message: ' \n', identity: ann }),
    refusal('invalid'),
  );
  const sha = await git.commitAll(repository, directory, { message, identity: ann });
  assert.deepEqual(await git.headOf(repository, directory), { top: directory, branch: 'x', sha });
  assert.equal(
    plainGit(directory, 'log', '-1', '--format=%an <%ae> %cn%n%B'),
    `nux <${ann.email}> nux\n${message}\n`.trimEnd(),
  );
  assert.deepEqual(await git.status(repository, directory), []);
});

test('another repository inside is not committed as a bare name', async (t) => {
  const { git, repository, first, folder } = await localRepository(t);
  const directory = join(folder, 'w');
  await git.addWorktree(repository, { directory, branch: 'x', start: first });
  createRepository(join(directory, 'inner'));
  await assert.rejects(
    git.commitAll(repository, directory, { message: 'x', identity: ann }),
    refusal('uncommitted', /inner/),
  );
  await assert.rejects(git.archive(repository, directory, 'x'), refusal('uncommitted', /inner/));
  assert.deepEqual(await git.headOf(repository, directory).then(({ sha }) => sha), first);
});

test('a folder of another repository, or of none, is the wrong place', async (t) => {
  const { git, repository, first, folder } = await localRepository(t);
  const directory = join(folder, 'w');
  await git.addWorktree(repository, { directory, branch: 'x', start: first });
  const other = join(folder, 'other');
  createRepository(other);
  mkdirSync(join(directory, 'sub'));
  for (const wrong of [other, join(directory, 'sub'), folder]) {
    await assert.rejects(git.headOf(repository, wrong), refusal('wrong-place'));
    await assert.rejects(git.status(repository, wrong), refusal('wrong-place'));
  }
  await assert.rejects(git.headOf(repository, join(folder, 'gone')), refusal('not-found'));
  writeFileSync(join(directory, '.git'), `gitdir: ${other}/.git\n`);
  await assert.rejects(git.status(repository, directory), refusal('wrong-place'));
  await assert.rejects(
    git.commitAll(repository, directory, { message: 'x', identity: ann }),
    refusal('wrong-place'),
  );
});

test('a configuration that sends git to another folder is the wrong place', async (t) => {
  const { git, repository, top, folder, first } = await localRepository(t);
  const elsewhere = join(folder, 'elsewhere');
  write(elsewhere, { 'README.md': 'precious\n' });
  plainGit(top, 'checkout', '--quiet', '-b', 'x');
  const second = commit(top, { 'README.md': 'new\n' });
  plainGit(top, 'checkout', '--quiet', 'main');
  plainGit(top, 'config', 'core.worktree', elsewhere);
  const landing = { branch: 'main', sha: second };
  await assert.rejects(
    git.mergeFastForwardInCheckout(repository, top, landing),
    refusal('wrong-place', /works in/),
  );
  await assert.rejects(
    git.commitAll(repository, top, { message: 'x', identity: ann }),
    refusal('wrong-place'),
  );
  assert.equal(await git.resolve(repository, 'refs/heads/main'), first);
});

test('an add is undone while nothing was done there, finished or cut short', async (t) => {
  const { git, repository, first, folder } = await localRepository(t);
  const request = { directory: join(folder, 'w'), branch: 'x', start: first };
  const gone = async () => {
    assert.equal(existsSync(request.directory), false);
    assert.equal(await git.resolve(repository, 'refs/heads/x'), undefined);
    assert.equal((await git.listWorktrees(repository)).length, 1);
  };
  await git.discardWorktree(repository, request);
  await gone();
  await git.addWorktree(repository, request);
  await git.discardWorktree(repository, request);
  await gone();

  await git.addWorktree(repository, request);
  rmSync(join(repository.gitDirectory, 'worktrees', 'w', 'index'));
  await git.discardWorktree(repository, request);
  await gone();

  await git.addWorktree(repository, request);
  rmSync(request.directory, { recursive: true });
  await git.discardWorktree(repository, request);
  await gone();

  await git.addWorktree(repository, request);
  write(request.directory, { work: '1' });
  await assert.rejects(git.discardWorktree(repository, request), refusal('uncommitted'));
  commit(request.directory, { work: '2' });
  await assert.rejects(git.discardWorktree(repository, request), refusal('uncommitted'));
  assert.ok(existsSync(join(request.directory, 'work')));
});

test('a branch is deleted only where it stands as said, is checked out nowhere and is kept elsewhere', async (t) => {
  const { git, repository, first, top } = await localRepository(t);
  plainGit(top, 'checkout', '--quiet', '-b', 'x');
  const second = commit(top, { a: '1' });
  await assert.rejects(git.deleteBranch(repository, 'x', first), refusal('stale'));
  await assert.rejects(git.deleteBranch(repository, 'x', second), refusal('in-use', /checked out/));
  plainGit(top, 'checkout', '--quiet', 'main');
  await assert.rejects(git.deleteBranch(repository, 'x', second), refusal('in-use', /no other ref/));
  await git.updateRef(repository, 'refs/gastown/archive/x', { old: undefined, new: second });
  await git.deleteBranch(repository, 'x', second);
  assert.equal(await git.resolve(repository, 'refs/heads/x'), undefined);
  await git.deleteBranch(repository, 'x', second);
});

test('only folders that git lists go, links in them are not followed', async (t) => {
  const { git, repository, first, folder, top } = await localRepository(t);
  const scratch = join(folder, 'scratch');
  const precious = join(folder, 'precious');
  write(precious, { file: '1' });
  await git.addScratch(repository, scratch, first);
  symlinkSync(precious, join(scratch, 'node_modules'));
  await git.removeScratch(repository, scratch);
  await git.removeScratch(repository, scratch);
  assert.deepEqual([existsSync(scratch), existsSync(join(precious, 'file'))], [false, true]);

  await assert.rejects(git.removeScratch(repository, precious), refusal('not-found'));
  await assert.rejects(git.removeScratch(repository, top), refusal('forbidden'));
  await git.addWorktree(repository, { directory: join(folder, 'w'), branch: 'x', start: first });
  await assert.rejects(git.removeScratch(repository, join(folder, 'w')), refusal('forbidden'));

  await git.addScratch(repository, scratch, first);
  renameSync(scratch, join(folder, 'moved'));
  symlinkSync(precious, scratch);
  await assert.rejects(git.removeScratch(repository, scratch), refusal('not-found'));
  assert.ok(existsSync(join(precious, 'file')));
});
