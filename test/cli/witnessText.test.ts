import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePolecat } from './samples.ts';
import { gt } from './support.ts';
import { sampleWitness } from './witnessSamples.ts';

const status = [
  'POLECAT      VERDICT  RULE    LAST SEEN',
  'backend/nux  stalled  silent  call 16 min, commit 40 min',
  '',
  'backend/nux: No call of gt or commit for 16 min.',
  '  Until: 2026-05-01T13:00:00.000Z',
  '  Tried: nudge. A nudge waits for it.',
];

test('gt witness status shows the verdicts, and why those are not fine', async () => {
  const said = await gt(['witness', 'status'], { 'witness/status': [sampleWitness()] });
  assert.equal(said.stdout, `${status.join('\n')}\n`);
});

test('gt patrol scan says what would be done, and to programs in the words they know', async () => {
  const scan = {
    at: '2026-05-01T12:00:00.000Z' as never,
    scanned: [{ ...sampleWitness(), wouldDo: { kind: 'nudge', why: 'It lives and is silent.' } }],
  };
  const said = await gt(['patrol', 'scan'], { 'patrol/scan': scan });
  const would = 'backend/nux: would nudge it. It lives and is silent.';
  assert.equal(said.stdout, `${[...status, '', would].join('\n')}\n`);
  const { stdout } = await gt(['patrol', 'scan', '--json'], { 'patrol/scan': scan });
  const { zombies, stalls } = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
  assert.equal(zombies?.['found'], 0);
  assert.deepEqual(stalls?.['stalls'], [
    { polecat: 'backend/nux', stall_type: 'silent', action: 'nudge', why: 'It lives and is silent.' },
  ]);
});

test('gt polecat show has the verdict and its evidence', async () => {
  const { verdict } = sampleWitness();
  const answer = { ...samplePolecat('stalled'), commits: 1, uncommitted: [], verdict };
  const said = await gt(['polecat', 'show', 'backend/nux'], { 'polecat/get': answer });
  assert.match(said.stdout, /\nVerdict: stalled \(silent\): No call of gt or commit for 16 min\.\n/);
  assert.match(said.stdout, /\nEvidence: process alive, call 16 min ago, commit 40 min ago, start 1 h ago\n/);
});
