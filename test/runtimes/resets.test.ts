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

/** Of this machine's November 2026; it goes on into December. */
const day = (date: number, hours = 0, minutes = 0): string =>
  new Date(2026, 10, date, hours, minutes).toISOString();

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
    ['at Nov 28th, 2026 5:11 PM', day(28, 17, 11)],
    ['at Nov 28, 2026 5:11 PM', day(28, 17, 11)],
    ['Dec 2, 10:59am (America/New_York)', day(32, 10, 59)],
    ['Nov 30 at 7pm', day(30, 19)],
    ['December 1', day(31)],
    ['Nov 26 at 11:59 PM', day(26, 23, 59)],
    ['Sep 12th, 2027 5:11 PM', undefined],
    ['Nov 31', undefined],
    ['Nov 31 at 7pm', undefined],
    ['at 7', undefined],
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

test('what Codex and Claude Code say of a day is read as one, over the turn of the year too', () => {
  const lines: readonly (readonly [string, string, string])[] = [
    [
      'codex',
      JSON.stringify({
        type: 'turn.failed',
        error: {
          message: "You've hit your usage limit. Upgrade to Pro or try again at Jan 2nd, 2027 5:11 PM.",
        },
      }),
      new Date(2027, 0, 2, 17, 11).toISOString(),
    ],
    [
      'claude-code',
      JSON.stringify({
        type: 'result',
        is_error: true,
        result: "You've hit your weekly limit · resets Jan 2 at 7pm",
      }),
      new Date(2027, 0, 2, 19).toISOString(),
    ],
  ];
  for (const [runtime, line, expected] of lines) {
    const preset = findPreset(runtime, []) ?? assert.fail('no preset');
    const { resets = '' } = readFailure(preset, { code: 1 }, [line]) ?? {};
    assert.equal(resetTime(resets, '2026-12-28T10:00:00.000Z' as Timestamp), expected, resets);
  }
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
