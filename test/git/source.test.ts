import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectSource } from '../../server/git/source.ts';
import { refusal } from './fixture.ts';

const urls = [
  'https://github.com/gastown/backend.git',
  'https://ann@example.org:8443/backend',
  'ssh://git@example.org:2222/backend.git',
  'git@github.com:gastown/backend.git',
  'git@example.org:~ann/backend',
  'work:backend.git',
  'file:///srv/git/backend.git',
  'file://localhost/srv/git/backend.git',
];

const paths = [
  '/home/ann/backend',
  './backend',
  '../a b/backend',
  'backend',
  'C:\\code\\backend',
  'C:/code',
  './a:b',
  '~/b',
];

const refused: Record<string, RegExp> = {
  '': /missing/,
  '  ': /missing/,
  'ext::sh -c touch% /tmp/x': /start a program/,
  'fd::17': /start a program/,
  '--upload-pack=touch /tmp/x': /option/,
  '-oProxyCommand=touch': /option/,
  'http://example.org/backend': /http:\/\//,
  'git://example.org/backend': /git:\/\//,
  'ftp://example.org/backend': /ftp:\/\//,
  'https://ann:secret@example.org/backend': /password/,
  'https:///backend.git': /host|read/,
  'ssh://-oProxyCommand=touch/x': /host|read/,
  'ssh://-oProxyCommand=touch@example.org/x': /host/,
  'ssh://%2doProxyCommand=x/x': /host|read/,
  '-x@example.org:backend': /option/,
  'git@-oProxyCommand=x:backend': /neither/,
  'git@example.org:-x': /neither/,
  'git@example.org:a b': /neither/,
  'file://example.org/srv/git': /host/,
  'https://example.org/a\nb': /control/,
  'https://example.org/\u202Ea': /control/,
};

test('URLs are told from local paths', () => {
  for (const url of urls) assert.deepEqual(inspectSource(url), { kind: 'url', url });
  for (const path of paths) assert.deepEqual(inspectSource(path), { kind: 'path', path });
});

test('other schemes, options, programs and passwords are refused, the field named', () => {
  for (const [text, words] of Object.entries(refused)) {
    assert.throws(() => inspectSource(text), refusal('invalid', words), `accepted: ${text}`);
  }
  assert.throws(
    () => inspectSource('https://ann:secret@example.org/x'),
    (error) => error instanceof Error && !error.message.includes('secret'),
  );
});
