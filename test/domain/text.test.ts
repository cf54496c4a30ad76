import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { displayText, plainText, shellWord } from '../../server/domain/text.ts';

const dangerous = /[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/u;

describe('text of others on one line', () => {
  const shown: readonly (readonly [string, string, string])[] = [
    ['plain text', 'Refactor auth', 'Refactor auth'],
    ['other scripts and emoji', '修复 Größe 🔥', '修复 Größe 🔥'],
    ['line ends and tabs', 'a\r\nb\tc\u2028d', 'a b c d'],
    ['blanks around', '  a  b ', 'a b'],
    ['colours', '\u001B[1;31mred\u001B[0m', 'red'],
    ['an 8-bit CSI', '\u009B2Jcleared', 'cleared'],
    ['the clipboard (OSC 52)', 'a\u001B]52;c;ZXZpbA==\u0007b', 'ab'],
    ['a title (OSC 0), ended by ST', 'a\u001B]0;owned\u001B\\b', 'ab'],
    ['an 8-bit OSC', 'a\u009D0;owned\u009Cb', 'ab'],
    ['an OSC without end', 'a\u001B]0;owned', 'a0;owned'],
    ['DCS and APC', 'a\u001BPpayload\u001B\\b\u001B_x\u001B\\c', 'abc'],
    ['a hyperlink (OSC 8)', '\u001B]8;;https://evil\u0007text\u001B]8;;\u0007', 'text'],
    ['a full reset', 'a\u001Bcb', 'ab'],
    ['bidirectional controls', 'file\u202Etxt.exe\u2066x\u2069', 'filetxt.exex'],
    ['zero-width characters', 'lo\u200Bg\u200Di\uFEFFn\u2060', 'login'],
    ['fillers that show nothing', 'a\u115F\u3164b', 'ab'],
    ['tags', `a${String.fromCodePoint(0xe0041)}b`, 'ab'],
    ['C0, DEL and C1', 'a\u0000\u0008\u007F\u0085\u0090b', 'a b'],
    ['half a surrogate pair', 'a\uD800b', 'a\uFFFDb'],
    ['a sequence that a removal would make', '\u001B\u001B[31m[2Jx', '[2Jx'],
  ];
  for (const [what, text, expected] of shown) {
    test(what, () => assert.equal(displayText(text), expected));
  }

  test('is cut by characters, with a sign', () => {
    assert.equal(displayText('abcdef', 4), 'abc…');
    assert.equal(displayText('abcd', 4), 'abcd');
    assert.equal(displayText('🔥🔥🔥🔥🔥', 3), '🔥🔥…');
    assert.equal(Array.from(displayText('x'.repeat(100_000))).length, 200);
  });

  test('holds nothing that a terminal acts on, whatever it was', () => {
    const bits = fc.constantFrom(
      '\u001B',
      '[',
      ']',
      '0;',
      '\u0007',
      '\\',
      '\u009B',
      '\u009D',
      '\u202E',
      '\u200B',
      'm',
      '\n',
      'text',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(bits).map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const line = displayText(text, 50);
          assert.doesNotMatch(line, dangerous);
          assert.ok(Array.from(line).length <= 50);
          assert.equal(displayText(line, 50), line, 'showing it twice changes nothing');
        },
      ),
    );
  });
});

test('a text made of introducers alone takes no longer than another', () => {
  for (const introducer of ['\u009D', '\u001B]', '\u001B[', '\u009B1']) {
    // With the square of its length this would take minutes.
    assert.doesNotMatch(plainText(introducer.repeat(300_000)), dangerous);
  }
});

test('text of several lines keeps line ends and tabs', () => {
  assert.equal(plainText('a\r\n\tb\u001B[2J\n\u0007c'), 'a\n\tb\nc');
});

test('an argument as it is typed is the same word in a shell, and nothing in it is run', () => {
  const words = [
    'npm',
    'a b',
    '',
    "it's",
    '$HOME',
    '`id`',
    '$(id)',
    'a > b',
    'a;b',
    '"',
    '\\',
    "!'$",
    '~',
    '*',
    'a\nb',
  ];
  const typed = words.map(shellWord).join(' ');
  const said = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${typed}`], { encoding: 'utf8' });
  assert.deepEqual(said.split('\0').slice(0, -1), words);
  assert.deepEqual(['npm', 'a b', '$HOME'].map(shellWord), ['npm', '"a b"', "'$HOME'"]);
});
