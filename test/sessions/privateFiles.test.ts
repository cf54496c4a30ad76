import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import {
  removePrivateFolder,
  writePrivateFiles,
  writeWorktreeFiles,
} from '../../server/sessions/privateFiles.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createRepository, git, tempFolder } from '../support/repository.ts';

const mode = (path: string): number => statSync(path).mode & 0o777;

test('private files are for their owner only, whatever was there and whatever the umask', (t) => {
  const folder = join(temporaryFolder(t), 's-1.private');
  mkdirSync(join(folder, 'a'), { recursive: true });
  writeFileSync(join(folder, 'a', 'x.json'), 'old');
  for (const path of [folder, join(folder, 'a'), join(folder, 'a', 'x.json')]) chmodSync(path, 0o777);
  const mask = process.umask(0);
  try {
    writePrivateFiles(folder, [
      { path: 'a/x.json', content: 'new' },
      { path: 'y.json', content: 'y' },
    ]);
  } finally {
    process.umask(mask);
  }
  assert.equal(readFileSync(join(folder, 'a', 'x.json'), 'utf8'), 'new');
  for (const path of [folder, join(folder, 'a')]) assert.equal(mode(path), 0o700);
  for (const path of ['a/x.json', 'y.json']) assert.equal(mode(join(folder, path)), 0o600);
  assert.deepEqual(readdirSync(folder).toSorted(), ['a', 'y.json']);
  removePrivateFolder(folder);
  assert.ok(!existsSync(folder));
  removePrivateFolder(folder);
});

describe('a link is never followed:', () => {
  const setUp = (t: TestContext): { folder: string; elsewhere: string } => {
    const base = temporaryFolder(t);
    const elsewhere = join(base, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'x.json'), 'theirs');
    return { folder: join(base, 'own'), elsewhere };
  };
  const untouched = (elsewhere: string): void => {
    assert.deepEqual(readdirSync(elsewhere), ['x.json']);
    assert.equal(readFileSync(join(elsewhere, 'x.json'), 'utf8'), 'theirs');
  };

  test('in place of the folder', (t) => {
    const { folder, elsewhere } = setUp(t);
    symlinkSync(elsewhere, folder);
    assert.throws(
      () => writePrivateFiles(folder, [{ path: 'x.json', content: 'ours' }]),
      (error) => error instanceof Refusal && error.code === 'forbidden',
    );
    untouched(elsewhere);
    removePrivateFolder(folder);
    untouched(elsewhere);
  });

  test('in place of a folder on the way', (t) => {
    const { folder, elsewhere } = setUp(t);
    mkdirSync(folder);
    symlinkSync(elsewhere, join(folder, 'a'));
    assert.throws(() => writePrivateFiles(folder, [{ path: 'a/x.json', content: 'ours' }]), Refusal);
    assert.equal(writeWorktreeFiles(folder, [{ path: 'a/x.json', content: 'gastown-' }]), false);
    untouched(elsewhere);
  });

  test('in place of the file', (t) => {
    const { folder, elsewhere } = setUp(t);
    mkdirSync(folder);
    symlinkSync(join(elsewhere, 'x.json'), join(folder, 'x.json'));
    assert.equal(writeWorktreeFiles(folder, [{ path: 'x.json', content: 'gastown-' }]), false);
    writePrivateFiles(folder, [{ path: 'x.json', content: 'ours' }]);
    assert.equal(readFileSync(join(folder, 'x.json'), 'utf8'), 'ours');
    untouched(elsewhere);
  });

  test('and no path leaves its folder', (t) => {
    const { folder } = setUp(t);
    for (const path of ['../x', 'a/../../x', '/x', 'a//x', 'a\\x', 'c:x', ''])
      assert.throws(
        () => writePrivateFiles(folder, [{ path, content: '' }]),
        /is no path below a folder/,
        path,
      );
  });
});

const hooks = [
  { path: '.gemini/.gitignore', content: '# gastown-hooks\n/settings.json\n/.gitignore\n' },
  { path: '.gemini/settings.json', content: '{"name":"gastown-start"}\n' },
];

test('what is written into a worktree is seen by no git, and written anew by the next session', (t) => {
  const repository = join(tempFolder(t), 'repository');
  createRepository(repository, { files: { 'README.md': 'x\n', '.gemini/style.md': 'theirs\n' } });
  assert.equal(writeWorktreeFiles(repository, hooks), true);
  assert.equal(git(repository, 'status', '--porcelain', '--untracked-files=all'), '');
  git(repository, 'add', '--all');
  assert.equal(git(repository, 'diff', '--cached', '--name-only'), '');
  const newer = [
    hooks[0] ?? assert.fail(),
    { path: '.gemini/settings.json', content: '{"name":"gastown-2"}\n' },
  ];
  assert.equal(writeWorktreeFiles(repository, newer), true);
  assert.match(readFileSync(join(repository, '.gemini/settings.json'), 'utf8'), /gastown-2/);
  assert.deepEqual(readdirSync(join(repository, '.gemini')).toSorted(), [
    '.gitignore',
    'settings.json',
    'style.md',
  ]);
});

for (const name of ['.gemini/settings.json', '.gemini/.gitignore']) {
  test(`a repository that has a ${name} keeps it, and gets nothing`, (t) => {
    const repository = join(tempFolder(t), 'repository');
    createRepository(repository, { files: { [name]: '{}\n' } });
    assert.equal(writeWorktreeFiles(repository, hooks), false);
    assert.equal(git(repository, 'status', '--porcelain'), '');
    assert.equal(readFileSync(join(repository, name), 'utf8'), '{}\n');
    assert.equal(readdirSync(join(repository, '.gemini')).length, 1);
  });
}
