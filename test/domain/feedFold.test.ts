import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldFeed } from '../../server/domain/feedFold.ts';

/** `seq verb subject by seconds`, the oldest first. */
function folded(...lines: string[]): string[] {
  const items = lines.map((line, at) => {
    const [verb = '', subject = '', by = '', seconds = '0'] = line.split(' ');
    const time = new Date(Date.parse('2026-05-01T12:00:00.000Z') + Number(seconds) * 1000).toISOString();
    return { seq: at + 1, at: time, by, verb, subject };
  });
  return foldFeed(items.toReversed()).map((fold) => fold.map(({ seq }) => seq).join('+'));
}

test('three slings of one person within half a minute are one line, whatever happens between', () => {
  assert.deepEqual(folded('sling a x 0', 'start a x 1', 'sling b x 5', 'sling c x 30'), ['4+3+1', '2']);
  assert.deepEqual(folded('sling a x 0', 'sling b x 5'), ['2', '1']);
  assert.deepEqual(folded('sling a x 0', 'sling b x 5', 'sling c y 6'), ['3', '2', '1']);
  assert.deepEqual(folded('sling a x 0', 'sling b x 20', 'sling c x 31', 'sling d x 40'), ['4+3+2', '1']);
});

test('a done that is said again is told once', () => {
  assert.deepEqual(folded('done a x 0', 'done a x 10', 'done b x 10', 'done a x 25'), ['4', '3', '2+1']);
  assert.deepEqual(folded('land a x 0', 'land a x 1'), ['2', '1']);
});
