import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { ago } from '../../server/cli/ago.ts';
import { jsonText, openOutput, paint } from '../../server/cli/output.ts';
import { repositoryWord } from '../../server/cli/repositoryWord.ts';
import { cut, table } from '../../server/cli/table.ts';
import { temporaryFolder } from '../support/folder.ts';

const look = { width: 80, color: false, now: 0 };

/** What could act on a terminal, beside line feeds and tabs: C0 and C1 controls, and what reorders or hides text. */
const acting = /[^\P{Cc}\n\t]|[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

const paints = new RegExp(`${String.fromCharCode(27)}\\[(?:0|1|2|31|32|33|36)m`, 'gu');

function printed(
  work: (output: ReturnType<typeof openOutput>) => void,
  environment: Record<string, string> = {},
): string {
  let said = '';
  const stream = () => ({
    write: (text: string) => (said += text),
    on: () => {},
    isTTY: environment['TTY'] === '1',
  });
  work(openOutput(stream, stream, { environment, now: 0 }));
  return said;
}

test('times are told in whole units', () => {
  const now = Date.parse('2026-05-01T12:00:00.000Z');
  const told = (seconds: number): string => ago(new Date(now - seconds * 1000).toISOString(), now);
  assert.deepEqual([0, 0.9, -60, 1, 59, 60, 3599, 3600, 86_399, 86_400, 8_640_000].map(told), [
    'now',
    'now',
    'now',
    '1 s ago',
    '59 s ago',
    '1 m ago',
    '59 m ago',
    '1 h ago',
    '23 h ago',
    '1 d ago',
    '100 d ago',
  ]);
  assert.equal(ago('not a time', now), 'now');
});

test('text is cut by the columns of a terminal, never inside a character', () => {
  assert.equal(cut('abcdef', 6), 'abcdef');
  assert.equal(cut('abcdef', 5), 'abcd…');
  assert.equal(cut('認証ミドルウェア', 7), '認証ミ…');
  assert.equal(cut('認証ミドルウェア', 8), '認証ミ…');
  assert.equal(cut('a👩🏽‍💻b👩🏽‍💻c', 5), 'a👩🏽‍💻b…');
  assert.equal(cut('e\u0301e\u0301e\u0301', 2), 'e\u0301…');
});

test('a table of any text keeps to the width, one line for each row, its columns in line', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }),
      fc.integer({ min: 40, max: 120 }),
      (rows, width) => {
        const columns = [
          { title: 'ID' },
          { title: 'NAME', shrinks: true },
          { title: 'TITLE', shrinks: true },
        ];
        const short = rows.map(([id, ...more], at) => [`${at}${id.length % 7}`, ...more]);
        const lines = table(columns, short, { ...look, width });
        assert.equal(lines.length, rows.length + 1);
        for (const line of lines) {
          assert.ok(stringWidth(line) <= width, JSON.stringify(line));
          assert.doesNotMatch(line, acting);
          assert.ok(!line.includes('\n'));
        }
      },
    ),
  );
});

test('ids are never cut, even where the line becomes too long', () => {
  const id = 'x'.repeat(90);
  const [, line] = table(
    [{ title: 'ID' }, { title: 'TITLE', shrinks: true }],
    [[id, 'a long title of a bead']],
    look,
  );
  assert.ok(line?.startsWith(id));
});

test('nothing that acts on a terminal gets through, with colours or without', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, color) => {
      const said = printed((output) => output.print([text]), color ? { FORCE_COLOR: '1' } : {});
      assert.doesNotMatch(said.replaceAll(paints, ''), acting);
    }),
  );
  const hostile =
    '\u001B]0;title\u0007\u001B[2J\u001B]8;;https://evil\u001B\\link\u001B]8;;\u001B\\\u202Etxt.exe\u009B31m';
  assert.equal(
    printed((output) => output.print([hostile])),
    'linktxt.exe\n',
  );
});

test('JSON holds the same text as before, in characters that do nothing to a terminal', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), (value) => {
      const text = jsonText(value);
      assert.doesNotMatch(text, acting);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('colours are for terminals; NO_COLOR and FORCE_COLOR have the last word', () => {
  const colored = (environment: Record<string, string>): boolean =>
    printed((output) => output.print([paint(output.look, 'red', 'x')]), environment).includes('\u001B');
  assert.equal(colored({}), false);
  assert.equal(colored({ TTY: '1' }), true);
  assert.equal(colored({ TTY: '1', TERM: 'dumb' }), false);
  assert.equal(colored({ TTY: '1', NO_COLOR: '1' }), false);
  assert.equal(colored({ TTY: '1', NO_COLOR: '' }), true);
  assert.equal(colored({ FORCE_COLOR: '1' }), true);
  assert.equal(colored({ TTY: '1', FORCE_COLOR: '0' }), false);
  assert.equal(colored({ FORCE_COLOR: '1', NO_COLOR: '1' }), false);
});

test('a repository is a URL or a path; what exists as a path is one', (t) => {
  const directory = temporaryFolder(t);
  mkdirSync(join(directory, 'host:path'));
  const word = (text: string): string =>
    repositoryWord(text, { directory, environment: { HOME: '/home/ann' } });
  for (const url of [
    'https://h/x.git',
    'ssh://h/x',
    'file:///x',
    'git@github.com:org/x.git',
    'host:x',
    'git+ssh://h/x',
  ]) {
    assert.equal(word(url), url);
  }
  assert.equal(word('host:path'), join(directory, 'host:path'));
  assert.equal(word('x'), join(directory, 'x'));
  assert.equal(word('./a:b'), join(directory, 'a:b'));
  assert.equal(word('/x'), '/x');
  assert.equal(word('~/x'), '/home/ann/x');
  assert.equal(word('C:\\x'), join(directory, 'C:\\x'));
});
