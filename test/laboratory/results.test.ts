import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFailed, NotHere, notTried, page, playRow, summary, type Section } from './results.ts';

const columns = ['begun', 'killed', 'landed'];
const claude = { runtime: 'claude-code', version: '2.1.330', columns };

test('a row has a cell for each column, with the note of its step', async () => {
  const row = await playRow(claude, async (step) => {
    await step(() => Promise.resolve(1));
    await step(() => Promise.resolve('by a call'));
    await step(() => Promise.resolve());
  });
  assert.deepEqual(
    row.cells.map((cell) => [cell.kind, 'note' in cell ? cell.note : undefined]),
    [
      ['passed', undefined],
      ['passed', 'by a call'],
      ['passed', undefined],
    ],
  );
});

test('a step with a good reason not to be done leaves its cell open, and the row goes on', async () => {
  const row = await playRow(claude, async (step) => {
    await step(() => Promise.resolve());
    await step(() => Promise.resolve(notTried));
    await step(() => Promise.reject(new Error('gone')));
  });
  assert.deepEqual(
    row.cells.map(({ kind }) => kind),
    ['passed', 'not-run', 'failed'],
  );
});

test('a step that fails ends its row and says why', async () => {
  const row = await playRow(claude, async (step) => {
    await step(() => Promise.resolve());
    await step(() => Promise.reject(new Error('it lives\non')));
    await step(() => Promise.resolve());
  });
  assert.deepEqual(
    row.cells.map(({ kind }) => kind),
    ['passed', 'failed', 'not-run'],
  );
  assert.ok(hasFailed(sectionOf(row)));
  assert.match(summary([sectionOf(row)]), /^- claude-code, killed: it lives on$/m);
});

test('what fails between two steps fails the row', async () => {
  const row = await playRow(claude, async (step) => {
    await step(() => Promise.resolve());
    throw new Error('no such bead');
  });
  assert.deepEqual(
    row.cells.map(({ kind }) => kind),
    ['passed', 'failed', 'not-run'],
  );
  const before = await playRow(claude, () => Promise.reject(new Error('no such rig')));
  assert.ok(hasFailed(sectionOf(before)));
});

test('what cannot be is no failure, and says why', async () => {
  const row = await playRow(claude, () => Promise.reject(new NotHere('npm could not install it')));
  assert.ok(!hasFailed(sectionOf(row)));
  assert.match(summary([sectionOf(row)]), /^- claude-code, begun: npm could not install it$/m);
});

test('the same results give the same page', () => {
  const section = sectionOf({
    runtime: 'claude-code',
    version: '2.1.330',
    cells: [
      { kind: 'passed', seconds: 1.26 },
      { kind: 'passed', seconds: 0.04, note: 'by a call' },
      { kind: 'failed', seconds: 30, why: 'a | b' },
    ],
  });
  const written = page([section], { date: '2026-11-26', machine: 'Linux x64' });
  assert.match(written, /^Written by `npm run test:runtimes` on 2026-11-26, Linux x64\.$/m);
  assert.match(written, /Its model was a script/);
  assert.ok(
    written.includes(
      [
        '## Killed',
        '',
        'About it.',
        '',
        '| Runtime     | Version | begun | killed      | landed |',
        '| ----------- | ------- | ----- | ----------- | ------ |',
        '| claude-code | 2.1.330 | ✔ 1.3 | ✔ by a call | ✖ 30.0 |',
        '',
        '- claude-code, landed: a \\| b',
      ].join('\n'),
    ),
    written,
  );
});

function sectionOf(row: Section['rows'][number]): Section {
  return { title: 'Killed', about: 'About it.', columns, rows: [row] };
}
