import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Timestamp } from '../../server/domain/ids.ts';
import { completePreset } from '../../server/protocol/preset.ts';
import { complaintOf, readFailure } from '../../server/runtimes/failures.ts';
import { findPreset } from '../../server/runtimes/presets.ts';
import { resetTime } from '../../server/runtimes/resets.ts';

const said = '2026-11-26T10:00:00.000Z' as Timestamp;

/** An hour of this machine's day, as the next after the moment it was said. */
function hour(hours: number, minutes = 0): string {
  const day = new Date(said);
  day.setHours(hours, minutes, 0, 0);
  if (day.getTime() <= Date.parse(said)) day.setDate(day.getDate() + 1);
  return day.toISOString();
}

describe('when a limit is over', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['in 20 minutes', '2026-11-26T10:20:00.000Z'],
    ['5h12m', '2026-11-26T15:12:00.000Z'],
    ['in 2 days 3 hours 5 minutes', '2026-11-28T13:05:00.000Z'],
    ['in 34', '2026-11-26T10:00:34.000Z'],
    ['after 90s', '2026-11-26T10:01:30.000Z'],
    ['at 2026-11-26T15:30:00.000Z', '2026-11-26T15:30:00.000Z'],
    ['3pm', hour(15)],
    ['at 3:45 PM', hour(15, 45)],
    ['12am', hour(0)],
    ['at 14:30 (Europe/Berlin)', hour(14, 30)],
    ['Nov 31', undefined],
    ['on Thursday', undefined],
    ['in 400 days', undefined],
    ['at 99:99', undefined],
  ];
  for (const [words, expected] of rows)
    test(`${words}: ${expected === undefined ? 'not known' : 'read'}`, () =>
      assert.equal(resetTime(words, said), expected));
});

test('a reset that is told in seconds since 1970 is read as a time', () => {
  const claude = findPreset('claude-code', []) ?? assert.fail('no preset');
  const failure = readFailure(claude, { code: 1 }, ['Claude AI usage limit reached|1795694400']);
  assert.equal(failure?.verdict, 'quota');
  assert.equal(resetTime(failure.resets ?? '', said), '2026-11-26T12:00:00.000Z');
});

test('what a program that runs complains of is sure where only it can write it', () => {
  const claude = findPreset('claude-code', []) ?? assert.fail('no preset');
  const plain = completePreset({ id: 'own', command: 'own' }, undefined);
  const retry = '{"type":"system","subtype":"api_retry","error_status":429,"error":"rate_limit"}';
  assert.deepEqual(
    [complaintOf(claude, [retry])?.failure.verdict, complaintOf(claude, [retry])?.sure],
    ['rate-limit', true],
  );
  const talk = ['I answer 429 Too Many Requests.', ...Array.from({ length: 12 }, (_, at) => `line ${at}`)];
  assert.equal(complaintOf(plain, talk), undefined, 'said long ago, in plain text');
  assert.equal(complaintOf(plain, talk.slice(0, 3))?.sure, false);
  assert.equal(complaintOf(claude, ['{"type":"assistant"}']), undefined);
});
