import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commit, git as plainGit, tip, write } from '../support/repository.ts';
import { ann, localRepository, refusal } from './fixture.ts';

type Context = Parameters<typeof localRepository>[0];

/** `main` checked out with a commit of its own, a polecat's commit on the one before, and a scratch worktree. */
async function workToLand(t: Context) {
  const local = await localRepository(t, { a: '1\n', b: '1\n', c: '1\n' });
  const { git, repository, first, folder, top } = local;
  const directory = join(folder, 'nux');
  await git.addWorktree(repository, { directory, branch: 'polecat/nux', start: first });
  const work = commit(directory, { a: '2\n', new: '1\n' }, 'Work; "quoted"');
  const target = commit(top, { b: '2\n' }, 'Meanwhile');
  const scratch = join(folder, 'scratch');
  await git.addScratch(repository, scratch, work);
  return { ...local, directory, work, target, scratch };
}

test('work that stands on the target lands as it is, its merges included', async (t) => {
  const { git, repository, first, work, scratch, directory, top } = await workToLand(t);
  const asIs = { base: first, tip: work, target: first, committer: ann };
  assert.deepEqual(await git.rebaseOnto(repository, scratch, asIs), { kind: 'done', sha: work });
  plainGit(directory, 'merge', '--quiet', '--no-edit', 'main');
  const merged = tip(directory);
  const target = tip(top);
  const result = await git.rebaseOnto(repository, scratch, {
    base: first,
    tip: merged,
    target,
    committer: ann,
  });
  assert.deepEqual(result, { kind: 'done', sha: merged });
  assert.deepEqual(await git.headOf(repository, scratch), { top: scratch, branch: undefined, sha: merged });
});

test('work beside the target is put on it, its authors kept, the branch left where it is', async (t) => {
  const { git, repository, first, work, target, scratch } = await workToLand(t);
  const result = await git.rebaseOnto(repository, scratch, {
    base: first,
    tip: work,
    target,
    committer: ann,
  });
  assert.equal(result.kind, 'done');
  const sha = result.kind === 'done' ? result.sha : work;
  assert.equal(
    plainGit(scratch, 'log', '-1', '--format=%an|%cn|%s|%P', sha),
    `Ann Author|nux|Work; "quoted"|${target}`,
  );
  assert.equal(await git.resolve(repository, 'refs/heads/polecat/nux'), work);
  assert.equal(await git.resolve(repository, 'refs/heads/main'), target);
  assert.deepEqual(await git.headOf(repository, scratch), { top: scratch, branch: undefined, sha });
  assert.equal(await git.fileAt(repository, sha, 'a'), '2\n');
  assert.equal(await git.fileAt(repository, sha, 'b'), '2\n');
});

test('a conflict names its files, and leaves scratch, branch and target as they were', async (t) => {
  const { git, repository, first, top, directory, scratch } = await workToLand(t);
  const work = commit(directory, { c: 'ours\n' });
  const target = commit(top, { a: 'theirs\n', c: 'theirs\n' });
  const request = { base: first, tip: work, target, committer: ann };
  assert.deepEqual(await git.rebaseOnto(repository, scratch, request), { kind: 'conflict', files: ['a'] });
  assert.equal(existsSync(join(repository.gitDirectory, 'worktrees', 'scratch', 'rebase-merge')), false);
  assert.deepEqual(await git.status(repository, scratch), []);
  assert.equal(await git.resolve(repository, 'refs/heads/polecat/nux'), work);
  assert.equal(await git.resolve(repository, 'refs/heads/main'), target);
  const again = await git.rebaseOnto(repository, scratch, { ...request, target: first });
  assert.deepEqual(again, { kind: 'done', sha: work });
});

test('only the own commits move, where the branch was moved or the target was rewritten', async (t) => {
  const { git, repository, first, top, directory, scratch, target } = await workToLand(t);
  plainGit(directory, 'rebase', '--quiet', 'main');
  const moved = tip(directory);
  const newer = commit(top, { c: '2\n' });
  const one = await git.rebaseOnto(repository, scratch, {
    base: first,
    tip: moved,
    target: newer,
    committer: ann,
  });
  assert.ok(one.kind === 'done');
  assert.equal(await git.countCommits(repository, newer, one.sha), 1);

  plainGit(top, 'reset', '--quiet', '--hard', first);
  const rewritten = commit(top, { c: '3\n' });
  const work = { base: target, tip: moved, target: rewritten, committer: ann };
  const two = await git.rebaseOnto(repository, scratch, work);
  assert.ok(two.kind === 'done');
  assert.equal(await git.countCommits(repository, rewritten, two.sha), 1);
});

test('landing happens with a detached HEAD only', async (t) => {
  const { git, repository, first, work, target, directory } = await workToLand(t);
  const request = { base: first, tip: work, target, committer: ann };
  await assert.rejects(git.rebaseOnto(repository, directory, request), refusal('wrong-place'));
});

test('a ref moves only from where it was said to stand, and never under a checkout', async (t) => {
  const { git, repository, first, work, target, top } = await workToLand(t);
  const main = 'refs/heads/main';
  await assert.rejects(git.updateRef(repository, main, { old: target, new: work }), refusal('checkout'));
  plainGit(top, 'checkout', '--quiet', '--detach');
  await assert.rejects(git.updateRef(repository, main, { old: first, new: work }), refusal('stale'));
  await assert.rejects(git.updateRef(repository, main, { old: undefined, new: work }), refusal('stale'));
  assert.equal(await git.resolve(repository, main), target);
  await git.updateRef(repository, main, { old: target, new: work });
  assert.equal(await git.resolve(repository, main), work);
  for (const ref of ['HEAD', 'refs/tags/v1', 'refs/remotes/origin/main', 'main']) {
    await assert.rejects(git.updateRef(repository, ref, { old: undefined, new: work }), refusal('invalid'));
  }
});

test('a clean checkout follows, and shows nothing of what landed as deleted', async (t) => {
  const { git, repository, top, first, work, target, scratch } = await workToLand(t);
  const rebased = await git.rebaseOnto(repository, scratch, {
    base: first,
    tip: work,
    target,
    committer: ann,
  });
  assert.ok(rebased.kind === 'done');
  const landing = { branch: 'main', sha: rebased.sha };
  assert.deepEqual(await git.mergeFastForwardInCheckout(repository, top, landing), { kind: 'done' });
  assert.deepEqual(await git.mergeFastForwardInCheckout(repository, top, landing), { kind: 'done' });
  assert.equal(plainGit(top, 'status', '--porcelain'), '');
  assert.equal(tip(top), rebased.sha);
  commit(top, { mine: '1' });
  assert.equal(readFileSync(join(top, 'new'), 'utf8'), '1\n');
  assert.equal(plainGit(top, 'show', 'HEAD:new'), '1');
});

test('changes elsewhere in the checkout are kept, staged ones too', async (t) => {
  const { git, repository, top, first, directory } = await workToLand(t);
  plainGit(top, 'reset', '--quiet', '--hard', first);
  write(top, { b: 'mine\n', c: 'staged\n', untracked: 'mine\n' });
  plainGit(top, 'add', 'c');
  const landing = { branch: 'main', sha: tip(directory) };
  assert.deepEqual(await git.mergeFastForwardInCheckout(repository, top, landing), { kind: 'done' });
  assert.equal(
    plainGit(top, 'status', '--porcelain'),
    ' M b\nM  c\n?? untracked'.trimStart().replace(/^M b/, ' M b'),
  );
  assert.equal(readFileSync(join(top, 'b'), 'utf8'), 'mine\n');
  assert.equal(readFileSync(join(top, 'a'), 'utf8'), '2\n');
});

test('changes in the landed files, untracked and ignored ones too, refuse it untouched and are named', async (t) => {
  const { git, repository, top, first, directory } = await workToLand(t);
  plainGit(top, 'reset', '--quiet', '--hard', first);
  const landing = { branch: 'main', sha: tip(directory) };
  const cases: [string, () => void][] = [
    ['a', () => write(top, { a: 'mine\n' })],
    ['a', () => plainGit(top, 'add', 'a')],
    ['new', () => write(top, { a: '1\n', new: 'mine\n' })],
    ['new', () => write(top, { '.git/info/exclude': 'new\n' })],
  ];
  for (const [file, change] of cases) {
    change();
    if (file === 'new') plainGit(top, 'add', 'a');
    const before = plainGit(top, 'status', '--porcelain', '--ignored');
    const result = await git.mergeFastForwardInCheckout(repository, top, landing);
    assert.ok(result.kind === 'refused', `${file} was overwritten`);
    assert.deepEqual(result.files, [file]);
    assert.match(result.reason, /overwritten|not uptodate/);
    assert.equal(plainGit(top, 'status', '--porcelain', '--ignored'), before);
    assert.equal(tip(top), first);
  }
  assert.equal(readFileSync(join(top, 'new'), 'utf8'), 'mine\n');
});

test('a checkout that went elsewhere, or has commits of its own, is left alone', async (t) => {
  const { git, repository, top, work, target } = await workToLand(t);
  const landing = { branch: 'main', sha: work };
  const diverged = await git.mergeFastForwardInCheckout(repository, top, landing);
  assert.equal(diverged.kind, 'refused');
  plainGit(top, 'checkout', '--quiet', '--detach');
  assert.equal((await git.mergeFastForwardInCheckout(repository, top, landing)).kind, 'refused');
  assert.equal(await git.resolve(repository, 'refs/heads/main'), target);
});
