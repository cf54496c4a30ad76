import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  convoyId,
  hashBeadId,
  hashes,
  isBeadId,
  isIdTaken,
  parseBeadId,
  readableBeadId,
} from '../../server/domain/beadId.ts';
import { bead, convoy, refusedBy, rig } from './support.ts';
import { TownTwin } from './townTwin.ts';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

function readable(prefix: string, title: string, taken: readonly string[] = []): string {
  let count = 0;
  return readableBeadId({ prefix, title, taken: (id) => taken.includes(id), hash: () => `h${(count += 1)}` });
}

describe('readable ids', () => {
  const titles: readonly (readonly [string, string, string])[] = [
    ['be', 'Refactor auth middleware', 'be-auth'],
    ['ml', 'Update feature extraction', 'ml-extract'],
    ['fe', 'Update login component', 'fe-login'],
    ['be', 'Limit requests', 'be-limit'],
    ['be', 'Fix `parser` crash', 'be-parser'],
    ['be', 'Add OAuth2 support for GitHub', 'be-oauth2'],
    ['be', 'Fix 404 on the users page', 'be-users'],
    ['be', "Don't lose drafts", 'be-dont'],
    ['be', 'Überprüfe Zahlungen', 'be-uberprufe'],
    ['be', 'Fix bug', 'be-bug'],
    ['be', 'refactor', 'be-refactor'],
    ['be', 'AUTH', 'be-auth'],
    ['fe', 'Align the <Button> label', 'fe-align'],
    ['my-project', 'Sanitization of input', 'my-project-sanitize'],
  ];
  for (const [prefix, title, id] of titles) {
    test(`${JSON.stringify(title)} gives ${id}`, () => assert.equal(readable(prefix, title), id));
  }

  const withoutWord = [
    '',
    '   ',
    '修复登录',
    'Исправить вход',
    '🔥🔥',
    '1 2 3',
    'a b c',
    '$(touch /tmp/pwn)',
    '${IFS}login',
    'auth\u0007 login',
    'auth \u202Enigol',
    'lo\u200Bgin',
    '\u001B]52;c;bG9naW4=\u0007',
    '../../etc/passwd',
    '<img src=x onerror=alert(1)>',
    '<script>login</script>',
    'wisp',
    'x'.repeat(600),
  ];
  for (const title of withoutWord) {
    test(`${JSON.stringify(title.slice(0, 40))} gives a hash`, () =>
      assert.equal(readable('be', title), 'be-h1'));
  }

  test('a taken word gets a second, then a hash', () => {
    assert.equal(readable('be', 'Refactor auth middleware', ['be-auth']), 'be-auth-middleware');
    assert.equal(readable('be', 'Refactor auth middleware', ['be-auth', 'be-auth-middleware']), 'be-auth-h1');
    assert.equal(readable('be', 'Auth', ['be-auth', 'be-auth-h1']), 'be-auth-h2');
    assert.equal(readable('be', '', ['be-h1']), 'be-h2');
  });

  test('an id is nothing that is called so already: bead, convoy or rig', () => {
    const town = new TownTwin([bead('be-a'), convoy('hq-b', []), rig('be-c', 'bc')]);
    assert.deepEqual(
      ['be-a', 'hq-b', 'be-c', 'be-d'].map((id) => isIdTaken(town, id)),
      [true, true, true, false],
    );
    const taken = (id: string): boolean => isIdTaken(town, id);
    assert.equal(
      readableBeadId({ prefix: 'be', title: 'C of', taken: (id) => id === 'be-of', hash: () => 'x1' }),
      'be-x1',
    );
    assert.equal(readableBeadId({ prefix: 'be', title: 'Fix cc', taken, hash: () => 'x1' }), 'be-cc');
  });

  test('where every hash is taken, one must be named', () => {
    const all = { prefix: 'be', title: '', taken: () => true, hash: () => 'x' };
    assert.equal(refusedBy(() => readableBeadId(all)).details.field, 'id');
  });

  test('every title gives a valid id of the prefix, without hash only from its own letters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.lorem()), (title) => {
        const id = readable('be', title);
        assert.ok(isBeadId(id), id);
        assert.match(id, /^be-[a-z0-9-]{1,42}$/);
      }),
    );
  });

  test('a convoy is named like a bead of the town', () => {
    const named = (title: string, taken: string[] = []): string =>
      convoyId({ title, taken: (id) => taken.includes(id), hash: () => 'k3f' });
    assert.equal(named('Auth System Overhaul'), 'hq-auth');
    assert.equal(named('Auth System Overhaul', ['hq-auth']), 'hq-auth-system');
    assert.equal(named('認証'), 'hq-cv-k3f');
  });
});

describe('ids of real data', () => {
  const accepted = [
    'be-auth',
    'bd-1',
    'bd-u2sc.1',
    'bd-mol-xga.10',
    'bd-wisp-c9hox',
    'bd-beads-polecat-opal',
    'bd-main-idj',
  ];
  for (const id of [...accepted, 'bd_9x-1', 'MyApp-12', 'bd-a.gate-build', 'bd-a.1.2.3']) {
    test(`${id} is one`, () => assert.equal(parseBeadId(id), id));
  }
  const refused = [
    '',
    'be',
    '-be',
    '--help',
    'be-',
    'be-auth.',
    'be-..',
    'be-a..b',
    'be-a/b',
    'be a',
    'be-a\n',
    '9-x',
    'ä-b',
  ];
  for (const id of [
    ...refused,
    'be-a;b',
    'be-$(x)',
    'external:a:b-c',
    `be-${'x'.repeat(130)}`,
    'be--a',
    '__proto__',
  ]) {
    test(`${JSON.stringify(id.slice(0, 30))} is none`, () => {
      assert.equal(refusedBy(() => parseBeadId(id)).code, 'invalid');
    });
  }

  for (const file of ['sqlite-era.jsonl', 'dolt-era.jsonl']) {
    const path = join(import.meta.dirname, '../../../shared/data/beads', file);
    test(`every id of ${file} is accepted`, { skip: !existsSync(path) }, () => {
      const lines = readFileSync(path, 'utf8').trim().split('\n');
      const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
      assert.ok(ids.length > 600);
      assert.deepEqual(
        ids.filter((id) => !isBeadId(id)),
        [],
      );
    });
  }
});

describe('hash ids', () => {
  const source = {
    title: 'Fix parser',
    description: 'It breaks.',
    creator: 'ann',
    createdAt: 1_777_000_000_123,
    sha256,
  };

  /** Worked out another way: whole digits first, cut afterwards. */
  function expected(nonce: number, length: number, bytes: number): string {
    const hex = createHash('sha256')
      .update(`Fix parser|It breaks.|ann|1777000000123000000|${nonce}`)
      .digest('hex');
    const digits = BigInt(`0x${hex.slice(0, bytes * 2)}`).toString(36);
    return digits.padStart(length, '0').slice(digits.length > length ? digits.length - length : 0);
  }

  test('are base 36 of the digest, three digits for a few beads', () => {
    const [first, second] = [...hashes({ ...source, beads: 10 })];
    assert.equal(first, expected(0, 3, 2));
    assert.equal(second, expected(1, 3, 2));
  });

  for (const [beads, length] of [
    [0, 3],
    [163, 3],
    [165, 4],
    [980, 4],
    [990, 5],
    [5800, 5],
    [6000, 6],
    [1e9, 8],
  ] as const) {
    test(`have ${length} digits beside ${beads} beads`, () => {
      const [first = ''] = hashes({ ...source, beads });
      assert.equal(first.length, length);
    });
  }

  test('the first that is free is taken; when all are taken, one must be named', () => {
    const [first, second] = [...hashes({ ...source, beads: 1 })];
    const wanted = { ...source, prefix: 'be', beads: 1 };
    assert.equal(hashBeadId({ ...wanted, taken: (id) => id === `be-${first}` }), `be-${second}`);
    assert.equal(refusedBy(() => hashBeadId({ ...wanted, taken: () => true })).code, 'taken');
  });
});
