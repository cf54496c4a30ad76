import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asBranch, asRef, asRemote, asSha, asTreePath, identityVariables } from '../../server/git/names.ts';
import { git } from '../support/repository.ts';
import { refusal } from './fixture.ts';

const fit = [
  'main',
  'polecat/nux/be-auth-1x',
  'feature/#12',
  'dependabot/npm_and_yarn/@types/node-1.2',
  'v1.0+rc',
  '_x',
];

const unfit = [
  '',
  '-x',
  '--force',
  '$(touch x)',
  '`id`',
  'a;id',
  'a&&b',
  'a|b',
  "a'b",
  'a"b',
  'a\u3000b',
  'a b',
  'a\nb',
  'a..b',
  'a//b',
  '/a',
  'a/',
  'a.',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a@{b',
  '@',
  'HEAD',
  'CON',
  'a/nul.txt',
  'a:b',
  'a^b',
  'a~b',
  'a*b',
  'ü',
  'x'.repeat(201),
];

test('branch names that a terminal, Windows or git would trip over are refused', () => {
  for (const name of fit) {
    assert.equal(asBranch(name), name);
    assert.equal(git('/', 'check-ref-format', '--branch', name), name);
  }
  for (const name of unfit) assert.throws(() => asBranch(name), refusal('invalid'), `accepted: ${name}`);
});

test('refs are full, commits are whole, remotes are names, paths stay inside', () => {
  for (const ref of ['HEAD', 'refs/heads/main', 'refs/gastown/archive/nux', 'a'.repeat(40), 'b'.repeat(64)]) {
    assert.equal(asRef(ref), ref);
  }
  for (const ref of ['main', 'refs/heads/', 'refs/heads/a b', 'HEAD~1', '-x', 'refs/../x', 'abc123']) {
    assert.throws(() => asRef(ref), refusal('invalid'), `accepted: ${ref}`);
  }
  for (const sha of ['', 'abc', 'A'.repeat(40), `${'a'.repeat(40)}\n`])
    assert.throws(() => asSha(sha), refusal('invalid'));
  for (const remote of ['-x', 'https://example.org/x', 'ext::sh', '']) {
    assert.throws(() => asRemote(remote), refusal('invalid'));
  }
  for (const path of ['', '/etc/passwd', '../x', 'a/../../x', './a', 'a//b', 'a\0b']) {
    assert.throws(() => asTreePath(path), refusal('invalid'));
  }
});

test('an author is a name and an address without what git would drop', () => {
  assert.equal(identityVariables({ name: 'nux', email: 'a@b' })['GIT_COMMITTER_NAME'], 'nux');
  for (const name of ['', ' ', 'a<b', 'a\nb']) {
    assert.throws(() => identityVariables({ name, email: 'a@b' }), refusal('invalid'));
  }
});
