import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commit, git as plainGit, tip } from '../support/repository.ts';
import { clonedRepository, refusal } from './fixture.ts';

type Context = Parameters<typeof clonedRepository>[0];

async function workToPush(t: Context) {
  const cloned = await clonedRepository(t);
  const directory = join(cloned.folder, 'nux');
  await cloned.git.addWorktree(cloned.repository, { directory, branch: 'polecat/nux', start: cloned.first });
  return { ...cloned, sha: commit(directory, { a: '1' }) };
}

test('a commit reaches the branch of the remote, a new branch too, once or twice', async (t) => {
  const { git, repository, remote, sha, first } = await workToPush(t);
  const landing = { sha, branch: 'main', expectedOld: first };
  assert.deepEqual(await git.push(repository, 'origin', landing), { kind: 'done' });
  assert.deepEqual(await git.push(repository, 'origin', landing), { kind: 'done' });
  assert.equal(tip(remote, 'refs/heads/main'), sha);
  assert.equal(await git.remoteTip(repository, 'origin', 'main'), sha);
  assert.equal(await git.remoteTip(repository, 'origin', 'none'), undefined);
  await git.fetch(repository);
  assert.equal(await git.resolve(repository, 'refs/remotes/origin/main'), sha);
  const other = { sha, branch: 'new/branch', expectedOld: undefined };
  assert.deepEqual(await git.push(repository, 'origin', other), { kind: 'done' });
  assert.equal(tip(remote, 'refs/heads/new/branch'), sha);
});

test('a remote that moved on is not overwritten', async (t) => {
  const { git, repository, remote, sha, first, top } = await workToPush(t);
  const theirs = commit(top, { b: '1' });
  plainGit(top, 'push', '--quiet', remote, 'main');
  const result = await git.push(repository, 'origin', { sha, branch: 'main', expectedOld: first });
  assert.ok(result.kind === 'rejected');
  assert.match(result.reason, /rejected|fetch first/);
  assert.equal(tip(remote, 'refs/heads/main'), theirs);
  await git.fetch(repository);
  const known = await git.push(repository, 'origin', { sha, branch: 'main', expectedOld: theirs });
  assert.ok(known.kind === 'rejected');
  assert.match(known.reason, /does not stand on/);
});

test('a remote that does not want it says so in its own words, made plain', async (t) => {
  const { git, repository, remote, sha, first } = await workToPush(t);
  const hook = join(remote, 'hooks', 'pre-receive');
  writeFileSync(hook, '#!/bin/sh\nprintf "\\033[31mreview needed\\033[0m\\n" >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  const result = await git.push(repository, 'origin', { sha, branch: 'main', expectedOld: first });
  assert.ok(result.kind === 'rejected');
  assert.match(result.reason, /review needed/);
  assert.doesNotMatch(result.reason, /\p{Cc}/u);
  assert.equal(tip(remote, 'refs/heads/main'), first);
});

test('a remote that cannot be reached is a refusal, not a rejection', async (t) => {
  const { git, repository, remote, sha, first } = await workToPush(t);
  rmSync(remote, { recursive: true });
  await assert.rejects(
    git.push(repository, 'origin', { sha, branch: 'main', expectedOld: first }),
    refusal('git'),
  );
  await assert.rejects(git.fetch(repository), refusal('git', /remote\.git/));
  await assert.rejects(
    git.push(repository, 'https://example.org/x', { sha, branch: 'main', expectedOld: first }),
    refusal('invalid'),
  );
  assert.equal(await git.resolve(repository, 'refs/remotes/origin/main'), first);
});
