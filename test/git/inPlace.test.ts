import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { NewInPlace } from '../../server/git/inPlace.ts';
import { commit, createRepository, git as plainGit, tip, write } from '../support/repository.ts';
import { clonedRepository, type Local, localRepository, ourGit, refusal } from './fixture.ts';

const branch = 'polecat/nux/be-auth-1';

type Scene = Local & { readonly request: NewInPlace };

/** The user is on `mine`, which has other files than where the polecat begins. */
async function scene(t: TestContext): Promise<Scene> {
  const here = await localRepository(t, { 'README.md': 'Hello\n', 'shared.txt': '1\n' });
  plainGit(here.top, 'switch', '--quiet', '-c', 'mine');
  commit(here.top, { 'mine.txt': '1\n', 'shared.txt': '2\n', '.gitignore': 'ignored.txt\n' });
  const request = { directory: here.top, home: 'mine', branch, start: here.first };
  return { ...here, request };
}

const head = ({ top }: Local): string => plainGit(top, 'symbolic-ref', 'HEAD').replace('refs/heads/', '');

const isMade = ({ top }: Local): boolean =>
  plainGit(top, 'for-each-ref', '--format=%(refname)', `refs/heads/${branch}`) !== '';

const isClean = ({ top }: Local): boolean => plainGit(top, 'status', '--porcelain') === '';

const assertHome = (here: Local): void => {
  assert.deepEqual([head(here), isMade(here), isClean(here)], ['mine', false, true]);
  assert.equal(readFileSync(join(here.top, 'shared.txt'), 'utf8'), '2\n');
};

test('the checkout is switched to a branch of its own and back, without git hooks', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top, first } = here;
  write(top, { '.git/hooks/post-checkout': `#!/bin/sh\ntouch ${here.folder}/ran\n` });
  chmodSync(join(top, '.git/hooks/post-checkout'), 0o755);
  const entered = await git.enterCheckout(repository, request);
  assert.deepEqual(entered, { top, branch, sha: first });
  assert.equal(readFileSync(join(top, 'shared.txt'), 'utf8'), '1\n');
  commit(top, { 'work.txt': '1\n', '.gitignore': 'ignored.txt\n' });
  writeFileSync(join(top, 'ignored.txt'), 'kept\n');
  const archive = await git.archive(repository, top, 'nux');
  assert.equal(await git.leaveCheckout(repository, request, archive), undefined);
  assert.equal(head(here), 'mine');
  assert.equal(readFileSync(join(top, 'ignored.txt'), 'utf8'), 'kept\n');
  assert.ok(!existsSync(join(here.folder, 'ran')));
  assert.equal(await git.leaveCheckout(repository, request, archive), undefined);
});

test('wherever entering was cut short, it is undone, and asked again nothing changes', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top, first } = here;
  const states = [
    () => undefined,
    () => plainGit(top, 'update-ref', `refs/heads/${branch}`, first),
    () => git.enterCheckout(repository, request),
  ];
  for (const state of states) {
    await state();
    await git.discardCheckout(repository, request);
    assertHome(here);
    await git.discardCheckout(repository, request);
    assertHome(here);
  }
});

test('undoing leaves alone what has begun, and a git that is still at work', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top } = here;
  await git.enterCheckout(repository, request);
  const begun = refusal('uncommitted', /Work has begun/);
  const lock = join(top, '.git/index.lock');
  writeFileSync(lock, '');
  await assert.rejects(git.discardCheckout(repository, request), begun);
  rmSync(lock);
  write(top, { 'new.txt': '1\n' });
  await assert.rejects(git.discardCheckout(repository, request), begun);
  assert.ok(existsSync(join(top, 'new.txt')));
  const made = commit(top, {});
  await assert.rejects(git.discardCheckout(repository, request), begun);
  plainGit(top, 'switch', '--quiet', 'mine');
  await assert.rejects(git.discardCheckout(repository, request), begun);
  assert.equal(tip(top, `refs/heads/${branch}`), made);
});

test('undoing leaves the branch that the user has checked out meanwhile', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top } = here;
  await git.enterCheckout(repository, request);
  plainGit(top, 'switch', '--quiet', '-c', 'other');
  write(top, { 'theirs.txt': '1\n' });
  await git.discardCheckout(repository, request);
  assert.deepEqual([head(here), isMade(here)], ['other', false]);
  assert.ok(existsSync(join(top, 'theirs.txt')));
});

test('an ignored file is not overwritten, on the way there or back', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top } = here;
  plainGit(top, 'switch', '--quiet', 'main');
  const start = commit(top, { 'ignored.txt': 'of the target\n' });
  plainGit(top, 'switch', '--quiet', 'mine');
  write(top, { 'ignored.txt': 'of the user\n' });
  await assert.rejects(git.enterCheckout(repository, { ...request, start }), refusal('git', /ignored\.txt/));
  assertHome(here);
  assert.equal(readFileSync(join(top, 'ignored.txt'), 'utf8'), 'of the user\n');

  rmSync(join(top, 'ignored.txt'));
  plainGit(top, 'switch', '--quiet', '-c', 'tracks');
  plainGit(top, 'rm', '--quiet', '.gitignore');
  commit(top, { 'ignored.txt': 'tracked\n' });
  await git.enterCheckout(repository, { ...request, home: 'tracks' });
  write(top, { '.git/info/exclude': 'ignored.txt\n', 'ignored.txt': 'of the agent\n' });
  const archive = await git.archive(repository, top, 'nux');
  const left = await git.leaveCheckout(repository, { ...request, home: 'tracks' }, archive);
  assert.match(left ?? '', /ignored\.txt/);
  assert.equal(head(here), branch);
  assert.equal(readFileSync(join(top, 'ignored.txt'), 'utf8'), 'of the agent\n');
});

test('what is ignored on one branch and would be new on the other is not taken along', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top } = here;
  write(top, { 'ignored.txt': 'a secret\n' });
  await assert.rejects(
    git.enterCheckout(repository, request),
    refusal('checkout', /would be a change .*: ignored\.txt/),
  );
  assertHome(here);
  assert.equal(readFileSync(join(top, 'ignored.txt'), 'utf8'), 'a secret\n');
});

test('what is there at the end stays: uncommitted work, a rebase, another branch, a home that is gone', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top } = here;
  await git.enterCheckout(repository, request);
  let times = 0;
  const leave = async (): Promise<string | undefined> => {
    const archive = await git.archive(repository, top, `nux-${(times += 1)}`);
    return git.leaveCheckout(repository, request, archive);
  };
  const old = await git.archive(repository, top, 'nux');
  write(top, { 'new.txt': '1\n' });
  assert.match((await leave()) ?? '', /uncommitted work/);
  commit(top, {});
  await assert.rejects(
    git.leaveCheckout(repository, request, old),
    refusal('uncommitted', /changed since it was archived/),
  );
  mkdirSync(join(top, '.git/rebase-merge'));
  assert.match((await leave()) ?? '', /A rebase is under way/);
  rmSync(join(top, '.git/rebase-merge'), { recursive: true });
  plainGit(top, 'switch', '--quiet', '--detach');
  assert.match((await leave()) ?? '', /no branch is checked out/);
  plainGit(top, 'switch', '--quiet', branch);
  plainGit(top, 'branch', '--quiet', '-m', 'mine', 'renamed');
  assert.match((await leave()) ?? '', /mine/);
  assert.equal(head(here), branch);
  const missing = { ref: 'refs/gastown/archive/none', sha: old.sha };
  await assert.rejects(git.leaveCheckout(repository, request, missing), refusal('uncommitted', /resolve/));
});

test('only what can be told apart is entered', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top, first } = here;
  await assert.rejects(git.enterCheckout(repository, { ...request, home: 'main' }), refusal('stale'));
  await assert.rejects(git.enterCheckout(repository, { ...request, branch: '-f' }), refusal('invalid'));
  await assert.rejects(git.enterCheckout(repository, { ...request, branch: 'main' }), refusal('taken'));
  const absent = 'f'.repeat(40) as typeof first;
  await assert.rejects(git.enterCheckout(repository, { ...request, start: absent }), refusal('git'));
  assertHome(here);
  for (const sign of ['rebase-merge', 'rebase-apply', 'MERGE_HEAD', 'CHERRY_PICK_HEAD', 'BISECT_START']) {
    writeFileSync(join(top, '.git', sign), '');
    await assert.rejects(git.homeOf(repository, top), refusal('checkout', /is under way/), sign);
    rmSync(join(top, '.git', sign));
  }
  write(top, { 'new\u001b[2J.txt': '1\n' });
  await assert.rejects(git.enterCheckout(repository, request), (error: Error) => {
    assert.ok(refusal('uncommitted')(error));
    return !error.message.includes('\u001b');
  });
});

test('a tag with the name of a branch is not what is checked out', async (t) => {
  const here = await scene(t);
  const { git, repository, request, top, first } = here;
  plainGit(top, 'tag', branch, 'mine');
  plainGit(top, 'tag', 'mine', first);
  await git.enterCheckout(repository, request);
  assert.equal(tip(top), first);
  await git.discardCheckout(repository, request);
  assertHome(here);
});

test('the checkout is the one that the path lies in, whatever it is called', async (t) => {
  const { git, repository, folder, top } = await localRepository(t);
  const at = (path: string) => ({ ...repository, repository: { kind: 'path', path } as const });
  mkdirSync(join(top, 'packages', 'auth'), { recursive: true });
  symlinkSync(top, join(folder, 'link'));
  const linked = join(top, 'linked');
  plainGit(top, 'worktree', 'add', '--quiet', '--detach', linked);
  assert.equal(await git.ownCheckout(repository), top);
  assert.equal(await git.ownCheckout(at(join(top, 'packages', 'auth'))), top);
  assert.equal(await git.ownCheckout(at(join(folder, 'link'))), top);
  assert.equal(await git.ownCheckout(at(linked)), linked);
  await assert.rejects(git.ownCheckout(at(`${top}-other`)), refusal('invalid', /is no checkout/));

  const odd = join(folder, `-it's; $(touch owned) ü "x"`);
  const start = createRepository(odd);
  const { gitDirectory } = await git.openLocal(odd);
  const strange = { gitDirectory, repository: { kind: 'path', path: odd } as const };
  const directory = await git.ownCheckout(strange);
  const home = await git.homeOf(strange, directory);
  await git.enterCheckout(strange, { directory, home, branch, start });
  await git.discardCheckout(strange, { directory, home, branch, start });
  assert.equal(plainGit(odd, 'rev-parse', '--abbrev-ref', 'HEAD'), 'main');
});

test('neither a clone of the town nor a bare repository is a checkout', async (t) => {
  const { repository, folder, remote } = await clonedRepository(t);
  const git = ourGit(folder);
  await assert.rejects(git.ownCheckout(repository), refusal('invalid', /kept as a clone/));
  const bare = { gitDirectory: remote, repository: { kind: 'path', path: remote } as const };
  await assert.rejects(git.ownCheckout(bare), refusal('invalid', /is no checkout/));
});
