import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { git as plainGit, tempFolder, write } from '../support/repository.ts';
import { ann, ourGit, refusal } from './fixture.ts';

test('a new repository has its files in one commit, and a bare copy the same', async (t) => {
  const folder = tempFolder(t);
  const git = ourGit(folder);
  const directory = join(folder, 'backend');
  const files = { 'src/a.ts': 'export {};\n', 'README.md': 'Hello\n' };
  await git.newRepository({ directory, branch: 'trunk', files, message: '-Begin; "x"', identity: ann });
  assert.equal(plainGit(directory, 'status', '--porcelain', '--branch'), '## trunk');
  assert.equal(plainGit(directory, 'log', '--format=%an %s'), 'nux -Begin; "x"');
  await git.bareCopy(directory, join(folder, 'remote', 'backend.git'));
  assert.equal(plainGit(join(folder, 'remote', 'backend.git'), 'show', 'trunk:README.md'), 'Hello');
});

test('occupied folders are refused and left as they are', async (t) => {
  const folder = tempFolder(t);
  const git = ourGit(folder);
  const directory = join(folder, 'backend');
  write(directory, { mine: '1' });
  const request = { directory, branch: 'main', files: { a: '1' }, message: 'Begin', identity: ann };
  await assert.rejects(git.newRepository(request), refusal('taken'));
  await assert.rejects(git.bareCopy(directory, directory), refusal('taken'));
  assert.deepEqual(readdirSync(directory), ['mine']);
});
