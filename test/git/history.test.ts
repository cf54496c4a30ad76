import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commit, git as plainGit } from '../support/repository.ts';
import type { Sha } from '../../server/domain/ids.ts';
import { localRepository, refusal } from './fixture.ts';

test('is-ancestor says no when it is no, yes when it is yes, and does not guess', async (t) => {
  const { git, repository, top, first } = await localRepository(t);
  plainGit(top, 'checkout', '--quiet', '-b', 'other');
  const other = commit(top, { 'other.txt': '1' });
  plainGit(top, 'checkout', '--quiet', 'main');
  const second = commit(top, { 'main.txt': '1' });

  assert.equal(await git.isAncestor(repository, other, second), false);
  assert.equal(await git.isAncestor(repository, second, first), false);
  assert.equal(await git.isAncestor(repository, first, second), true);
  assert.equal(await git.canFastForward(repository, second, other), false);
  await assert.rejects(git.isAncestor(repository, 'f'.repeat(40) as Sha, second), refusal('git'));
});

test('refs resolve to commits, and to nothing where there is none', async (t) => {
  const { git, repository, top, first } = await localRepository(t);
  plainGit(top, 'tag', '-a', 'v1', '-m', 'one');
  assert.equal(await git.resolve(repository, 'refs/heads/main'), first);
  assert.equal(await git.resolve(repository, 'refs/tags/v1'), first);
  assert.equal(await git.resolve(repository, 'HEAD'), first);
  assert.equal(await git.resolve(repository, 'refs/heads/none'), undefined);
  assert.equal(await git.resolve(repository, 'e'.repeat(40)), undefined);
  await assert.rejects(git.resolve(repository, 'main'), refusal('invalid'));
});

test('commits between two points are counted and listed, newest first', async (t) => {
  const { git, repository, top, first } = await localRepository(t);
  const second = commit(top, { a: '1' }, 'Second; with "quotes"\n\nand a body');
  const third = commit(top, { a: '2' }, 'Third');
  assert.equal(await git.countCommits(repository, first, third), 2);
  assert.equal(await git.countCommits(repository, third, first), 0);
  const all = await git.log(repository, { base: first, tip: third, limit: 10 });
  assert.deepEqual(
    all.map(({ sha, subject, author, email }) => ({ sha, subject, author, email })),
    [
      { sha: third, subject: 'Third', author: 'Ann Author', email: 'ann@example.org' },
      { sha: second, subject: 'Second; with "quotes"', author: 'Ann Author', email: 'ann@example.org' },
    ],
  );
  assert.equal((await git.log(repository, { base: first, tip: third, limit: 1 })).length, 1);
});

test('who wrote a commit and who made it are told apart', async (t) => {
  const { git, repository, top, first } = await localRepository(t, {
    '.mailmap': 'Else <else@x> Ann Author <ann@example.org>\n',
  });
  const second = commit(top, { a: '1' }, 'Second');
  const third = commit(top, { a: '2' }, 'Third');
  const ann = { name: 'Ann Author', email: 'ann@example.org' };
  const carl = { name: 'Carl Committer', email: 'carl@example.org' };
  assert.deepEqual(await git.signatures(repository, { base: first, tip: third, limit: 10 }), [
    { sha: third, author: ann, committer: carl },
    { sha: second, author: ann, committer: carl },
  ]);
  assert.equal((await git.signatures(repository, { base: first, tip: third, limit: 1 })).length, 1);
  assert.deepEqual(await git.signatures(repository, { base: third, tip: third, limit: 1 }), []);
});

test('the own identity of the user comes from outside of every repository', async (t) => {
  const { git, folder, top } = await localRepository(t);
  assert.deepEqual(await git.userIdentity(), {});
  mkdirSync(join(folder, 'home'), { recursive: true });
  writeFileSync(join(folder, 'home/.gitconfig'), '[user]\n\tname = Ann\n\temail = ann@example.org\n');
  plainGit(top, 'config', 'user.name', 'Else');
  assert.deepEqual(await git.userIdentity(), { name: 'Ann', email: 'ann@example.org' });
});

test('changed files and their text, whatever they are called', async (t) => {
  const { git, repository, top, first } = await localRepository(t, {
    'a b.txt': 'one\n',
    gone: 'x',
    same: 'x',
  });
  const odd = '"ü\n$(touch x)/:(top)*.txt';
  const second = commit(top, { 'a b.txt': 'two\n', gone: undefined, [odd]: 'odd', empty: '' });
  const changes = await git.changedFiles(repository, first, second);
  assert.deepEqual(Object.fromEntries(changes.map(({ path, status }) => [path, status])), {
    [odd]: 'added',
    'a b.txt': 'modified',
    empty: 'added',
    gone: 'deleted',
  });
  assert.equal(await git.fileAt(repository, first, 'a b.txt'), 'one\n');
  assert.equal(await git.fileAt(repository, second, odd), 'odd');
  assert.equal(await git.fileAt(repository, second, 'empty'), '');
  assert.equal(await git.fileAt(repository, second, 'gone'), undefined);
  await assert.rejects(git.fileAt(repository, second, '../a b.txt'), refusal('invalid'));
});
