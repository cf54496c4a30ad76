import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { lastLines, outputLines } from '../../server/sessions/logs.ts';
import { redact } from '../../server/sessions/redact.ts';
import { temporaryFolder } from '../support/folder.ts';

function log(context: TestContext, text: string): string {
  const file = join(temporaryFolder(context), 'log');
  writeFileSync(file, text);
  return file;
}

test('the last lines, in order, without empty ones at the end', (t) => {
  assert.deepEqual(lastLines(log(t, 'one\ntwo\n\nthree\n\n\n'), 3), ['two', '', 'three']);
  assert.deepEqual(lastLines(log(t, 'one\ntwo'), 5), ['one', 'two']);
  assert.deepEqual(lastLines(log(t, 'one\n'), 0), []);
  assert.deepEqual(lastLines(log(t, ''), 5), []);
  assert.deepEqual(lastLines('/nonexistent/log', 5), []);
});

test('a long log is read from its end, over chunks and through characters of several bytes', (t) => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index} ✓é`);
  assert.deepEqual(lastLines(log(t, `${lines.join('\n')}\n`), 1000), lines.slice(-1000));
});

test('one endless line is cut, and does not take all memory', (t) => {
  const [line = '', ...rest] = lastLines(log(t, `first\n${'x'.repeat(3 * 1024 * 1024)}`), 5);
  assert.deepEqual(rest, []);
  assert.ok(line.length <= 500, `${line.length}`);
});

test('control characters go, and what was drawn over is given as it looked last', (t) => {
  const text = '\u001B[31mred\u001B[0m\r\n10 %\r50 %\r100 %\r\n\u001B]0;title\u0007\u202Eback\n';
  assert.deepEqual(lastLines(log(t, text), 5), ['red', '100 %', 'back']);
});

test('what a runtime tells of itself is read whole from both ends of its log, however long lines are', (t) => {
  const event = (name: string): string => JSON.stringify({ name, padding: 'x'.repeat(2000) });
  const short = [event('first'), '\u001B[31mred\u001B[0m', event('last')];
  assert.deepEqual(outputLines(log(t, `${short.join('\n\n')}\n`)), [short[0], 'red', short[2]]);
  const many = Array.from({ length: 1000 }, (_, index) => event(`e${index}`));
  const read = outputLines(log(t, `${many.join('\n')}\n`));
  assert.ok(read.length < 200, `${read.length}`);
  assert.equal(read[0], many[0]);
  assert.equal(read.at(-1), many.at(-1));
  for (const line of read) assert.ok(many.includes(line), 'no line is cut');
  assert.deepEqual(outputLines(log(t, `{"key":"sk-${'a'.repeat(30)}"}`)), ['{"key":"[redacted]"}']);
  assert.deepEqual(outputLines('/nonexistent/log'), []);
});

test('secrets are taken out', (t) => {
  const secret = `sk-${'a'.repeat(30)}`;
  for (const text of [
    `key ${secret}`,
    `ANTHROPIC_API_KEY=abcdef123456`,
    `Authorization: Bearer abcdef123456`,
    `"GITHUB_TOKEN": "abcdef123456"`,
    `https://me:abcdef123456@example.org/x.git`,
    `ghp_${'a'.repeat(36)}`,
  ]) {
    const [shown = ''] = lastLines(log(t, text), 1);
    assert.match(shown, /\[redacted\]/, shown);
    assert.doesNotMatch(shown, /abcdef123456|aaaaaa/, shown);
  }
  assert.equal(
    redact('the token of people is in a file; key = value'),
    'the token of people is in a file; key = value',
  );
});
