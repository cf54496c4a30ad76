import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changed, logSince } from '../../server/sessions/followLog.ts';
import { temporaryFolder } from '../support/folder.ts';

test('a log is read on in whole lines, without what nobody may see', (t) => {
  const log = join(temporaryFolder(t), 'log');
  assert.deepEqual(logSince(log, 0, false), { lines: [], next: 0 });
  writeFileSync(log, 'one\n\ntw\u001B[31mo ü\nTOKEN=abcdefgh\nhal');
  const first = logSince(log, 0, false);
  assert.deepEqual(first.lines, ['one', '', 'two ü', 'TOKEN=[redacted]']);
  assert.deepEqual(logSince(log, first.next, false), { lines: [], next: first.next });
  appendFileSync(log, 'f\nrest');
  const second = logSince(log, first.next, false);
  assert.deepEqual(second.lines, ['half']);
  const last = logSince(log, second.next, true);
  assert.deepEqual(last.lines, ['rest']);
  assert.deepEqual(logSince(log, last.next, true), { lines: [], next: last.next });
});

test('a big log comes in parts, none of it twice, and an endless line does not stop it', (t) => {
  const log = join(temporaryFolder(t), 'log');
  const numbers = Array.from({ length: 60_000 }, (_, at) => `line ${at}`);
  writeFileSync(log, `${numbers.join('\n')}\n${'x'.repeat(600_000)}`);
  const lines: string[] = [];
  let from = 0;
  for (;;) {
    const part = logSince(log, from, false);
    if (part.next === from) break;
    lines.push(...part.lines);
    from = part.next;
  }
  assert.deepEqual(lines.slice(0, numbers.length), numbers);
  assert.ok(lines.length > numbers.length);
});

test('a change wakes who waits for it, and so does the end', async (t) => {
  const log = join(temporaryFolder(t), 'log');
  writeFileSync(log, '');
  const { signal } = new AbortController();
  // What waits for a file keeps no process alive.
  const timer = setInterval(() => undefined, 1000);
  t.after(() => clearInterval(timer));
  const change = changed(log, once(signal, 'abort'));
  appendFileSync(log, 'x');
  await change;
  await changed(log, Promise.resolve());
  await changed(join(log, 'nowhere'), Promise.reject(new Error('over')));
});
